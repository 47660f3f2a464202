import { TuttiError } from "../errors.js";
import { describe } from "./elements.js";

/** Which elements of a buffer belong to which rank. */
export interface Layout {
  readonly counts: readonly number[];
  /** Position of each rank's first element. */
  readonly displs: readonly number[];
  /** Whether the caller gave the counts; if not, they are all equal. */
  readonly given: boolean;
}

/** Equal pieces without gaps. */
export function evenLayout(size: number, count: number): Layout {
  const counts = new Array<number>(size).fill(count);
  return { counts, displs: counts.map((_, rank) => rank * count), given: false };
}

/**
 * The layout that a caller asks for: `counts` or else `evenCount` elements for each rank, at `displs` or else without gaps.
 *
 * @param of what errors call those that the pieces belong to
 * @throws TuttiError "argument" for a wrong number of entries or an entry that is not a count
 */
export function makeLayout(
  call: string,
  names: { readonly counts: string; readonly displs: string },
  counts: ArrayLike<number> | undefined,
  displs: ArrayLike<number> | undefined,
  size: number,
  evenCount: number,
  of = "ranks",
): Layout {
  if (counts === undefined && displs === undefined) return evenLayout(size, evenCount);
  if (counts !== undefined) checkEntries(call, names.counts, counts, size, of);
  if (displs !== undefined) checkEntries(call, names.displs, displs, size, of);
  const pieces = counts === undefined ? new Array<number>(size).fill(evenCount) : Array.from(counts);
  return {
    counts: pieces,
    displs: displs === undefined ? offsets(pieces) : Array.from(displs),
    given: counts !== undefined,
  };
}

/** Positions of pieces that follow each other without gaps. */
export function offsets(counts: readonly number[]): number[] {
  let next = 0;
  return counts.map((count) => {
    const at = next;
    next += count;
    return at;
  });
}

/** Length of the shortest buffer that holds all pieces. */
export function extent({ counts, displs }: Layout): number {
  let end = 0;
  for (let r = 0; r < counts.length; r++) if (counts[r] > 0) end = Math.max(end, displs[r] + counts[r]);
  return end;
}

function checkEntries(
  call: string,
  argument: string,
  values: ArrayLike<number>,
  size: number,
  of: string,
): void {
  if (values.length !== size) {
    throw new TuttiError(
      "argument",
      `${call}: ${argument} must have one entry for each of the ${size} ${of}, found ${values.length}`,
      { call, argument, found: values.length, wanted: size },
    );
  }
  for (let r = 0; r < size; r++) {
    if (Number.isSafeInteger(values[r]) && values[r] >= 0) continue;
    throw new TuttiError(
      "argument",
      `${call}: ${argument}[${r}] must be a number of elements, found ${describe(values[r])}`,
      { call, argument, rank: r },
    );
  }
}
