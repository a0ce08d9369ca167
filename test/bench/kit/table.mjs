/** A Markdown table that also reads well in a terminal. */
export function table(head, rows) {
  const cells = [head, ...rows].map((row) => row.map((cell) => String(cell ?? '–')));
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column].length)));
  const lines = cells.map(
    (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`,
  );
  lines.splice(1, 0, `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`);
  return lines.join('\n');
}

export const whole = (value) =>
  value === null || value === undefined ? '–' : Math.round(value).toLocaleString('en');
export const digits = (value, places = 2) =>
  value === null || value === undefined ? '–' : value.toFixed(places);
export const ms = (value) =>
  value === null || value === undefined ? '–' : value < 10 ? value.toFixed(1) : whole(value);
export const megabytes = (bytes) => whole(bytes / 2 ** 20);
