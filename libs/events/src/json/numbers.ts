const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/**
 * Whether a double holds a JSON number exactly as it is written, so that every parser reads the value that was sent:
 * `0.7049999999999272` and `1.50` yes; `7615917337495251231`, `1e400`, and `1e-400` no.
 */
export function isHeldByDouble(literal: string): boolean {
  const number = Number(literal);
  const printed = String(number);
  if (printed === literal) return true;
  return Number.isFinite(number) && decimal(literal) === decimal(printed);
}

/** A decimal in one spelling: its digits without zeros around them, and the exponent of the last one. */
function decimal(literal: string): string {
  const [, sign, whole, fraction = '', exponent = '0'] = NUMBER.exec(literal) ?? [];
  const digits = `${whole}${fraction}`;
  let start = 0;
  while (digits[start] === '0') start++;
  let end = digits.length;
  while (end > start && digits[end - 1] === '0') end--;
  if (start === end) return '0';
  return `${sign}${digits.slice(start, end)}e${Number(exponent) - fraction.length + digits.length - end}`;
}
