import { isIdle } from "./explain/idle.js";

/** Turns, of a millisecond each, after which a rank looks whether its event loop has anything left to do. */
const PATIENCE = 100;

let current: Promise<boolean> | undefined;
let turns = 0;
/** Who waits for the present turn, and who waited for the one before if nothing else was left in the loop then. */
let waiting = new Set<object>();
let suspects: Set<object> | undefined;

/**
 * A turn of the event loop for a request that only this rank itself can complete. All that are pending share one, so that
 * nothing else of Tutti's keeps the loop alive.
 *
 * @returns whether nothing is left that could complete any of them: the loop had nothing to do for two turns in a row, and
 * what was awaited in both is the same, so that no request was completed in the first with what follows from it.
 */
export function nextTurn(request: object): Promise<boolean> {
  waiting.add(request);
  current ??= new Promise((resolve, reject) => {
    setTimeout(() => {
      try {
        resolve(endTurn());
      } catch (error) {
        reject(error);
      }
    }, 1);
  });
  return current;
}

function endTurn(): boolean {
  const now = waiting;
  const same = suspects?.size === now.size && [...now].every((request) => suspects!.has(request));
  const suspected = suspects !== undefined;
  [current, waiting, suspects] = [undefined, new Set(), undefined];
  turns = (turns + 1) % PATIENCE;
  if (suspected) return same && isIdle();
  if (turns === 0 && isIdle()) suspects = now;
  return false;
}
