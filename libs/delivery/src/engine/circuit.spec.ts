import {
  afterAttempt,
  beforeAttempt,
  type Circuit,
  CLOSED_CIRCUIT,
  FIRST_PROBE_AFTER_MS,
  LAST_PROBE_AFTER_MS,
  OPEN_AFTER_SILENCE_MS,
  OPEN_AFTER_TIMEOUTS,
  openCircuit,
} from './circuit';
import type { AttemptOutcome } from '../attempt';

/** The circuit after time-outs at the given times. */
const silence = (...times: number[]): Circuit =>
  times.reduce<Circuit>((circuit, now) => afterAttempt(circuit, 'TIMEOUT', now), CLOSED_CIRCUIT);

const every = (ms: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => 1_000 + i * ms);

describe('a circuit', () => {
  it.each<[string, number[], string]>([
    ['four time-outs of one delivery with its retries', [10_000, 21_000, 33_000, 47_000], 'CLOSED'],
    ['many time-outs at the same moment', every(0, 100), 'CLOSED'],
    ['one too few, over a long time', every(OPEN_AFTER_SILENCE_MS, OPEN_AFTER_TIMEOUTS - 1), 'CLOSED'],
    ['enough, over a millisecond too short', [...every(0, OPEN_AFTER_TIMEOUTS - 1), 1_000 + OPEN_AFTER_SILENCE_MS - 1], 'CLOSED'],
    ['enough, over just long enough', [...every(0, OPEN_AFTER_TIMEOUTS - 1), 1_000 + OPEN_AFTER_SILENCE_MS], 'OPEN'],
    ['steady silence', every(10_000, OPEN_AFTER_TIMEOUTS), 'OPEN'],
  ])('after %s', (_, times, state) => expect(silence(...times).state).toBe(state)); // prettier-ignore

  it.each<[AttemptOutcome]>([
    ['DELIVERED'], ['HTTP_ERROR'], ['CONNECTION_FAILED'], ['DNS_FAILED'], ['TLS_FAILED'], ['INVALID_RESPONSE'], ['BLOCKED_ADDRESS'],
  ])('forgets all silence at %s', (outcome) => {
    const nearlyOpen = silence(...every(10_000, OPEN_AFTER_TIMEOUTS - 1));
    expect(afterAttempt(nearlyOpen, outcome, 200_000)).toBe(CLOSED_CIRCUIT);
    expect(afterAttempt({ ...openCircuit(0), state: 'HALF_OPEN' }, outcome, 200_000)).toBe(CLOSED_CIRCUIT);
  }); // prettier-ignore

  it('is not opened by fast failures, however many', () => {
    let circuit: Circuit = CLOSED_CIRCUIT;
    for (const now of every(1_000, 500)) circuit = afterAttempt(circuit, 'CONNECTION_FAILED', now);
    expect(circuit).toBe(CLOSED_CIRCUIT);
  });

  it('learns nothing from an attempt that was not sent', () => {
    const some = silence(1, 2);
    expect(afterAttempt(some, 'NOT_SENT', 3)).toBe(some);
    expect(afterAttempt(CLOSED_CIRCUIT, 'NOT_SENT', 3)).toBe(CLOSED_CIRCUIT);
  });

  it('takes a probe that was not sent for none: the next one may go at once', () => {
    const halfOpen = beforeAttempt(openCircuit(5_000), 5_000);
    expect(afterAttempt(halfOpen, 'NOT_SENT', 9_000)).toMatchObject({ state: 'OPEN', probeAt: 9_000 });
  });

  it('is half open only once a probe is due', () => {
    const open = silence(...every(10_000, OPEN_AFTER_TIMEOUTS));
    expect(open.probeAt).toBe(91_000 + FIRST_PROBE_AFTER_MS);
    expect(beforeAttempt(open, open.probeAt - 1)).toBe(open);
    expect(beforeAttempt(open, open.probeAt).state).toBe('HALF_OPEN');
    expect(beforeAttempt(CLOSED_CIRCUIT, 0)).toBe(CLOSED_CIRCUIT);
  });

  it('waits twice as long after each silent probe, to a limit', () => {
    let circuit = silence(...every(10_000, OPEN_AFTER_TIMEOUTS));
    const waits: number[] = [];
    let now: number;
    for (let i = 0; i < 6; i += 1) {
      now = circuit.probeAt;
      circuit = afterAttempt(beforeAttempt(circuit, now), 'TIMEOUT', now + 10_000);
      waits.push(circuit.probeAt - (now + 10_000));
    }
    expect(circuit.state).toBe('OPEN');
    expect(waits).toEqual([10_000, 20_000, 40_000, LAST_PROBE_AFTER_MS, LAST_PROBE_AFTER_MS, LAST_PROBE_AFTER_MS]);
  }); // prettier-ignore

  it('does not put the probe off for attempts that were under way when it opened', () => {
    const open = silence(...every(10_000, OPEN_AFTER_TIMEOUTS));
    expect(afterAttempt(open, 'TIMEOUT', 95_000)).toMatchObject({ state: 'OPEN', probeAt: open.probeAt });
  });

  it('of an endpoint that was cut off earlier is probed at once', () => {
    expect(beforeAttempt(openCircuit(7), 7).state).toBe('HALF_OPEN');
  });
});
