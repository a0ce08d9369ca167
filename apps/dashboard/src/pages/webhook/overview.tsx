import { useMemo, useState } from 'react';
import { serverNow } from '../../api/client';
import { useDeliveries, useLastHour, useStats, type StatsWindow } from '../../api/queries';
import type { Stats, Webhook } from '../../api/types';
import {
  groupHours,
  meanOf,
  outcomesByStep,
  outcomesOf,
  sumOutcomes,
  type Outcomes,
} from '../../charts/outcomes';
import { compact, percent } from '../../charts/scale';
import { TimeChart } from '../../charts/time-chart';
import { useZone } from '../../lib/preferences';
import { dateOnly, duration, toWallTime, zoneLabel } from '../../lib/time';
import { LinkButton } from '../../ui/button';
import { ErrorState, Skeleton } from '../../ui/states';
import { DeliveriesTable } from '../deliveries/deliveries-table';

const WINDOWS: [StatsWindow, string][] = [
  ['1h', '1 hour'],
  ['24h', '24 hours'],
  ['7d', '7 days'],
  ['30d', '30 days'],
];

/** In which step of the chart an hour falls: hours, quarters of a day, or days of the reader's zone. */
function stepOf(window: StatsWindow, zone: string): (hour: Date) => string {
  if (window === '1h' || window === '24h') return (hour) => hour.toISOString();
  return (hour) => {
    const [day, clock] = toWallTime(hour, zone).split('T') as [string, string];
    return window === '7d' ? `${day} ${Math.floor(Number(clock.slice(0, 2)) / 6)}` : day;
  };
}

export function Overview({ webhook }: { webhook: Webhook }) {
  const [window, setWindow] = useState<StatsWindow>('24h');
  const stats = useStats(webhook.id, window);
  return (
    <div className="stack" style={{ gap: 20 }}>
      <div className="row wrap between">
        <h2>How it is doing</h2>
        <div className="segments" role="group" aria-label="Time span">
          {WINDOWS.map(([value, name]) => (
            <button
              key={value}
              type="button"
              aria-pressed={window === value}
              onClick={() => setWindow(value)}
            >
              {name}
            </button>
          ))}
        </div>
      </div>
      {stats.isPending ? (
        <Skeleton rows={8} label="Loading the statistics" />
      ) : stats.error && !stats.data ? (
        <ErrorState error={stats.error} onRetry={() => void stats.refetch()} />
      ) : (
        <>
          {window === '1h' ? (
            <LastHour webhook={webhook} stats={stats.data} />
          ) : (
            <Charts stats={stats.data} window={window} />
          )}
        </>
      )}
      <Latest webhook={webhook} />
    </div>
  );
}

/** The last hour is counted by its deliveries, five minutes a bar; the statistics know whole hours only. */
function LastHour({ webhook, stats }: { webhook: Webhook; stats: Stats }) {
  const deliveries = useLastHour(webhook.id);
  const zone = useZone();
  if (deliveries.isPending) return <Skeleton rows={8} label="Loading the last hour" />;
  if (!deliveries.data) return <Charts stats={stats} window="1h" />;
  const minutes = 5;
  const steps = outcomesByStep(deliveries.data, serverNow(), minutes * 60_000, 60 / minutes);
  const all = steps.map(({ outcomes }) => outcomes);
  const delivered = all.reduce((sum, each) => sum + each.delivered, 0);
  const failed = all.reduce((sum, each) => sum + each.failed, 0);
  const { p50, p95, p99 } = stats.responseMs;
  const time = (value: number | null): string => (value === null ? '–' : duration(value));
  return (
    <>
      <Tiles delivered={delivered} failed={failed} noun="Deliveries" p50={p50} />
      <OutcomeChart
        noun="Deliveries"
        labels={steps.map(({ from }) => {
          const clock = (ms: number): string => toWallTime(new Date(ms), zone).slice(11);
          const until = clock(from + minutes * 60_000);
          return { short: clock(from), long: `${clock(from)}–${until} ${zoneLabel(zone, new Date(from))}` };
        })}
        bars={all}
      />
      <section className="card padded stack tight" aria-labelledby="times-title">
        <h2 id="times-title">Response time</h2>
        <dl className="facts">
          {(
            [
              ['p50', p50],
              ['p95', p95],
              ['p99', p99],
            ] as const
          ).map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{time(value)}</dd>
            </div>
          ))}
        </dl>
        <p className="soft small">Of this hour and the one before it.</p>
      </section>
    </>
  );
}

function Charts({ stats, window }: { stats: Stats; window: StatsWindow }) {
  const outcomes = outcomesOf(stats);
  const zone = useZone();
  const steps = useMemo(() => groupHours(stats.hours, stepOf(window, zone)), [stats, window, zone]);
  const bars = useMemo(() => steps.map((step) => sumOutcomes(step)), [steps]);
  const labels = steps.map((step) => stepLabel(step[0]!.hour, step.length, window, zone));
  const { p50, p95, p99 } = stats.responseMs;
  return (
    <>
      <Tiles delivered={outcomes.delivered} failed={outcomes.failed} noun="Attempts" p50={p50} />
      <OutcomeChart noun="Attempts" labels={labels} bars={bars} />
      <TimeChart
        title="Response time"
        kind="lines"
        labels={labels}
        series={(
          [
            ['p50', 'var(--accent)'],
            ['p95', 'var(--warn-fill)'],
            ['p99', 'var(--bad-fill)'],
          ] as const
        ).map(([name, colour]) => ({ name, colour, values: steps.map((step) => meanOf(step, name)) }))}
        write={duration}
        summary={
          p50 === null
            ? 'No responses in this time.'
            : `Half of the responses came within ${duration(p50)}, 95 % within ${duration(p95!)}, 99 % within ${duration(p99!)}.`
        }
      />
    </>
  );
}

function OutcomeChart({ noun, labels, bars }: { noun: string; labels: Label[]; bars: Outcomes[] }) {
  const sum = (name: keyof Outcomes): number => bars.reduce((total, each) => total + each[name], 0);
  const all = sum('delivered') + sum('failed');
  return (
    <TimeChart
      title={`${noun} by outcome`}
      kind="bars"
      labels={labels}
      series={[
        { name: 'Delivered', colour: 'var(--good-fill)', values: bars.map(({ delivered }) => delivered) },
        { name: 'Refused', colour: 'var(--bad-fill)', values: bars.map(({ refused }) => refused) },
        { name: 'Timed out', colour: 'var(--warn-fill)', values: bars.map(({ timedOut }) => timedOut) },
        {
          name: 'Not reachable',
          colour: 'var(--away-fill)',
          values: bars.map(({ unreachable }) => unreachable),
        },
      ]}
      write={compact}
      summary={`${all} ${noun.toLowerCase()}: ${sum('delivered')} delivered, ${sum('refused')} refused, ${sum('timedOut')} timed out, ${sum('unreachable')} not reachable.`}
    />
  );
}

function Tiles(counts: { delivered: number; failed: number; noun: string; p50: number | null }) {
  const { delivered, failed, noun, p50 } = counts;
  const all = delivered + failed;
  return (
    <dl className="tiles">
      <Tile name={noun} value={compact(all)} />
      <Tile name="Delivered" value={compact(delivered)} />
      <Tile name="Failed" value={compact(failed)} />
      <Tile name="Success rate" value={percent(all === 0 ? null : delivered / all)} />
      <Tile name="Response time" value={p50 === null ? '–' : duration(p50)} note="median" />
    </dl>
  );
}

function Tile({ name, value, note }: { name: string; value: string; note?: string }) {
  return (
    <div className="tile">
      <dt>{name}</dt>
      <dd>
        {value} {note && <small>{note}</small>}
      </dd>
    </div>
  );
}

type Label = { short: string; long: string };

function stepLabel(hour: string, hours: number, window: StatsWindow, zone: string): Label {
  const start = new Date(hour);
  const clock = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const day = new Intl.DateTimeFormat('en-GB', { timeZone: zone, day: 'numeric', month: 'short' });
  const end = new Date(start.getTime() + hours * 3_600_000);
  return {
    short: window === '1h' || window === '24h' ? clock.format(start) : day.format(start),
    long:
      window === '30d'
        ? `${dateOnly(start, zone)} (${zoneLabel(zone, start)})`
        : `${dateOnly(start, zone)}, ${clock.format(start)}–${clock.format(end)} ${zoneLabel(zone, start)}`,
  };
}

function Latest({ webhook }: { webhook: Webhook }) {
  const deliveries = useDeliveries({ webhookId: webhook.id }, true);
  const rows = deliveries.data?.pages[0]?.data.slice(0, 5) ?? [];
  if (rows.length === 0) return null;
  return (
    <section className="stack tight" aria-labelledby="latest-title">
      <div className="row between">
        <h2 id="latest-title">Latest deliveries</h2>
        <LinkButton small to={`/webhooks/${webhook.id}/deliveries`}>
          View all
        </LinkButton>
      </div>
      <DeliveriesTable deliveries={rows} />
    </section>
  );
}
