/** The tables of `npm run bench`, for the terminal and for docs/benchmarks.md. */
import { lineChart } from './kit/svg.mjs';
import { digits, megabytes, ms, table, whole } from './kit/table.mjs';

/** SPEED goals: ratios within one run on one machine. */
const GOALS = {
  againstBaseline: { one: 25, two: 30 },
  againstRaw: { one: 0.2, two: 0.28 },
  cpuAgainstBaseline: 1 / 25,
  p99AtHalfMs: 15,
  retryLateMs: { idle: 100, loaded: 500 },
  fullTables: 0.9,
  waitingBytes: 250 * 1_000_000,
};

export function sections({ compare, sweep, retries, webhooksGrow, tablesGrow, waiting }) {
  return [
    compare && section('Deliveries a second', compareTable(compare)),
    sweep && section('Latency as the load grows', sweepTable(sweep)),
    retries && section('Retries on time', retriesTable(retries)),
    webhooksGrow && section('More webhooks', webhooksTable(webhooksGrow)),
    tablesGrow && section('A full database', tablesTable(tablesGrow)),
    waiting && section('Waiting deliveries', waitingTable(waiting)),
    section('Goals', goalsTable({ compare, sweep, retries, tablesGrow, waiting })),
  ].filter(Boolean);
}

export function charts({ sweep }) {
  if (!sweep) return {};
  const { points } = sweep;
  const line = (name, field, dashed) => ({
    name,
    dashed,
    points: points.map((point) => [point.offered, point[field]]),
  });
  return {
    'throughput.svg': lineChart({
      title: 'Deliveries a second over offered load, one dispatcher',
      x: 'offered deliveries a second',
      y: 'deliveries a second',
      series: [
        line('delivered', 'deliveriesPerSecond'),
        { name: 'offered', dashed: true, points: points.map(({ offered }) => [offered, offered]) },
      ],
    }),
    'latency.svg': lineChart({
      title: 'From publish to arrival over offered load, one dispatcher',
      x: 'offered deliveries a second',
      y: 'milliseconds (log)',
      logY: true,
      series: [line('p50', 'arrivalP50'), line('p95', 'arrivalP95'), line('p99', 'arrivalP99')],
    }),
  };
}

const section = (title, body) => `## ${title}\n\n${body}`;

function compareTable({ raw, rawManyHosts, baseline, one, two, logged }) {
  const row = (name, result) =>
    result && [
      name,
      whole(result.deliveriesPerSecond),
      `${whole(Math.min(...result.runs))} – ${whole(Math.max(...result.runs))}`,
      baseline ? `${digits(result.deliveriesPerSecond / baseline.deliveriesPerSecond, 1)} ×` : '–',
      raw ? digits(result.deliveriesPerSecond / raw.deliveriesPerSecond) : '–',
      digits(result.cpuMsPerDelivery, 3),
      ms(result.acceptP50),
      ms(result.acceptP99),
    ];
  return table(
    [
      'what',
      'deliveries/s',
      'lowest – highest',
      'to baseline',
      'to raw',
      'CPU ms each',
      '202 p50 ms',
      '202 p99 ms',
    ],
    [
      row('raw undici, one host', raw),
      row('raw undici, as many hosts as ours', rawManyHosts),
      row('baseline, one process', baseline),
      row('ours, one dispatcher', one),
      row('ours, two dispatchers', two),
      row('ours, one, a log line for each attempt', logged),
    ].filter(Boolean),
  );
}

function sweepTable({ points }) {
  return table(
    [
      'load',
      'offered/s',
      'delivered/s',
      'arrival p50 ms',
      'p95',
      'p99',
      'max',
      'after 202 p50',
      'p99',
      '202 p50',
      '202 p99',
      'refused',
      'CPU ms each',
    ],
    points.map((point) => [
      `${Math.round(point.share * 100)} %`,
      whole(point.offered),
      whole(point.deliveriesPerSecond),
      ms(point.arrivalP50), ms(point.arrivalP95), ms(point.arrivalP99), ms(point.arrivalMax),
      ms(point.afterAcceptP50), ms(point.afterAcceptP99),
      ms(point.acceptP50), ms(point.acceptP99),
      whole(point.refused),
      digits(point.cpuMsPerDelivery, 3),
    ]), // prettier-ignore
  );
}

function retriesTable(rows) {
  return table(
    ['load', 'other deliveries/s', 'retries', 'missing', 'late p50 ms', 'p95', 'p99', 'max'],
    rows.map((row) => [
      row.share === 0 ? 'idle' : `${row.share * 100} %`,
      whole(row.offered), whole(row.count), whole(row.missing), ms(row.p50), ms(row.p95), ms(row.p99), ms(row.max),
    ]), // prettier-ignore
  );
}

function webhooksTable(rows) {
  return table(
    ['webhooks', 'deliveries/s', 'to the first', 'CPU ms each'],
    rows.map((row) => [
      whole(row.webhooks),
      whole(row.deliveriesPerSecond),
      digits(row.deliveriesPerSecond / rows[0].deliveriesPerSecond),
      digits(row.cpuMsPerDelivery, 3),
    ]),
  );
}

function tablesTable(rows) {
  return table(
    ['deliveries stored before', 'deliveries/s', 'to empty', 'CPU ms each'],
    rows.map((row) => [
      whole(row.stored),
      whole(row.deliveriesPerSecond),
      digits(row.deliveriesPerSecond / rows[0].deliveriesPerSecond),
      digits(row.cpuMsPerDelivery, 3),
    ]),
  );
}

function waitingTable({ waiting, idle, full, peak, growth, refusedMeanwhile }) {
  return table(
    [
      'deliveries waiting',
      'dispatcher idle MB',
      'dispatcher MB',
      'its peak MB',
      'Redis idle MB',
      'Redis MB',
      'over idle MB',
      'publishes refused meanwhile',
    ],
    [[whole(waiting), megabytes(idle.dispatcher), megabytes(full.dispatcher), megabytes(peak), megabytes(idle.redis), megabytes(full.redis), megabytes(growth), whole(refusedMeanwhile)]], // prettier-ignore
  );
}

function goalsTable({ compare, sweep, retries, tablesGrow, waiting }) {
  const rows = [];
  const goal = (what, wanted, value, isMet) =>
    value !== null && value !== undefined && rows.push([what, wanted, value, isMet ? 'yes' : '**no**']);
  const { raw, baseline } = compare ?? {};
  for (const [name, words] of [
    ['one', 'one dispatcher'],
    ['two', 'two dispatchers'],
  ]) {
    const ours = compare?.[name];
    if (ours && baseline) {
      const ratio = ours.deliveriesPerSecond / baseline.deliveriesPerSecond;
      goal(
        `deliveries/s to the baseline, ${words}`,
        `≥ ${GOALS.againstBaseline[name]} ×`,
        `${digits(ratio, 1)} ×`,
        ratio >= GOALS.againstBaseline[name],
      );
    }
    if (ours && raw) {
      const ratio = ours.deliveriesPerSecond / raw.deliveriesPerSecond;
      goal(
        `deliveries/s to raw undici, ${words}`,
        `≥ ${GOALS.againstRaw[name]}`,
        digits(ratio),
        ratio >= GOALS.againstRaw[name],
      );
    }
  }
  if (compare?.one && baseline) {
    const ratio = compare.one.cpuMsPerDelivery / baseline.cpuMsPerDelivery;
    goal(
      'CPU of all processes for a delivery, to the baseline',
      '≤ 1/25',
      `1/${digits(1 / ratio, 1)}`,
      ratio <= GOALS.cpuAgainstBaseline,
    );
  }
  const half = sweep?.points.find(({ share }) => share === 0.5);
  if (half)
    goal(
      'p99 from publish to arrival at half of the maximal rate',
      `≤ ${GOALS.p99AtHalfMs} ms`,
      `${ms(half.arrivalP99)} ms`,
      half.arrivalP99 <= GOALS.p99AtHalfMs,
    );
  for (const { share, p99 } of retries ?? []) {
    const limit = GOALS.retryLateMs[share === 0 ? 'idle' : 'loaded'];
    goal(
      `retries late at p99, ${share === 0 ? 'idle' : `at ${share * 100} % load`}`,
      `≤ ${limit} ms`,
      `${ms(p99)} ms`,
      p99 <= limit,
    );
  }
  if (tablesGrow) {
    const ratio = tablesGrow.at(-1).deliveriesPerSecond / tablesGrow[0].deliveriesPerSecond;
    goal(
      `rate with ${whole(tablesGrow.at(-1).stored)} deliveries stored, to none`,
      '≥ 0.9',
      digits(ratio),
      ratio >= GOALS.fullTables,
    );
  }
  if (waiting)
    goal(
      `memory for ${whole(waiting.waiting)} waiting deliveries`,
      '≤ 250 MB over idle',
      `${megabytes(waiting.growth)} MB`,
      waiting.growth <= GOALS.waitingBytes,
    );
  return table(['goal', 'wanted', 'seen', 'met'], rows);
}
