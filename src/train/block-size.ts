import { kernels } from "../kernels/index.js";
import { scope } from "../tensor/index.js";

/** What the numbers of one block may take, in bytes: a core's share of the caches. */
const CACHE_BYTES = 4 * 2 ** 20;
/** Fewer samples make products of matrices slow; with more, nothing is gained. */
const LEAST = 128;
const MOST = 4096;

/**
 * How many samples to evaluate at once so that what lies between inputs and loss is still in the cache when the sweep
 * backwards comes for it. A power of two, which depends on the model alone.
 *
 * @param samples how many there are
 * @param run evaluates the first so many of them
 */
export function blockSizeFor(samples: number, run: (samples: number) => void): number {
  const few = Math.min(samples, LEAST);
  if (few === 0) return LEAST;
  const { heap } = kernels();
  const bytes = scope(() => {
    const before = heap.bytesInUse;
    run(few);
    return (heap.bytesInUse - before) / few;
  });
  const fitting = 2 ** Math.floor(Math.log2(CACHE_BYTES / bytes));
  return Math.min(MOST, Math.max(LEAST, fitting));
}
