import React, { useState } from 'react';

interface Series {
  at: string;
  value: number | null;
}

const WIDTH = 560;
const HEIGHT = 150;
const LEFT = 46;
const BOTTOM = 20;
const TOP = 8;

/** A line over time. Gaps stay gaps: what is not known is not drawn as nothing. */
export function Chart({ title, now, series, format, max, least = 1, isBad }: {
  title: string;
  now: string;
  series: Series[];
  format: (value: number) => string;
  /** The top of the scale; left out: what the data needs. */
  max?: number;
  /** The top of the scale is no lower than this. */
  least?: number;
  isBad?: boolean;
}) {
  const [hovered, setHovered] = useState<number | null>(null);
  const top = max ?? niceMaximum(Math.max(least, ...series.map(({ value }) => value ?? 0)));
  const x = (i: number) => LEFT + (i / Math.max(1, series.length - 1)) * (WIDTH - LEFT - 8);
  const y = (value: number) => TOP + (1 - value / top) * (HEIGHT - TOP - BOTTOM);
  const point = hovered === null ? null : series[hovered];
  const label = point ? `${timeLabel(point.at)}: ${point.value === null ? 'nothing' : format(point.value)}` : '';
  const move = (event: React.MouseEvent<SVGSVGElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const share = ((event.clientX - box.left) / box.width) * WIDTH;
    const i = Math.round(((share - LEFT) / (WIDTH - LEFT - 8)) * (series.length - 1));
    setHovered(Math.min(series.length - 1, Math.max(0, i)));
  };
  return (
    <figure className="bo-chart">
      <figcaption>
        <span>{title}</span>
        <strong className={isBad ? 'bad' : ''}>{now}</strong>
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={`${title}, now ${now}`} onMouseMove={move} onMouseLeave={() => setHovered(null)}>
        {[0, 0.5, 1].map((share) => (
          <g key={share}>
            <line x1={LEFT} x2={WIDTH - 8} y1={y(top * share)} y2={y(top * share)} className="grid" />
            <text x={LEFT - 6} y={y(top * share) + 4} textAnchor="end">{format(top * share)}</text>
          </g>
        ))}
        {series.length > 1 && [0, Math.floor((series.length - 1) / 2), series.length - 1].map((i, n) => (
          <text key={i} x={x(i)} y={HEIGHT - 5} textAnchor={n === 0 ? 'start' : n === 1 ? 'middle' : 'end'}>{timeLabel(series[i].at)}</text>
        ))}
        {pathsOf(series, x, y).map((d, i) => <path key={i} d={d} className="line" />)}
        {point && point.value !== null && <circle cx={x(hovered!)} cy={y(point.value)} r="4" className="dot" />}
      </svg>
      <output>{label}</output>
    </figure>
  );
} // prettier-ignore

function pathsOf(series: Series[], x: (i: number) => number, y: (value: number) => number): string[] {
  const paths: string[] = [];
  let current = '';
  series.forEach(({ value }, i) => {
    if (value === null) {
      if (current) paths.push(current);
      current = '';
      return;
    }
    // A single point between two gaps would have no length, and not be seen.
    current += current ? ` L${x(i)},${y(value)}` : `M${x(i)},${y(value)} h0.01`;
  });
  return current ? [...paths, current] : paths;
}

function niceMaximum(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= value)!;
}

function timeLabel(at: string): string {
  const date = new Date(at);
  const isOld = Date.now() - date.getTime() > 20 * 3_600_000;
  const time = date.toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  return isOld ? `${date.toLocaleDateString(undefined, { weekday: 'short' })} ${time}` : time;
}
