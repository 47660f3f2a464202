/*
 * What keeps the event loop of this thread alive: the measure by which Node, too, decides that a program is over. Timers
 * and handles that the program has declared unimportant by `unref`, and Atomics.waitAsync, do not count.
 */

/** What the standard streams are once something was printed. Node lists them always; the loop counts them while they are read. */
const STREAMS = ["PipeWrap", "TTYWrap"];

/** Whether nothing but one timer of Tutti's own seems to do so. It takes some microseconds. */
export function seemsIdle(): boolean {
  const found = process.getActiveResourcesInfo().filter((name) => !STREAMS.includes(name));
  return found.length === 1 && found[0] === "Timeout";
}

/**
 * The same for certain, to be asked in the callback of that timer: Node's list lacks work that its thread pool does for
 * zlib, crypto and addons, and does not tell streams that are read from others, but the loop counts both. It takes some
 * milliseconds.
 */
export function isIdle(): boolean {
  if (!seemsIdle()) return false;
  const { libuv } = process.report.getReport() as unknown as {
    libuv: { type: string; is_active: boolean }[];
  };
  return libuv.every(({ type, is_active }) => type !== "loop" || !is_active);
}
