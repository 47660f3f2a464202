import { scaleLinear, scaleLog } from "d3-scale";

/**
 * How values are laid out on an axis: evenly, by their logarithm, or, for shares near 1, by the logarithm of what is
 * missing, so that 90 %, 99 % and 99.9 % are equally far apart.
 */
export type ScaleKind = "linear" | "log" | "nines";

export interface AxisSpec {
  readonly label: string;
  readonly kind: ScaleKind;
  readonly domain: readonly [number, number];
  /** Text of a value in tooltips; absent: four digits. */
  readonly format?: (value: number) => string;
  /** Kind of tick text on a linear axis, as d3-format specifies it; precision is chosen by the scale. */
  readonly tickFormat?: string;
}

export interface Tick {
  readonly at: number;
  readonly text: string;
}

export interface Axis {
  /** Position in pixels; values outside the domain are moved to its ends. */
  at(value: number): number;
  /** At most about `count` round values with their positions. */
  ticks(count: number): Tick[];
}

/** An axis that maps `domain` to the pixels from `from` to `to`. */
export function makeAxis({ kind, domain, tickFormat }: AxisSpec, from: number, to: number): Axis {
  if (kind === "linear") {
    const scale = scaleLinear(domain, [from, to]).clamp(true);
    return {
      at: scale,
      ticks: (count) => {
        const text = scale.tickFormat(count, tickFormat ?? (Math.max(...domain) >= 1e5 ? "~s" : undefined));
        return scale.ticks(count).map((value) => ({ at: scale(value), text: text(value) }));
      },
    };
  }
  if (kind === "log") {
    const scale = scaleLog(domain, [from, to]).clamp(true);
    return {
      // Zero and less have no logarithm: they stand at the lower end.
      at: (value) => scale(value > 0 ? value : domain[0]),
      ticks: (count) =>
        decades(domain, count, [[1, 2, 5], [1, 3], [1]]).map((value) => ({
          at: scale(value),
          text: plain(value),
        })),
    };
  }
  const errors: [number, number] = [1 - domain[1], 1 - domain[0]];
  const scale = scaleLog(errors, [to, from]).clamp(true);
  return {
    at: (value) => scale(value < 1 ? 1 - value : errors[0]),
    ticks: (count) =>
      decades(errors, count, [[1, 2, 5], [1, 5], [1]]).map((error) => ({
        at: scale(error),
        text: nines(error),
      })),
  };
}

/** Round values of a logarithmic axis: the first choice of digits with few enough, or every few powers of ten. */
function decades(
  [low, high]: readonly [number, number],
  count: number,
  choices: readonly (readonly number[])[],
): number[] {
  const first = Math.floor(Math.log10(low));
  const powers = Array.from({ length: Math.ceil(Math.log10(high)) - first + 1 }, (_, i) => first + i);
  const candidates = choices.map((digits) =>
    powers
      .flatMap((power) => digits.map((digit) => Number(`${digit}e${power}`)))
      .filter((value) => value >= low && value <= high),
  );
  if (candidates[0].length < 2) return scaleLinear([low, high], [0, 1]).ticks(count);
  const fitting = candidates.find((values) => values.length <= count);
  if (fitting && fitting.length >= 2) return fitting;
  const tens = candidates[candidates.length - 1];
  return tens.filter((_, i) => i % Math.ceil(tens.length / count) === 0);
}

function plain(value: number): string {
  return value >= 1e-4 && value < 1e5 ? String(Number(value.toPrecision(6))) : value.toExponential(0);
}

/** The share that goes with an error, with as many decimals as the error needs: 0.02 is 98%. */
function nines(error: number): string {
  return `${(100 * (1 - error)).toFixed(Math.max(0, -Math.floor(Math.log10(error) + 1e-9) - 2))}%`;
}
