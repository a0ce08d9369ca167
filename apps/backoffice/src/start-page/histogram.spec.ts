import { addTo, bucketOf, BUCKETS, percentile } from './histogram';

function histogramOf(durations: number[]): number[] {
  const histogram = new Array<number>(BUCKETS).fill(0);
  for (const duration of durations) histogram[bucketOf(duration)] += 1;
  return histogram;
}

describe('percentiles from a histogram', () => {
  it.each([0.5, 0.95, 0.99])('at %f is within 10 % of the exact one', (share) => {
    const durations = Array.from({ length: 5_000 }, (_, i) => 20 + ((i * 7919) % 5_000));
    const exact = [...durations].sort((a, b) => a - b)[Math.ceil(durations.length * share) - 1];
    expect(Math.abs(percentile(histogramOf(durations), share)! - exact) / exact).toBeLessThan(0.1);
  });

  it('should keep what is shorter than a millisecond or longer than 10 s', () => {
    expect(histogramOf([0, 1, 60_000]).reduce((a, b) => a + b)).toBe(3);
    expect(bucketOf(60_000)).toBe(BUCKETS - 1);
  });

  it('should be nothing when there was nothing', () => {
    expect(percentile(histogramOf([]), 0.95)).toBeNull();
  });

  it('should be the same for two halves as for the whole', () => {
    const sum: number[] = [];
    addTo(sum, histogramOf([5, 50, 500]));
    addTo(sum, histogramOf([7, 70, 700]));
    expect(sum).toEqual(histogramOf([5, 50, 500, 7, 70, 700]));
  });
});
