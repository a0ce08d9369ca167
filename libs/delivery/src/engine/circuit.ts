import type { CircuitState } from '@app/webhooks';
import type { AttemptOutcome } from '../attempt';

/** How an endpoint has been answering, as far as waiting for it goes. A value: each attempt gives the next one. */
export interface Circuit {
  readonly state: CircuitState;
  /** Time-outs since the last answer of any kind. */
  readonly timeoutsInRow: number;
  /** When the first of them ended, in milliseconds. */
  readonly silentSince: number;
  /** OPEN only: when the next probe may be sent, in milliseconds. */
  readonly probeAt: number;
  readonly probeWaitMs: number;
}

/**
 * An endpoint is cut off after so many time-outs without any answer between, over so long a time. A single delivery
 * with its retries (four time-outs in 47 s) never opens a circuit, so its retries come when they were promised.
 */
export const OPEN_AFTER_TIMEOUTS = 10;
export const OPEN_AFTER_SILENCE_MS = 60_000;
export const FIRST_PROBE_AFTER_MS = 10_000;
export const LAST_PROBE_AFTER_MS = 60_000;

export const CLOSED_CIRCUIT: Circuit = {
  state: 'CLOSED',
  timeoutsInRow: 0,
  silentSince: 0,
  probeAt: 0,
  probeWaitMs: FIRST_PROBE_AFTER_MS,
};

/** The circuit of an endpoint that was cut off before this process knew it: it is probed at once. */
export function openCircuit(now: number): Circuit {
  return {
    state: 'OPEN',
    timeoutsInRow: OPEN_AFTER_TIMEOUTS,
    silentSince: now - OPEN_AFTER_SILENCE_MS,
    probeAt: now,
    probeWaitMs: FIRST_PROBE_AFTER_MS,
  };
}

/**
 * What an attempt's end makes of a circuit. Only silence opens it: an endpoint that refuses or fails quickly costs
 * nothing, and its deliveries end by the retry policy.
 */
export function afterAttempt(circuit: Circuit, outcome: AttemptOutcome, now: number): Circuit {
  if (outcome === 'NOT_SENT')
    return circuit.state === 'HALF_OPEN' ? { ...circuit, state: 'OPEN', probeAt: now } : circuit;
  if (outcome !== 'TIMEOUT') return circuit === CLOSED_CIRCUIT ? circuit : CLOSED_CIRCUIT;
  const timeoutsInRow = circuit.timeoutsInRow + 1;
  const silentSince = circuit.timeoutsInRow === 0 ? now : circuit.silentSince;
  if (circuit.state === 'HALF_OPEN') {
    const probeWaitMs = Math.min(circuit.probeWaitMs * 2, LAST_PROBE_AFTER_MS);
    return { state: 'OPEN', timeoutsInRow, silentSince, probeWaitMs, probeAt: now + circuit.probeWaitMs };
  }
  const opens =
    circuit.state === 'CLOSED' &&
    timeoutsInRow >= OPEN_AFTER_TIMEOUTS &&
    now - silentSince >= OPEN_AFTER_SILENCE_MS;
  if (!opens) return { ...circuit, timeoutsInRow, silentSince };
  return {
    state: 'OPEN',
    timeoutsInRow,
    silentSince,
    probeWaitMs: FIRST_PROBE_AFTER_MS,
    probeAt: now + FIRST_PROBE_AFTER_MS,
  };
}

/** The circuit as the next attempt meets it: half open once a probe is due. */
export function beforeAttempt(circuit: Circuit, now: number): Circuit {
  return circuit.state === 'OPEN' && now >= circuit.probeAt ? { ...circuit, state: 'HALF_OPEN' } : circuit;
}
