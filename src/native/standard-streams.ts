import { isMainThread } from "node:worker_threads";
import type { Library } from "./library.js";

/** Of Linux on x86-64 and arm64, where the last argument of `fcntl` goes where that of any function does. */
const [F_GETFL, F_SETFL, O_NONBLOCK] = [3, 4, 0o4000];

/**
 * Lets what C writes to stdout and stderr wait for their reader. Node makes pipes nonblocking when it opens them, and C's
 * streams then lose what a full pipe does not take. Elsewhere than on Linux nothing changes.
 *
 * @param library any: it leads to the C library
 */
export function waitForReaders(library: Library): void {
  if (process.platform !== "linux") return;
  if (isMainThread) void [process.stdout, process.stderr]; // opened now, they are not made nonblocking later
  const fcntl = library.function("fcntl", "i:iii");
  for (const stream of [1, 2]) {
    const flags = fcntl(stream, F_GETFL, 0);
    if (flags >= 0 && (flags & O_NONBLOCK) !== 0) fcntl(stream, F_SETFL, flags & ~O_NONBLOCK);
  }
}
