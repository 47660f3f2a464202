import { median, timeOf } from "./timing.js";

/** How often an operation is done: first untimed, then timed. */
export interface Repetitions {
  readonly warmup: number;
  readonly iterations: number;
}

/** Timed iterations for messages of up to 64 KiB, up to 1 MiB, and beyond. */
export type IterationsBySize = readonly [small: number, large: number, huge: number];

const SMALL = 65536;
const LARGE = 1048576;

/**
 * How often to repeat for messages of `bytes`: `iterations` if given, else less often the longer the messages are.
 *
 * Before that, messages are warmed up for as long as they are timed, so that what they run through is compiled at its
 * best; the longest for a tenth of that, which makes their buffers known and fills caches.
 */
export function repetitionsFor(
  bytes: number,
  [small, large, huge]: IterationsBySize,
  iterations = bytes <= SMALL ? small : bytes <= LARGE ? large : huge,
): Repetitions {
  return { warmup: bytes <= LARGE ? iterations : Math.ceil(iterations / 10), iterations };
}

/** Parts of the timed iterations whose median counts, so that an interruption of one does not. */
const BATCHES = 10;

/** Microseconds that a call of `operation` takes on this rank. */
export function timeEach(repetitions: Repetitions, operation: () => void): number {
  return medianBatch(repetitions, (count) => timeOf(operation, count));
}

/** Microseconds that a call of `operation` takes on this rank when `between`, which does not count, precedes each. */
export function timeEachAfter(repetitions: Repetitions, between: () => void, operation: () => void): number {
  return medianBatch(repetitions, (count) => {
    let milliseconds = 0;
    for (let i = 0; i < count; i++) {
      between();
      milliseconds += timeOf(operation, 1);
    }
    return milliseconds / count;
  });
}

function medianBatch({ warmup, iterations }: Repetitions, timeBatch: (count: number) => number): number {
  timeBatch(warmup);
  const batches = Math.min(BATCHES, iterations);
  const end = (batch: number) => Math.floor((batch * iterations) / batches);
  return 1000 * median(Array.from({ length: batches }, (_, i) => timeBatch(end(i + 1) - end(i))));
}
