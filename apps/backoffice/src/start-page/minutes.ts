import { addTo, percentile } from './histogram';

/** What one minute came to. */
export interface Minute {
  minute: Date;
  attempts: number;
  delivered: number;
  /** Of the attempts that got an answer, by duration. */
  duration_histogram: number[];
  /** At its end; null where nobody looked. */
  waiting: number | null;
  oldest_waiting_ms: number | null;
}

/** One point of the charts. */
export interface Point {
  at: string;
  deliveredPerMinute: number;
  attemptsPerMinute: number;
  /** 0 to 1; null when nothing was tried. */
  successRate: number | null;
  p95Ms: number | null;
  waiting: number | null;
  oldestWaitingMs: number | null;
}

export const RANGES = {
  hour: { minutes: 60, step: 1 },
  day: { minutes: 24 * 60, step: 10 },
  week: { minutes: 7 * 24 * 60, step: 60 },
} as const;
export type RangeName = keyof typeof RANGES;

export function isRange(text: unknown): text is RangeName {
  return typeof text === 'string' && Object.hasOwn(RANGES, text);
}

/** The points of a chart that ends now, oldest first; a step without a row had no attempts. */
export function pointsOf(minutes: Minute[], range: RangeName, now: Date): Point[] {
  const { minutes: length, step } = RANGES[range];
  const stepMs = step * 60_000;
  const end = Math.floor(now.getTime() / stepMs) * stepMs;
  const steps = Array.from({ length: length / step }, (_, i) => end - (length / step - 1 - i) * stepMs);
  const byStep = new Map<number, Minute[]>();
  for (const minute of minutes) {
    const at = Math.floor(minute.minute.getTime() / stepMs) * stepMs;
    byStep.set(at, [...(byStep.get(at) ?? []), minute]);
  }
  return steps.map((at) =>
    pointOf(at, byStep.get(at) ?? [], Math.max(1, Math.min(step, (now.getTime() - at) / 60_000))),
  );
}

function pointOf(at: number, minutes: Minute[], length: number): Point {
  const histogram: number[] = [];
  let attempts = 0;
  let delivered = 0;
  for (const minute of minutes) {
    attempts += minute.attempts;
    delivered += minute.delivered;
    addTo(histogram, minute.duration_histogram);
  }
  return {
    at: new Date(at).toISOString(),
    deliveredPerMinute: Math.round(delivered / length),
    attemptsPerMinute: Math.round(attempts / length),
    successRate: attempts === 0 ? null : delivered / attempts,
    p95Ms: percentile(histogram, 0.95),
    waiting: largest(minutes.map(({ waiting }) => waiting)),
    oldestWaitingMs: largest(minutes.map((minute) => minute.oldest_waiting_ms)),
  };
}

function largest(values: (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}
