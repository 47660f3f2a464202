import { type Fixed, fromNumber } from "./ulp-reference.js";

/** The distance between doubles at a number of this magnitude (the unit in the last place), as a power of two. */
function ulpExponent(value: bigint, bits: number): number {
  const magnitude = value < 0n ? -value : value;
  return Math.max(-1074, magnitude.toString(2).length - 1 - bits - 52);
}

/** How far the double `y` is from the exact value, in units in the last place of the exact value. */
export function ulpsFromExact(y: number, exact: Fixed): number {
  if (!Number.isFinite(y)) return Number.POSITIVE_INFINITY;
  const bits = Math.max(exact.bits, 1074);
  const value = exact.value << BigInt(bits - exact.bits);
  const difference = fromNumber(y, bits) - value;
  const ulp = 1n << BigInt(bits + ulpExponent(exact.value, exact.bits));
  return Number((1000n * (difference < 0n ? -difference : difference)) / ulp) / 1000;
}

/** How far the float `y` is from `exact`, a double, in units in the last place of a float; 0 if both are NaN. */
export function floatUlps(y: number, exact: number): number {
  const rounded = Math.fround(exact);
  if (Number.isNaN(exact)) return Number.isNaN(y) ? 0 : Number.POSITIVE_INFINITY;
  if (!Number.isFinite(rounded) || !Number.isFinite(y)) return y === rounded ? 0 : Number.POSITIVE_INFINITY;
  if (rounded === 0 && y === 0) return Object.is(rounded, y) ? 0 : Number.POSITIVE_INFINITY;
  const exponent = exact === 0 ? -149 : Math.max(-126, Math.floor(Math.log2(Math.abs(exact)))) - 23;
  return Math.abs(y - exact) / 2 ** exponent;
}

/** Numbers that look random and are the same in every run, in [0, 1): the generator of Park and Miller. */
export function repeatable(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}
