export interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * The mean of each value and its neighbours, `span` values in all (odd); fewer near the ends, evenly on both sides,
 * so that a straight line stays the same line. Values that are not finite are left out of the means.
 */
export function smooth(values: readonly number[], span: number): number[] {
  const sums = new Float64Array(values.length + 1);
  const counts = new Uint32Array(values.length + 1);
  values.forEach((value, i) => {
    const finite = Number.isFinite(value);
    sums[i + 1] = sums[i] + (finite ? value : 0);
    counts[i + 1] = counts[i] + (finite ? 1 : 0);
  });
  const reach = Math.floor(span / 2);
  return values.map((_, i) => {
    const side = Math.min(reach, i, values.length - 1 - i);
    const [from, to] = [i - side, i + side + 1];
    return (sums[to] - sums[from]) / (counts[to] - counts[from]);
  });
}

/**
 * At most `4 * buckets` of the points that draw the same line: of each of `buckets` equal ranges of x the first, the
 * lowest, the highest and the last point. Points must be ordered by x.
 *
 * Source: M4, Jugel et al., "M4: a visualization-oriented time series data aggregation", VLDB 2014.
 */
export function decimate(points: readonly Point[], buckets: number): readonly Point[] {
  if (points.length <= 4 * buckets) return points;
  const from = points[0].x;
  const width = (points[points.length - 1].x - from) / buckets || 1;
  const bucketOf = (point: Point) => Math.min(Math.floor((point.x - from) / width), buckets - 1);
  const kept: Point[] = [];
  for (let start = 0; start < points.length; ) {
    const bucket = bucketOf(points[start]);
    let [low, high, end] = [start, start, start];
    for (; end < points.length && bucketOf(points[end]) === bucket; end++) {
      const { y } = points[end];
      if (y < points[low].y || Number.isNaN(points[low].y)) low = end;
      if (y > points[high].y || Number.isNaN(points[high].y)) high = end;
    }
    const indices = new Set([start, Math.min(low, high), Math.max(low, high), end - 1]);
    for (const index of indices) kept.push(points[index]);
    start = end;
  }
  return kept;
}
