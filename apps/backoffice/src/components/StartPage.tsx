import React, { useState } from 'react';
import { Link } from 'react-router-dom';
import type { StartPageData } from '../start-page/start-page';
import { usePolling } from './parts/api';
import { Chart } from './parts/charts';
import { Card, lengthOf, listOf, State, Table, Time, To } from './parts/ui';

const RANGES = [
  ['hour', 'Last hour'],
  ['day', 'Last day'],
  ['week', 'Last week'],
] as const;
const REFRESH_MS = 5_000;

/** What staff see first. Reads itself again every few seconds. */
export default function StartPage() {
  const [range, setRange] = useState<'hour' | 'day' | 'week'>('hour');
  const { data, failed } = usePolling<StartPageData>(`/dashboard?range=${range}`, REFRESH_MS, null);
  return (
    <div className="bo-page">
      <div className="bo-title">
        <h1>How deliveries go</h1>
        <div className="bo-tabs" role="group" aria-label="Time shown">
          {RANGES.map(([name, label]) => (
            <button key={name} type="button" aria-pressed={range === name} onClick={() => setRange(name)}>{label}</button>
          ))}
        </div>
      </div>
      {failed && <p className="bo-error" role="alert">{failed}</p>}
      {!data ? <p className="bo-none" role="status">Loading …</p> : <Contents data={data} />}
    </div>
  );
} // prettier-ignore

function Contents({ data }: { data: StartPageData }) {
  return (
    <>
      <Health data={data} />
      <Charts data={data} />
      <Card title="Failing webhooks" aside={<Link className="bo-link" to={listOf('deliveries', { status: 'FAILED' })}>All failed deliveries</Link>}>
        <Table
          head={['Webhook', 'Account', 'Reason', 'Failing since', 'State']}
          rows={data.failing.map((webhook) => [
            <To resource="webhooks" id={webhook.id}>{webhook.name}</To>,
            <To resource="accounts" id={webhook.accountId}>{webhook.accountName}</To>,
            <>{webhook.reason}<br /><small className="bo-faint bo-long" title={webhook.url}>{webhook.url}</small></>,
            <Time at={webhook.since} />,
            <State value={webhook.status} />,
          ])}
          none="None: every webhook answers."
        />
      </Card>
      <Card title="Open circuits">
        <Table
          head={['Webhook', 'Account', 'State', 'Since', 'Waiting']}
          rows={data.circuits.map((circuit) => [
            <To resource="webhooks" id={circuit.id}>{circuit.name}</To>,
            circuit.accountName,
            <State value={circuit.state} />,
            <Time at={circuit.since} />,
            circuit.waiting >= 1_000 ? '1,000 or more' : circuit.waiting,
          ])}
          none="None: nothing is held back."
        />
      </Card>
      <p className="bo-faint">As of <Time at={data.at} />, read again every {REFRESH_MS / 1_000} s.</p>
    </>
  );
} // prettier-ignore

function Health({ data }: { data: StartPageData }) {
  return (
    <ul className="bo-health" aria-label="Health">
      {data.health.map((item) => (
        <li key={item.name} className={item.isUp ? 'up' : 'down'}>
          <strong>{item.name}</strong> <State value={item.isUp ? 'up' : 'down'} /> <span>{item.detail}</span>
        </li>
      ))}
    </ul>
  );
}

function Charts({ data }: { data: StartPageData }) {
  const { points, now } = data;
  const series = (value: (point: StartPageData['points'][number]) => number | null) => points.map((point) => ({ at: point.at, value: value(point) }));
  // The step under way has only begun: what is going on now is told by the one before.
  const last = points.at(-2) ?? points.at(-1)!;
  const rate = points.findLast((point) => point.successRate !== null)?.successRate ?? null;
  const p95 = points.findLast((point) => point.p95Ms !== null)?.p95Ms ?? null;
  return (
    <div className="bo-charts">
      <Chart title="Delivered a minute" now={last.deliveredPerMinute.toLocaleString()} series={series((point) => point.deliveredPerMinute)} least={10} format={short} />
      <Chart title="Success rate of attempts" now={rate === null ? '–' : percent(rate)} isBad={rate !== null && rate < 0.9} max={1} series={series((point) => point.successRate)} format={percent} />
      <Chart title="Response time, 95th percentile" now={lengthOf(p95)} series={series((point) => point.p95Ms)} least={100} format={lengthOf} />
      <Chart title="Waiting to be sent" now={now.waiting.toLocaleString()} series={series((point) => point.waiting)} least={10} format={short} />
      <Chart title="Oldest that is overdue" now={now.oldestWaitingMs === null ? 'none' : lengthOf(now.oldestWaitingMs)} isBad={(now.oldestWaitingMs ?? 0) > 60_000} series={series((point) => point.waiting === null ? null : point.oldestWaitingMs ?? 0)} least={10_000} format={lengthOf} />
    </div>
  );
} // prettier-ignore

function percent(share: number): string {
  return `${(share * 100).toFixed(share > 0.99 && share < 1 ? 2 : 0)} %`;
}

function short(value: number): string {
  if (value >= 1_000_000) return `${(value / 1_000_000).toFixed(1)}M`;
  if (value >= 10_000) return `${Math.round(value / 1_000)}k`;
  return Number.isInteger(value) ? value.toLocaleString() : value.toFixed(1);
}
