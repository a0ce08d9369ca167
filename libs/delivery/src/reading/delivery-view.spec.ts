import { waitingFor } from './delivery-view';

describe('why a delivery waits', () => {
  const at = new Date();
  it.each([
    [
      'a retry that is due',
      { due_at: at, retry_at: null, parked_at: null, circuit_state: 'CLOSED' },
      'RETRY_DUE',
    ],
    [
      'a retry that is due behind an open circuit',
      { due_at: at, retry_at: null, parked_at: null, circuit_state: 'OPEN' },
      'RETRY_DUE',
    ],
    [
      'parked at a healthy webhook',
      { due_at: null, retry_at: null, parked_at: at, circuit_state: 'CLOSED' },
      'ROOM',
    ],
    [
      'parked at a webhook that is gone',
      { due_at: null, retry_at: null, parked_at: at, circuit_state: null },
      'ROOM',
    ],
    [
      'parked behind an open circuit',
      { due_at: null, retry_at: null, parked_at: at, circuit_state: 'OPEN' },
      'CIRCUIT_OPEN',
    ],
    [
      'parked while probes are sent',
      { due_at: null, retry_at: null, parked_at: at, circuit_state: 'HALF_OPEN' },
      'CIRCUIT_OPEN',
    ],
    [
      'a retry that waits in hand',
      { due_at: null, retry_at: at, parked_at: null, circuit_state: 'CLOSED' },
      'RETRY_DUE',
    ],
    ['in hand, or settled', { due_at: null, retry_at: null, parked_at: null, circuit_state: 'OPEN' }, null],
  ] as const)('%s', (_, row, reason) => {
    expect(waitingFor(row)).toBe(reason);
  });
});
