/** The value that so many per cent of the sorted values don't exceed. */
export function percentile(sorted, percent) {
  if (sorted.length === 0) return null;
  return sorted[Math.min(sorted.length - 1, Math.ceil((percent / 100) * sorted.length) - 1)];
}

/** p50, p95, p99 and maximum of values in any order. */
export function spread(values) {
  const sorted = Float64Array.from(values).sort();
  return {
    count: sorted.length,
    p50: percentile(sorted, 50),
    p95: percentile(sorted, 95),
    p99: percentile(sorted, 99),
    max: sorted.length ? sorted[sorted.length - 1] : null,
  };
}

export function median(values) {
  const sorted = [...values].filter((value) => value !== null && value !== undefined).sort((a, b) => a - b);
  if (sorted.length === 0) return null;
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Of several runs with the same fields, the median of each numeric field. */
export function medianOf(runs) {
  const fields = Object.keys(runs[0]).filter((field) => typeof runs[0][field] === 'number');
  return Object.fromEntries(fields.map((field) => [field, median(runs.map((run) => run[field]))]));
}
