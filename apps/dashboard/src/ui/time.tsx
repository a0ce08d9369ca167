import { useEffect, useState } from 'react';
import { serverNow } from '../api/client';
import { useZone } from '../lib/preferences';
import { countdown, dateOnly, fullTime, relativeTime, shortTime, zoneLabel } from '../lib/time';

/** Renders again every `everyMs`, with the server's idea of now. */
export function useNow(everyMs: number, running = true): Date {
  const [now, setNow] = useState(() => serverNow());
  useEffect(() => {
    if (!running) return;
    const timer = setInterval(() => setNow(serverNow()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs, running]);
  return new Date(now);
}

/** A moment in the reader's zone; pointing at it shows it whole, with the zone, and in UTC. */
export function Time({ at, as = 'short' }: { at: string; as?: 'short' | 'full' | 'date' | 'relative' }) {
  const zone = useZone();
  const now = useNow(30_000, as === 'relative');
  const date = new Date(at);
  const text =
    as === 'full'
      ? fullTime(date, zone)
      : as === 'date'
        ? dateOnly(date, zone)
        : as === 'relative'
          ? relativeTime(date, now)
          : shortTime(date, zone);
  return (
    <time
      dateTime={at}
      title={`${fullTime(date, zone)} (${zone})\n${date.toISOString()}`}
      className="tabular"
    >
      {text}
    </time>
  );
}

/** `UTC+1`, for the heads of columns. */
export function ZoneLabel() {
  return <>{zoneLabel(useZone(), new Date())}</>;
}

export function Countdown({ to }: { to: string }) {
  const now = useNow(100);
  const left = new Date(to).getTime() - now.getTime();
  return (
    <span className="tabular" role="timer">
      {left <= 0 ? 'any moment now' : `in ${countdown(left)}`}
    </span>
  );
}
