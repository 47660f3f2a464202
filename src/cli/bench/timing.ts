/** The middle of the values, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Milliseconds that one call takes, on average over `count` calls. */
export function timeOf(call: () => void, count: number): number {
  const start = performance.now();
  for (let i = 0; i < count; i++) call();
  return (performance.now() - start) / count;
}

/**
 * The shortest time of each call in milliseconds: what it takes when nothing else disturbs it.
 *
 * Each is repeated until it fills about `milliseconds`, `rounds` times, all calls in turn, so that a change in the speed of
 * a shared machine meets all of them.
 */
export function bestTimes(calls: readonly (() => void)[], rounds: number, milliseconds: number): number[] {
  const counts = calls.map((call) => {
    timeOf(call, 1); // compiles, fills caches
    let count = 1;
    for (let time = timeOf(call, 1); time * count < milliseconds && count < 1e6; time = timeOf(call, count))
      count = Math.max(count * 2, Math.ceil(milliseconds / time));
    return count;
  });
  const best = calls.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < rounds; round++) {
    for (const [i, call] of calls.entries()) best[i] = Math.min(best[i], timeOf(call, counts[i]));
  }
  return best;
}
