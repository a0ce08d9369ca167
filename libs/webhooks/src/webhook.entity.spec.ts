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
  const tomorrow = new Date(Date.now() + 86_400_000);

  it('keeps the present secret live for the overlap of a rotation, and no older one', () => {
    const webhook = failing();
    webhook.useSecret(first);
    webhook.rotateSecret(second, tomorrow);
    expect(webhook).toMatchObject({
      sealedSecret: 'sealed-2',
      secretHint: '…2',
      sealedPreviousSecret: 'sealed-1',
      previousSecretExpiresAt: tomorrow,
    });
    webhook.rotateSecret(third, tomorrow);
    expect(webhook).toMatchObject({ sealedSecret: 'sealed-3', sealedPreviousSecret: 'sealed-2' });
  });

  it.each([
    ['without an overlap', first, null],
    ['when there was none before', null, tomorrow],
  ])('has one secret alone after a rotation %s', (_, present, until) => {
    const webhook = failing();
    webhook.useSecret(present);
    webhook.rotateSecret(second, until);
    expect(webhook).toMatchObject({
      sealedSecret: 'sealed-2',
      sealedPreviousSecret: null,
      previousSecretExpiresAt: null,
    });
  });

  it('signs with nothing at all once its secret is removed, not even within an overlap', () => {
    const webhook = failing();
    webhook.useSecret(first);
    webhook.rotateSecret(second, tomorrow);
    webhook.useSecret(null);
    expect(webhook).toMatchObject({
      hasSecret: false,
      secretHint: null,
      sealedPreviousSecret: null,
      previousSecretExpiresAt: null,
    });
  });

  it('keeps its name and URL for history when it is removed, and no secret', () => {
    const webhook = failing();
    webhook.useSecret(first);
    webhook.sealedHeaders = 'sealed-headers';
    webhook.remove(new Date());
    expect(webhook).toMatchObject({
      name: 'CRM',
      url: 'https://example.com/a',
      sealedSecret: null,
      sealedHeaders: null,
    });
    expect(webhook.deletedAt).not.toBeNull();
  });
});
