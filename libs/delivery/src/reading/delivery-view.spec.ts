import { type DeliveryRow, heldBy, summaryOf, waitingFor } from './delivery-view';

const ROW = { status: 'PENDING', webhook_status: 'ACTIVE', held_until: null } as const;

describe('why a delivery waits', () => {
  const at = new Date();
  it.each([
    [
      'a retry that is due',
      { ...ROW, due_at: at, retry_at: null, parked_at: null, circuit_state: 'CLOSED' },
      'RETRY_DUE',
    ],
    [
      'a retry that is due behind an open circuit',
      { ...ROW, due_at: at, retry_at: null, parked_at: null, circuit_state: 'OPEN' },
      'RETRY_DUE',
    ],
    [
      'parked at a healthy webhook',
      { ...ROW, due_at: null, retry_at: null, parked_at: at, circuit_state: 'CLOSED' },
      'ROOM',
    ],
    [
      'parked at a webhook that is gone',
      { ...ROW, due_at: null, retry_at: null, parked_at: at, circuit_state: null },
      'ROOM',
    ],
    [
      'parked behind an open circuit',
      { ...ROW, due_at: null, retry_at: null, parked_at: at, circuit_state: 'OPEN' },
      'CIRCUIT_OPEN',
    ],
    [
      'parked while probes are sent',
      { ...ROW, due_at: null, retry_at: null, parked_at: at, circuit_state: 'HALF_OPEN' },
      'CIRCUIT_OPEN',
    ],
    [
      'a retry that waits in a batch',
      { ...ROW, due_at: null, retry_at: at, parked_at: null, circuit_state: 'CLOSED' },
      'RETRY_DUE',
    ],
    [
      'claimed, or settled',
      { ...ROW, due_at: null, retry_at: null, parked_at: null, circuit_state: 'OPEN' },
      null,
    ],
  ] as const)('%s', (_, row, reason) => {
    expect(waitingFor(row)).toBe(reason);
  });
});

describe('a delivery whose endpoint is not sent to', () => {
  const at = new Date('2026-12-01T10:00:00.000Z');
  const later = new Date('2026-12-01T10:01:00.000Z');
  const row = (changes: Partial<DeliveryRow>) =>
    ({
      ...ROW, id: '0199a3c2-7d1e-7c55-9c2f-0c6f3f8a1b22', webhook_id: '0199a3c2-7d1e-7c55-9c2f-0c6f3f8a1b22', event_id: '0199a3c2-7d1e-7c55-9c2f-0c6f3f8a1b22',
      format: 'DEFAULT', due_at: null, retry_at: null, parked_at: null, circuit_state: 'CLOSED', attempt_count: 2, next_number: 3, ...changes,
    }) as DeliveryRow; // prettier-ignore

  it.each<[string, Partial<DeliveryRow>, string | null, Date | null]>([
    ['waits for a retry of an active webhook', { retry_at: at }, null, at],
    ['waits for a retry of a paused webhook', { retry_at: at, webhook_status: 'PAUSED' }, 'PAUSED', null],
    ['is parked at a paused webhook', { parked_at: at, webhook_status: 'PAUSED' }, 'PAUSED', null],
    ['is parked until a Retry-After is over', { parked_at: at, held_until: later }, 'RETRY_AFTER', later],
    ['waits for a retry before its Retry-After', { retry_at: at, held_until: later }, 'RETRY_AFTER', later],
    ['waits for a retry after its Retry-After', { retry_at: later, held_until: at }, 'RETRY_AFTER', later],
    ['is being attempted', { webhook_status: 'PAUSED', held_until: later }, null, null],
    ['has ended', { status: 'FAILED', retry_at: null, webhook_status: 'PAUSED' }, null, null],
  ])('that %s says so', (_, changes, held, nextAttemptAt) => {
    expect(heldBy(row(changes))).toBe(held);
    expect(summaryOf(row(changes))).toMatchObject({ held, nextAttemptAt });
    if (held) expect(waitingFor(row(changes))).toBeNull();
  });

  it('does not count an attempt for which only a number was drawn', () => {
    const drawn = { attempt_count: 3, next_number: 3 };
    expect(summaryOf(row({ ...drawn, parked_at: at })).attemptCount).toBe(2);
    expect(summaryOf(row(drawn)).attemptCount).toBe(3);
    expect(summaryOf(row({ parked_at: at })).attemptCount).toBe(2);
  });
});
