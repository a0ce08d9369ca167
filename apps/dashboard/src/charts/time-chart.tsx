import { Table2 } from 'lucide-react';
import { useLayoutEffect, useRef, useState, type ReactNode } from 'react';
import { Button } from '../ui/button';
import { everyNth, niceTop } from './scale';

export interface Series {
  name: string;
  colour: string;
  values: (number | null)[];
}

interface Props {
  title: string;
  kind: 'bars' | 'lines';
  /** What each step of time is called, below the axis and above a value. */
  labels: { short: string; long: string }[];
  series: Series[];
  write: (value: number) => string;
  /** One sentence for those who do not see it. */
  summary: string;
}

const HEIGHT = 190;
const TOP = 8;
const BOTTOM = 22;
const LEFT = 52;

/** A chart over time, stacked bars or lines; the same numbers can be had as a table. */
export function TimeChart({ title, kind, labels, series, write, summary }: Props) {
  const [asTable, setAsTable] = useState(false);
  return (
    <figure className="card" aria-label={title}>
      <div className="card-head">
        <h2>{title}</h2>
        <div className="row wrap">
          <ul className="legend">
            {series.map(({ name, colour }) => (
              <li key={name}>
                <i style={{ background: colour }} />
                {name}
              </li>
            ))}
          </ul>
          <Button
            small
            look="quiet"
            aria-label={`${title} as a table`}
            title="Show as a table"
            aria-pressed={asTable}
            icon={<Table2 size={15} aria-hidden="true" />}
            onClick={() => setAsTable(!asTable)}
          />
        </div>
      </div>
      <div style={{ padding: '14px 18px' }}>
        {asTable ? (
          <Numbers title={title} labels={labels} series={series} write={write} />
        ) : (
          <Drawing kind={kind} labels={labels} series={series} write={write} summary={summary} />
        )}
      </div>
    </figure>
  );
}

function Drawing({ kind, labels, series, write, summary }: Omit<Props, 'title'>) {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(600);
  const [pointed, setPointed] = useState<number | null>(null);
  useLayoutEffect(() => {
    const element = box.current!;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const count = labels.length;
  const plotWidth = Math.max(width - LEFT, 40);
  const plotHeight = HEIGHT - TOP - BOTTOM;
  const step = plotWidth / Math.max(count, 1);
  const tops = labels.map((_, index) =>
    kind === 'bars'
      ? series.reduce((sum, { values }) => sum + (values[index] ?? 0), 0)
      : Math.max(0, ...series.map(({ values }) => values[index] ?? 0)),
  );
  const top = niceTop(Math.max(...tops, 0));
  const y = (value: number): number => TOP + plotHeight - (value / top) * plotHeight;
  const middle = (index: number): number => LEFT + index * step + step / 2;
  const nth = everyNth(count, plotWidth, 64);
  return (
    <div ref={box} style={{ position: 'relative' }}>
      <svg
        className="chart"
        role="img"
        aria-label={summary}
        height={HEIGHT}
        width={width}
        viewBox={`0 0 ${width} ${HEIGHT}`}
      >
        {[0, 0.5, 1].map((part) => (
          <g key={part}>
            <line className="grid" x1={LEFT} x2={width} y1={y(top * part)} y2={y(top * part)} />
            <text x={LEFT - 8} y={y(top * part) + 4} textAnchor="end">
              {write(top * part)}
            </text>
          </g>
        ))}
        {labels.map(({ short }, index) =>
          index % nth === 0 ? (
            <text key={index} x={middle(index)} y={HEIGHT - 5} textAnchor="middle">
              {short}
            </text>
          ) : null,
        )}
        {pointed !== null && (
          <rect
            x={LEFT + pointed * step}
            y={TOP}
            width={step}
            height={plotHeight}
            fill="var(--bg-sunken)"
            opacity={0.7}
          />
        )}
        {kind === 'bars'
          ? labels.map((_, index) => (
              <Stack
                key={index}
                x={LEFT + index * step}
                step={step}
                y={y}
                values={series.map(({ values, colour }) => ({ value: values[index] ?? 0, colour }))}
              />
            ))
          : series.map(({ name, colour, values }) => (
              <Line
                key={name}
                colour={colour}
                points={values.map((value, index) => (value === null ? null : [middle(index), y(value)]))}
              />
            ))}
        {labels.map((_, index) => (
          <rect
            key={index}
            x={LEFT + index * step}
            y={TOP}
            width={step}
            height={plotHeight}
            fill="transparent"
            onPointerEnter={() => setPointed(index)}
            onPointerLeave={() => setPointed(null)}
          />
        ))}
      </svg>
      {pointed !== null && labels[pointed] && (
        <Tip left={Math.min(Math.max(middle(pointed), 90), width - 90)}>
          <strong>{labels[pointed].long}</strong>
          {series.map(({ name, colour, values }) => (
            <span key={name} className="row between" style={{ gap: 16 }}>
              <span>
                <i style={{ background: colour }} />
                {name}
              </span>
              <span className="tabular">
                {values[pointed] === null || values[pointed] === undefined ? '–' : write(values[pointed])}
              </span>
            </span>
          ))}
        </Tip>
      )}
    </div>
  );
}

function Stack({
  x,
  step,
  y,
  values,
}: {
  x: number;
  step: number;
  y: (value: number) => number;
  values: { value: number; colour: string }[];
}) {
  const gap = Math.min(step * 0.25, 6);
  let below = 0;
  return (
    <g>
      {values.map(({ value, colour }) => {
        const bottom = y(below);
        below += value;
        const height = bottom - y(below);
        return value > 0 ? (
          <rect
            key={colour}
            x={x + gap / 2}
            y={y(below)}
            width={step - gap}
            height={Math.max(height, 1.5)}
            rx={1.5}
            fill={colour}
          />
        ) : null;
      })}
    </g>
  );
}

/** A line with holes where there is nothing; a point that stands alone is a dot. */
function Line({ points, colour }: { points: ([number, number] | null)[]; colour: string }) {
  const path = points
    .map((point, index) =>
      point ? `${index > 0 && points[index - 1] ? 'L' : 'M'}${point[0]},${point[1]}` : '',
    )
    .join('');
  const lonely = points.filter((point, index) => point && !points[index - 1] && !points[index + 1]) as [
    number,
    number,
  ][];
  return (
    <g>
      <path d={path} fill="none" stroke={colour} strokeWidth={2} strokeLinejoin="round" />
      {lonely.map(([cx, cy]) => (
        <circle key={cx} cx={cx} cy={cy} r={3} fill={colour} />
      ))}
    </g>
  );
}

function Tip({ left, children }: { left: number; children: ReactNode }) {
  return (
    <div className="chart-tip legend" style={{ left }} aria-hidden="true">
      {children}
    </div>
  );
}

function Numbers({ title, labels, series, write }: Pick<Props, 'title' | 'labels' | 'series' | 'write'>) {
  return (
    <div
      style={{ maxHeight: HEIGHT, overflow: 'auto' }}
      tabIndex={0}
      role="region"
      aria-label={`${title}, numbers`}
    >
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Time</th>
            {series.map(({ name }) => (
              <th key={name} scope="col" className="number">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {labels.map(({ long }, index) => (
            <tr key={index}>
              <th scope="row">{long}</th>
              {series.map(({ name, values }) => (
                <td key={name} className="number">
                  {values[index] === null || values[index] === undefined ? '–' : write(values[index])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
