import { TuttiError } from "../../errors.js";
import { describe } from "../elements.js";

/**
 * Divides `size` ranks over a grid: entries of `dims` that are 0 are chosen, the others are kept. Their product is `size`.
 *
 * The chosen entries are as close to each other as `size` allows (the least difference between the largest and the smallest,
 * then the smallest in order of size) and do not increase: `dimsCreate(12, [0, 0])` is `[4, 3]`. An array
 * of zeros thus says how many dimensions to make. (MPI 4.1, section 8.5.2, MPI_Dims_create.)
 *
 * @throws TuttiError "argument" if `size` is not a positive integer, an entry is negative or not an integer, or the product of
 *   the kept entries does not divide `size`
 */
export function dimsCreate(size: number, dims: readonly number[]): number[] {
  if (!Number.isSafeInteger(size) || size < 1) {
    const message = `dimsCreate: size must be a positive integer, found ${describe(size)}`;
    throw new TuttiError("argument", message, { call: "dimsCreate", argument: "size", found: size });
  }
  checkDims("dimsCreate", dims);
  return fillDims("dimsCreate", size, dims);
}

/** Refuses what is not an array of counts. */
export function checkDims(call: string, dims: readonly number[]): void {
  if (!Array.isArray(dims)) {
    const message = `${call}: dims must be an Array of the ranks along each axis, found ${describe(dims)}`;
    throw new TuttiError("argument", message, { call, argument: "dims" });
  }
  for (const [axis, count] of dims.entries()) {
    if (Number.isSafeInteger(count) && count >= 0) continue;
    const message = `${call}: dims[${axis}] must be a number of ranks, or 0 to have it chosen, found ${describe(count)}`;
    throw new TuttiError("argument", message, { call, argument: "dims", axis, found: count });
  }
}

/** {@link dimsCreate} of checked arguments for the method `call`. */
export function fillDims(call: string, size: number, dims: readonly number[]): number[] {
  const kept = dims.filter((count) => count > 0).reduce((product, count) => product * count, 1);
  const open = dims.filter((count) => count === 0).length;
  if (size % kept !== 0 || (open === 0 && kept !== size)) {
    const wanted = open === 0 ? `must be ${size}` : `must divide the ${size} ranks`;
    const message = `${call}: the product of the given dims ${wanted}, found ${kept} (dims ${dims.join("×")})`;
    throw new TuttiError("argument", message, { call, argument: "dims", found: kept, size });
  }
  const chosen = open === 0 ? [] : mostEven(size / kept, open);
  return dims.map((count) => (count > 0 ? count : chosen.shift()!));
}

/** The factors of `n` that differ least, in decreasing order. */
function mostEven(n: number, factors: number): number[] {
  const divisors = divisorsOf(n);
  let best: number[] = [];
  let least = Number.POSITIVE_INFINITY;
  const choose = (rest: number, missing: number, found: readonly number[]) => {
    const most = found.at(-1) ?? rest;
    if (missing === 1) {
      if (rest > most) return;
      const difference = (found[0] ?? rest) - rest;
      // the search meets the smallest in order of size first
      if (difference < least) [least, best] = [difference, [...found, rest]];
      return;
    }
    for (const divisor of divisors) {
      if (divisor > most) return;
      // the largest of the factors that are missing is at least their geometric mean
      if (divisor ** missing >= rest && rest % divisor === 0)
        choose(rest / divisor, missing - 1, [...found, divisor]);
    }
  };
  choose(n, factors, []);
  return best;
}

/** In increasing order. */
function divisorsOf(n: number): number[] {
  const small: number[] = [];
  for (let divisor = 1; divisor * divisor <= n; divisor++) if (n % divisor === 0) small.push(divisor);
  const large = small.map((divisor) => n / divisor).reverse();
  return small.at(-1) === large[0] ? [...small, ...large.slice(1)] : [...small, ...large];
}
