/**
 * Which elements of a file belong to a view: runs of elements that follow each other, repeated by nested loops, and all of
 * that again and again. Vectors and subarrays of any dimension are such patterns. Lengths are in elements.
 */
export interface Pattern {
  /** Position of the first run. */
  readonly start: number;
  readonly run: number;
  /** The loops around a run, the innermost first: `count` times, `stride` apart. */
  readonly loops: readonly Loop[];
  /** Elements of the file after which everything repeats. */
  readonly extent: number;
  /** Elements of the view in one repetition; 0 for a view of nothing. */
  readonly length: number;
}

/** A repetition inside a pattern. */
export interface Loop {
  readonly count: number;
  readonly stride: number;
}

/** All elements. */
export const straight: Pattern = { start: 0, run: 1, loops: [], extent: 1, length: 1 };

/** `block` elements of every `stride`. */
export function strided(block: number, stride: number): Pattern {
  return block === stride ? straight : { start: 0, run: block, loops: [], extent: stride, length: block };
}

/** A block of a row-major array, with as few and as long runs as there can be. */
export function subarrayPattern(
  sizes: readonly number[],
  subsizes: readonly number[],
  starts: readonly number[],
): Pattern {
  const loops: Loop[] = [];
  let [start, run, stride] = [0, 1, 1];
  for (let axis = sizes.length - 1; axis >= 0; axis--) {
    start += starts[axis] * stride;
    if (run === stride) run *= subsizes[axis];
    else if (subsizes[axis] !== 1) loops.push({ count: subsizes[axis], stride });
    stride *= sizes[axis];
  }
  const length = subsizes.reduce((product, count) => product * count, 1);
  return run === stride ? straight : { start, run, loops, extent: stride, length };
}

/** Whether a pattern has no gaps. */
export function isStraight({ run, extent }: Pattern): boolean {
  return run === extent;
}

/** Position in the file of element `index` of a pattern that is not empty. */
export function positionOf(pattern: Pattern, index: number): number {
  const { start, run, loops, extent, length } = pattern;
  let rest = index % length;
  let at = start + Math.floor(index / length) * extent + (rest % run);
  rest = Math.floor(rest / run);
  for (const { count, stride } of loops) {
    at += (rest % count) * stride;
    rest = Math.floor(rest / count);
  }
  return at;
}

/** How many elements of a pattern lie before `position` in the file. */
export function indexOf(pattern: Pattern, position: number): number {
  const { start, run, loops, extent, length } = pattern;
  if (position <= 0 || length === 0) return 0;
  const whole = Math.floor(position / extent);
  let rest = position - whole * extent - start;
  let index = whole * length;
  let inner = length;
  for (let i = loops.length - 1; i >= 0 && rest > 0; i--) {
    const { count, stride } = loops[i];
    inner /= count;
    const before = Math.min(Math.floor(rest / stride), count);
    index += before * inner;
    if (before === count) return index;
    rest -= before * stride;
  }
  return index + Math.min(Math.max(rest, 0), run);
}
