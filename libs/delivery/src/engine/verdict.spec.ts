import type { WebhookTarget } from '@app/webhooks';
import { ATTEMPT_OUTCOMES, type AttemptOutcome, type AttemptTrigger } from '../attempt';
import { EventContent } from './event-content';
import { decide, notSent, refusal } from './verdict';

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
    ['a paused one', target({ status: 'PAUSED' }), 'event', /paused/],
    ['a paused one, by a retry', target({ status: 'PAUSED' }), 'retry', /paused/],
    ['a paused one, by a replay', target({ status: 'PAUSED' }), 'replay', /paused/],
    ['a paused one, by hand', target({ status: 'PAUSED' }), 'manual', null],
    ['a paused one, as a test', target({ status: 'PAUSED' }), 'test', null],
    ['a disabled one', target({ status: 'DISABLED' }), 'event', /disabled/],
    ['a disabled one, by hand', target({ status: 'DISABLED' }), 'manual', null],
    ['a deleted one, even by hand', target({ isDeleted: true }), 'manual', /deleted/],
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
      decide(target(), { trigger, position }, outcome('HTTP_ERROR'), 0.99),
    );
    expect(verdicts).toEqual([
      { status: 'RETRY', retryInMs: 1_000 },
      { status: 'RETRY', retryInMs: 2_000 },
      { status: 'RETRY', retryInMs: 4_000 },
      { status: 'FAILED' },
    ]);
  }); // prettier-ignore

  it.each(ATTEMPT_OUTCOMES.filter((name) => name !== 'DELIVERED' && name !== 'NOT_SENT'))('%s is tried again', (name) =>
    expect(decide(target(), { trigger: 'event', position: 1 }, outcome(name), 0).status).toBe('RETRY'),
  ); // prettier-ignore

  it.each<[string, WebhookTarget | null, AttemptTrigger, AttemptOutcome, string]>([
    ['a success', target(), 'event', 'DELIVERED', 'DELIVERED'],
    ['a success by hand', target(), 'manual', 'DELIVERED', 'DELIVERED'],
    ['a failed test, never tried again', target(), 'test', 'TIMEOUT', 'FAILED'],
    ['nothing sent, which would be so next time', target(), 'event', 'NOT_SENT', 'FAILED'],
    ['a webhook that is gone', null, 'retry', 'NOT_SENT', 'FAILED'],
  ])('%s', (_, webhook, trigger, name, status) =>
    expect(decide(webhook, { trigger, position: 1 }, outcome(name), 0).status).toBe(status));

  it('a manual attempt that fails changes nothing, unless it is the first of a run', () => {
    expect(decide(target(), { trigger: 'manual', position: 0 }, outcome('TIMEOUT'), 0).status).toBe('KEPT');
    expect(decide(target(), { trigger: 'manual', position: 1 }, outcome('TIMEOUT'), 0).status).toBe('RETRY');
  });

  it('a response that ends the webhook ends the delivery', () => {
    const result = { ...outcome('HTTP_ERROR'), ended: true };
    expect(decide(target(), { trigger: 'event', position: 1 }, result, 0)).toEqual({ status: 'FAILED' });
  });
}); // prettier-ignore
