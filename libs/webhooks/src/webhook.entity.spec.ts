import { Webhook } from './webhook.entity';

/** As the engine leaves it after days without a success. */
function disabled(): Webhook {
  const webhook = failing();
  webhook.status = 'DISABLED';
  webhook.disabledReason = 'Every attempt failed for 5 days';
  return webhook;
}

function failing(): Webhook {
  const webhook = new Webhook('acc_1', 'CRM', 'https://example.com/a', ['CALL_COMPLETED']);
  webhook.failingSince = new Date('2026-11-20T00:00:00Z');
  webhook.circuitState = 'OPEN';
  return webhook;
}

describe('a webhook', () => {
  it('comes back with a clean slate when it is activated after the system disabled it', () => {
    const webhook = disabled();
    webhook.activate();
    expect(webhook).toMatchObject({
      status: 'ACTIVE',
      disabledReason: null,
      failingSince: null,
      circuitState: 'CLOSED',
    });
  });

  it('does not close its circuit by being activated while it is active', () => {
    const webhook = failing();
    webhook.activate();
    expect(webhook.circuitState).toBe('OPEN');
  });

  it('does not hold the old server’s failures against a new URL, but against the same one', () => {
    const webhook = failing();
    webhook.moveTo('HTTP', { shown: 'https://example.com/a', sealed: null });
    expect(webhook.circuitState).toBe('OPEN');
    webhook.moveTo('HTTP', { shown: 'https://example.com/b', sealed: null });
    expect(webhook).toMatchObject({
      url: 'https://example.com/b',
      circuitState: 'CLOSED',
      failingSince: null,
    });
  });

  it('forgets why it was disabled when the customer pauses it', () => {
    const webhook = disabled();
    webhook.pause();
    expect(webhook).toMatchObject({ status: 'PAUSED', disabledReason: null });
  });

  const first = { sealed: 'sealed-1', hint: '…1' };
  const second = { sealed: 'sealed-2', hint: '…2' };
  const third = { sealed: 'sealed-3', hint: '…3' };
  const now = new Date('2026-11-28T12:00:00.000Z');

  const hour = (hours: number): Date => new Date(now.getTime() + hours * 3_600_000);
  const live = (webhook: Webhook, at: Date): string[] => webhook.liveSecrets(at).map(({ sealed }) => sealed);

  it('keeps every secret live until the time that was promised for it, however often it is rotated', () => {
    const webhook = failing();
    webhook.useSecret(first, null, now);
    webhook.useSecret(second, hour(24), now);
    webhook.useSecret(third, hour(1), now);
    expect(live(webhook, now)).toEqual(['sealed-3', 'sealed-2', 'sealed-1']);
    expect(live(webhook, hour(1))).toEqual(['sealed-3', 'sealed-1']);
    expect(live(webhook, hour(24))).toEqual(['sealed-3']);
    expect(webhook).toMatchObject({ hasSecret: true, secretHint: '…3' });
  });

  it('ends the present secret alone when a new one has no overlap', () => {
    const webhook = failing();
    webhook.useSecret(first, null, now);
    webhook.useSecret(second, hour(24), now);
    webhook.useSecret(third, null, now);
    expect(live(webhook, now)).toEqual(['sealed-3', 'sealed-1']);
  });

  it('has one secret alone when there was none before', () => {
    const webhook = failing();
    webhook.useSecret(first, hour(24), now);
    expect(live(webhook, now)).toEqual(['sealed-1']);
  });

  it('erases expired secrets when it gets a new one', () => {
    const webhook = failing();
    webhook.useSecret(first, null, now);
    webhook.useSecret(second, hour(1), now);
    webhook.useSecret(third, hour(5), hour(2));
    expect(webhook.sealedSecrets.map(({ sealed }) => sealed)).toEqual(['sealed-3', 'sealed-2']);
  });

  it('signs with nothing at all once its secret is removed, not even within an overlap', () => {
    const webhook = failing();
    webhook.useSecret(first, null, now);
    webhook.useSecret(second, hour(24), now);
    webhook.useSecret(null);
    expect(webhook).toMatchObject({ hasSecret: false, secretHint: null, sealedSecrets: [] });
  });

  it('keeps its name and URL for history when it is removed, and no secret', () => {
    const webhook = failing();
    webhook.useSecret(first);
    webhook.sealedHeaders = 'sealed-headers';
    webhook.remove(new Date());
    expect(webhook).toMatchObject({
      name: 'CRM',
      url: 'https://example.com/a',
      sealedSecrets: [],
      sealedHeaders: null,
    });
    expect(webhook.deletedAt).not.toBeNull();
  });
});
