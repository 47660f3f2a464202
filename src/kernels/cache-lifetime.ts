import { lstatSync, lutimesSync, readdirSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { COMPILE_TIMEOUT } from "./compiler.js";

const DAY = 86_400_000;

/** A failed compilation is not tried again for this long (ms): ranks that start together fail together. */
export const FAILURE_LASTS = 60_000;

/** Who holds a lock for longer than this (ms) was killed. */
export const LOCK_LASTS = 2 * COMPILE_TIMEOUT;

/** What the cache names its files, and how long (ms) they stay after they were written or marked as used. */
const LIFETIMES: readonly (readonly [RegExp, number])[] = [
  [/^kernels-[0-9a-f]{32}-[0-9a-f]{64}\.so$/, 30 * DAY],
  [/^kernels-[0-9a-f]{32}\.failed$/, FAILURE_LASTS],
  [/^kernels-[0-9a-f]{32}\.lock$/, LOCK_LASTS],
  // What a killed compilation leaves.
  [/^\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.so$/, LOCK_LASTS],
];

/** Milliseconds since the file was written or marked as used; infinite if there is none. */
export function age(file: string): number {
  const found = lstatSync(file, { throwIfNoEntry: false });
  return found ? Date.now() - found.mtimeMs : Number.POSITIVE_INFINITY;
}

/** Keeps an entry from being pruned for another 30 days. Writes at most once a day: a home may be on a network. */
export function markAsUsed(file: string): void {
  if (age(file) < DAY) return;
  quietly(() => lutimesSync(file, new Date(), new Date()));
}

/**
 * Removes what nobody used for as long as it lasts: libraries of other versions and processors, traces of killed processes.
 *
 * Only regular files with names that the cache gives. A library that is loaded stays in memory; a process that has found
 * one and not loaded it yet finds or compiles it again.
 */
export function prune(folder: string): void {
  for (const name of readdirSync(folder)) {
    const file = join(folder, name);
    const lasts = LIFETIMES.find(([pattern]) => pattern.test(name))?.[1];
    if (lasts === undefined || age(file) < lasts) continue;
    quietly(() => {
      if (lstatSync(file).isFile()) unlinkSync(file);
    });
  }
}

/** Keeping the cache in order may fail, as in a folder that is read-only: kernels run all the same. */
function quietly(action: () => void): void {
  try {
    action();
  } catch {
    // Another attempt follows with the next compilation or the next use.
  }
}
