import type { FloatDType } from "../tensor/index.js";

/** The number with the fewest digits that is `value` in `dtype`, so that it can be read back without loss. */
export function shortest(value: number, dtype: FloatDType): number {
  if (dtype === "float64") return value;
  const single = Math.fround(value);
  for (let digits = 1; digits < 9; digits++) {
    const candidate = Number(single.toPrecision(digits));
    if (Math.fround(candidate) === single) return candidate;
  }
  return Number(single.toPrecision(9)); // always enough (IEEE 754-2019, 5.12.2)
}

/**
 * A number that was computed in `dtype` as a multiple of `scale` and then shifted: without the digits that lie below the
 * precision of `scale` and would be noise.
 */
export function withoutNoise(value: number, scale: number, dtype: FloatDType): number {
  const decimals = Math.ceil(-Math.log10(scale * (dtype === "float64" ? Number.EPSILON : 2 ** -23)));
  return decimals <= 100 ? Number(value.toFixed(Math.max(0, decimals))) : value;
}
