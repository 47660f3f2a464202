import type { Comm } from "../comm/index.js";
import { TuttiError } from "../errors.js";
import { petsc } from "./runtime.js";

/**
 * How many entries there are: a number in all, which PETSc divides among the ranks, or `[local, global]`, of which one
 * may be null: it is then found from the other.
 */
export type Size = number | readonly [local: number | null, global: number | null];

const DECIDE = -1;

/** Local and global size on this rank. Collective. @throws TuttiError `argument` for what is no size */
export function splitSize(call: string, comm: Comm, size: Size): { local: number; global: number } {
  const [local, global] = typeof size === "number" ? [null, size] : size;
  for (const part of [local, global]) {
    if (part === null || (Number.isInteger(part) && part >= 0 && part < 2 ** 31)) continue;
    const message = `${call}: size must be a whole number of entries or [local, global], found ${part}`;
    throw new TuttiError("argument", message, { call, found: part });
  }
  if (local === null && global === null)
    throw new TuttiError("argument", `${call}: size must say the local or the global number of entries`, {
      call,
    });
  if (local !== null && global !== null) requireSum(call, comm, local, global);
  const { f, scratch, handleOf } = petsc();
  scratch.ints[0] = local ?? DECIDE;
  scratch.ints[1] = global ?? DECIDE;
  f.PetscSplitOwnership(handleOf(comm), scratch.at, scratch.at + 4);
  return { local: scratch.ints[0], global: scratch.ints[1] };
}

/** The local sizes of all ranks make the global one; PETSc does not look where it is built for speed. */
function requireSum(call: string, comm: Comm, local: number, global: number): void {
  const sum = comm.allreduce(local);
  if (sum === global) return;
  const message = `${call}: the local sizes of all ranks must add up to the global one, ${global}, found ${sum}`;
  throw new TuttiError("argument", message, { call, found: sum, wanted: global });
}
