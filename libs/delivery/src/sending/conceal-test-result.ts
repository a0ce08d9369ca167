import type { AttemptResult } from '../attempt';

/** Without an HTTP response, a test looks as if it had waited for one this long, in milliseconds. */
export const CONCEALED_DURATION_MS = 10_000;
/** … and is recorded this long after its start, so that a real timeout isn't recognized by ending a little later. */
export const RECORDED_AFTER_MS = CONCEALED_DURATION_MS + 250;

/** What these tell apart is what a port scanner is after: a refused port, a filtered one, an address of a private network. */
const CONCEALED: ReadonlySet<AttemptResult['outcome']> = new Set([
  'CONNECTION_FAILED',
  'TIMEOUT',
  'BLOCKED_ADDRESS',
]);

/**
 * What a customer may learn from a test of a URL that gave no HTTP response: the same outcome, error, and duration for
 * each reason. Customers decide where tests go and when, so they could map networks by them otherwise.
 * @returns null when there is nothing to conceal.
 */
export function concealedTestResult(result: AttemptResult): AttemptResult | null {
  if (!CONCEALED.has(result.outcome)) return null;
  return {
    ...result,
    outcome: 'CONNECTION_FAILED',
    durationMs: CONCEALED_DURATION_MS,
    errorCode: 'NO_RESPONSE',
    errorText:
      'No HTTP response came within 10 s: the server may be unreachable, refuse connections on this port, or be ' +
      'too slow, or its address may not be public.',
  };
}
