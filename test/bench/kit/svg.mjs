/** Line charts as plain SVG, with no library: two axes, one line for each series, a legend. */

const WIDTH = 760;
const HEIGHT = 380;
const MARGIN = { top: 46, right: 24, bottom: 52, left: 72 };
const COLOURS = ['#1f6feb', '#d1480f', '#2da44e', '#8250df', '#57606a'];

/**
 * @param chart `title`, `x` and `y`: names of the axes, `logY`: whether y grows by powers of ten,
 *   `series`: [{ name, points: [[x, y]], dashed? }]
 */
export function lineChart({ title, x, y, series, logY = false }) {
  const points = series.flatMap((one) => one.points);
  const xTicks = ticks(Math.max(...points.map(([value]) => value)));
  const yTicks = logY
    ? powers(points.map(([, value]) => value))
    : ticks(Math.max(...points.map(([, value]) => value)));
  const xMax = xTicks.at(-1);
  const [yMin, yMax] = [logY ? Math.log10(yTicks[0]) : 0, logY ? Math.log10(yTicks.at(-1)) : yTicks.at(-1)];
  const atX = (value) => MARGIN.left + (value / xMax) * (WIDTH - MARGIN.left - MARGIN.right);
  const atY = (value) => {
    const scaled = ((logY ? Math.log10(Math.max(value, yTicks[0])) : value) - yMin) / (yMax - yMin);
    return HEIGHT - MARGIN.bottom - scaled * (HEIGHT - MARGIN.top - MARGIN.bottom);
  };
  const parts = [
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    text(MARGIN.left, 20, title, 'font-size="15" font-weight="600"'),
    ...xTicks.map((tick) =>
      text(atX(tick), HEIGHT - MARGIN.bottom + 18, short(tick), 'text-anchor="middle"'),
    ),
    ...yTicks.flatMap((tick) => [
      `<line x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${round(atY(tick))}" y2="${round(atY(tick))}" stroke="#d8dee4"/>`,
      text(MARGIN.left - 8, atY(tick) + 4, short(tick), 'text-anchor="end"'),
    ]),
    text((MARGIN.left + WIDTH - MARGIN.right) / 2, HEIGHT - 12, x, 'text-anchor="middle"'),
    text(0, 0, y, `text-anchor="middle" transform="translate(18 ${HEIGHT / 2}) rotate(-90)"`),
    ...series.flatMap((one, i) => line(one, COLOURS[i % COLOURS.length], atX, atY)),
    ...legend(series),
  ];
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" ` +
    `font-family="system-ui, sans-serif" font-size="12" fill="#1f2328" role="img">\n<title>${escape(title)}</title>\n` +
    `${parts.join('\n')}\n</svg>\n`
  );
}

function line({ points, dashed }, colour, atX, atY) {
  const path = points.map(([px, py], i) => `${i ? 'L' : 'M'}${round(atX(px))} ${round(atY(py))}`).join(' ');
  return [
    `<path d="${path}" fill="none" stroke="${colour}" stroke-width="2"${dashed ? ' stroke-dasharray="5 4"' : ''}/>`,
    ...(dashed
      ? []
      : points.map(
          ([px, py]) => `<circle cx="${round(atX(px))}" cy="${round(atY(py))}" r="3" fill="${colour}"/>`,
        )),
  ];
}

function legend(series) {
  let at = MARGIN.left;
  return series.flatMap(({ name, dashed }, i) => {
    const from = at;
    at += 40 + name.length * 6.6;
    return [
      `<line x1="${from}" x2="${from + 20}" y1="34" y2="34" stroke="${COLOURS[i % COLOURS.length]}" stroke-width="2"${dashed ? ' stroke-dasharray="5 4"' : ''}/>`,
      text(from + 26, 38, name, ''),
    ];
  });
}

/** Round numbers from 0 to at least the highest value. */
function ticks(highest) {
  const raw = highest / 5;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= raw);
  return Array.from({ length: Math.ceil(highest / step - 1e-9) + 1 }, (_, i) => i * step);
}

function powers(values) {
  const from = Math.floor(Math.log10(Math.max(0.1, Math.min(...values))));
  const to = Math.max(from + 1, Math.ceil(Math.log10(Math.max(...values))));
  return Array.from({ length: to - from + 1 }, (_, i) => 10 ** (from + i));
}

const round = (value) => Math.round(value * 10) / 10;
const short = (value) => (value >= 1_000 ? `${round(value / 1_000)}k` : `${Number(value.toPrecision(3))}`);
const escape = (words) => words.replace(/&/g, '&amp;').replace(/</g, '&lt;');
const text = (x, y, words, attributes) =>
  `<text x="${round(x)}" y="${round(y)}" ${attributes}>${escape(words)}</text>`;
