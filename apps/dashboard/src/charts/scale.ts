/** A round number at or above `value`, for the top of an axis. */
export function niceTop(value: number): number {
  if (value <= 4) return 4;
  const magnitude = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 3, 4, 5, 6, 8, 10].find((factor) => factor * magnitude >= value)!;
  return step * magnitude;
}

/** Which of `count` labels to show so that they do not run into each other. */
export function everyNth(count: number, width: number, labelWidth: number): number {
  return Math.max(1, Math.ceil((count * labelWidth) / Math.max(width, 1)));
}

/** `1,234`, `12.3k`, `1.2M` */
export function compact(value: number): string {
  return new Intl.NumberFormat(
    'en',
    value >= 10_000 ? { notation: 'compact', maximumFractionDigits: 1 } : {},
  ).format(value);
}

/** `99.9 %`; never 100 % where something failed. */
export function percent(rate: number | null): string {
  if (rate === null) return '–';
  if (rate === 1) return '100 %';
  const digits = rate > 0.99 ? 2 : 1;
  return `${(Math.floor(rate * 100 * 10 ** digits) / 10 ** digits).toFixed(digits)} %`;
}
