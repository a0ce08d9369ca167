import type { Stats } from '../api/types';
import { outcomesOf } from './outcomes';

const WIDTH = 84;
const HEIGHT = 26;

/** Attempts of the last 24 hours, an hour a bar; failed ones on top in red. */
export function Sparkline({ stats }: { stats: Stats }) {
  const points = stats.hours.slice(-24).map(({ hour, ...counts }) => ({ at: hour, ...outcomesOf(counts) }));
  const most = Math.max(1, ...points.map(({ delivered, failed }) => delivered + failed));
  const step = WIDTH / Math.max(points.length, 1);
  const total = points.reduce((sum, { delivered, failed }) => sum + delivered + failed, 0);
  const failed = points.reduce((sum, point) => sum + point.failed, 0);
  return (
    <svg
      role="img"
      aria-label={`Last 24 hours: ${total} attempts, ${failed} failed`}
      width={WIDTH}
      height={HEIGHT}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
    >
      {points.map((point, index) => {
        const count = point.delivered + point.failed;
        const bad = (point.failed / most) * (HEIGHT - 2);
        const good = (point.delivered / most) * (HEIGHT - 2);
        const x = index * step + 0.5;
        const width = Math.max(step - 1.5, 1);
        if (count === 0)
          return <rect key={point.at} x={x} y={HEIGHT - 2} width={width} height={2} fill="var(--line)" />;
        return (
          <g key={point.at}>
            <rect x={x} y={HEIGHT - good} width={width} height={good} fill="var(--good-fill)" />
            <rect x={x} y={HEIGHT - good - bad} width={width} height={bad} fill="var(--bad-fill)" />
          </g>
        );
      })}
    </svg>
  );
}
