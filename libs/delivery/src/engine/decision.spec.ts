import type { WebhookTarget } from '@app/webhooks';
import { ATTEMPT_OUTCOMES, type AttemptOutcome, type AttemptTrigger } from '../attempt';
import { EventContent } from '../claims/event-content';
import { notSent } from '../sending/not-sent';
import { decide, refusal } from './decision';

const target = (settings: Partial<WebhookTarget> = {}): WebhookTarget =>
  ({
    status: 'ACTIVE', isDeleted: false, retryPolicy: 'STANDARD', url: 'https://example.com/', ...settings,
  }) as WebhookTarget; // prettier-ignore
const event = (data: string | null = '{}') =>
  new EventContent('evt_1', 'CALL_FAILED', new Date(0), false, data);
const outcome = (outcome: AttemptOutcome) => ({ ...notSent(null, '', 0), outcome });

describe('whether anything may be sent', () => {
  it.each<[string, WebhookTarget | null, AttemptTrigger, RegExp | null]>([
    ['a webhook that is active', target(), 'event', null],
    ['a paused one, manually', target({ status: 'PAUSED' }), 'manual', null],
    ['a paused one, as a test', target({ status: 'PAUSED' }), 'test', null],
    ['a disabled one', target({ status: 'DISABLED' }), 'event', /disabled/],
    ['a disabled one, manually', target({ status: 'DISABLED' }), 'manual', null],
    ['a deleted one, even manually', target({ isDeleted: true }), 'manual', /deleted/],
    ['one that is not there', null, 'test', /deleted/],
  ])('to %s', (_, webhook, trigger, reason) => {
    const refused = refusal(webhook, { trigger, event: event() });
    if (reason === null) expect(refused).toBeNull();
    else expect(refused).toMatch(reason);
  });

  it('never of an event whose payload was expunged', () => {
    expect(refusal(target(), { trigger: 'manual', event: event(null) })).toMatch(/expunged/);
  });
});

describe('what an attempt makes of its delivery', () => {
  it.each<[AttemptTrigger]>([['event'], ['retry'], ['replay']])('is tried again after %s, in 1, 2, 4 s', (trigger) => {
    const verdicts = [1, 2, 3, 4].map((position) =>
      decide(target(), { trigger, position, holds: 0 }, outcome('HTTP_ERROR'), 0.99).verdict,
    );
    expect(verdicts).toEqual([
      { status: 'RETRY', retryInMs: 1_000, counts: true },
      { status: 'RETRY', retryInMs: 2_000, counts: true },
      { status: 'RETRY', retryInMs: 4_000, counts: true },
      { status: 'FAILED' },
    ]);
  }); // prettier-ignore

  it.each(ATTEMPT_OUTCOMES.filter((name) => name !== 'DELIVERED' && name !== 'NOT_SENT'))('%s is tried again', (name) =>
    expect(decide(target(), { trigger: 'event', position: 1, holds: 0 }, outcome(name), 0).verdict.status).toBe('RETRY'),
  ); // prettier-ignore

  it.each<[string, WebhookTarget | null, AttemptTrigger, AttemptOutcome, string]>([
    ['a success', target(), 'event', 'DELIVERED', 'DELIVERED'],
    ['a manual success', target(), 'manual', 'DELIVERED', 'DELIVERED'],
    ['a failed test, never tried again', target(), 'test', 'TIMEOUT', 'FAILED'],
    ['nothing sent, which would be so next time', target(), 'event', 'NOT_SENT', 'FAILED'],
    ['a webhook that is gone', null, 'retry', 'NOT_SENT', 'FAILED'],
  ])('%s', (_, webhook, trigger, name, status) =>
    expect(decide(webhook, { trigger, position: 1, holds: 0 }, outcome(name), 0).verdict.status).toBe(status));
}); // prettier-ignore

describe('a manual attempt that fails', () => {
  it('changes nothing, unless it is the first of a run', () => {
    const verdict = (position: number) =>
      decide(target(), { trigger: 'manual', position, holds: 0 }, outcome('TIMEOUT'), 0).verdict.status;
    expect([verdict(0), verdict(1)]).toEqual(['KEPT', 'RETRY']);
  });
});

describe('what an attempt means for its endpoint', () => {
  const responded = (statusCode: number, retryAfterMs: number | null = null) => ({ ...outcome('HTTP_ERROR'), statusCode, retryAfterMs }); // prettier-ignore
  const delivery = { trigger: 'event', position: 1, holds: 0 } as const;

  it.each([429, 503])('%d with Retry-After holds it, and its delivery continues then', (status) => {
    expect(decide(target(), delivery, responded(status, 2_500), 0)).toEqual({
      verdict: { status: 'RETRY', retryInMs: 2_500, counts: false },
      holdForMs: 2_500,
      isLast: false,
    });
  });

  it('one that ends the webhook ends the delivery, and nothing more is sent meanwhile', () => {
    const decision = decide(target(), delivery, { ...responded(410), ended: true }, 0);
    expect(decision).toEqual({ verdict: { status: 'FAILED' }, holdForMs: null, isLast: true });
  });

  it.each([200, 400, 404, 429, 500, 503])('%d alone changes nothing', (status) => {
    expect(decide(target(), delivery, responded(status), 0)).toMatchObject({
      holdForMs: null,
      isLast: false,
    });
  });

  it('a test changes nothing, whatever it returns', () => {
    for (const result of [{ ...responded(410), ended: true }, responded(429, 5_000)])
      expect(decide(target(), { ...delivery, trigger: 'test' }, result, 0)).toEqual({
        verdict: { status: 'FAILED' }, holdForMs: null, isLast: false,
      }); // prettier-ignore
  });
});
