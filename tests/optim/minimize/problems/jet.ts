/**
 * A number that knows its first and second derivatives by all variables: truncated Taylor arithmetic, exact to rounding,
 * and independent of the toolkit's own differentiation, which it is there to test.
 */
export class Jet {
  constructor(
    readonly value: number,
    readonly gradient: Float64Array,
    /** Row by row; absent where only first derivatives are wanted. */
    readonly hessian?: Float64Array,
  ) {}
}

/** What residuals are written in: plain numbers for values, jets for derivatives. */
export type Scalar = number | Jet;

/** The variables at x, as jets with derivatives up to `order`. */
export const variables = (x: ArrayLike<number>, order: 1 | 2): Jet[] =>
  Array.from(x, (value, i) => {
    const gradient = new Float64Array(x.length);
    gradient[i] = 1;
    return new Jet(value, gradient, order === 2 ? new Float64Array(x.length ** 2) : undefined);
  });

/** The value alone. */
export const plain = (u: Scalar): number => (typeof u === "number" ? u : u.value);

/** φ(u), from φ, φ′ and φ″ at u. */
function chain(u: Jet, value: number, first: number, second: number): Jet {
  const { gradient: g, hessian: h } = u;
  const n = g.length;
  const curvature = h?.map((huv, at) => first * huv + second * g[Math.floor(at / n)] * g[at % n]);
  return new Jet(
    value,
    g.map((gi) => first * gi),
    curvature,
  );
}

function plus(u: Scalar, v: Scalar): Scalar {
  if (typeof u === "number") return typeof v === "number" ? u + v : plus(v, u);
  if (typeof v === "number") return new Jet(u.value + v, u.gradient, u.hessian);
  const sum = (a: Float64Array, b: Float64Array) => a.map((ai, i) => ai + b[i]);
  return new Jet(u.value + v.value, sum(u.gradient, v.gradient), u.hessian && sum(u.hessian, v.hessian!));
}

function times(u: Scalar, v: Scalar): Scalar {
  if (typeof u === "number") return typeof v === "number" ? u * v : chain(v, u * v.value, u, 0);
  if (typeof v === "number") return times(v, u);
  const { gradient: g } = u;
  const { gradient: k } = v;
  const n = g.length;
  return new Jet(
    u.value * v.value,
    g.map((gi, i) => gi * v.value + u.value * k[i]),
    u.hessian?.map((huv, at) => {
      const [i, j] = [Math.floor(at / n), at % n];
      return huv * v.value + u.value * v.hessian![at] + g[i] * k[j] + g[j] * k[i];
    }),
  );
}

export const add = (...terms: Scalar[]): Scalar => terms.reduce(plus, 0);
export const mul = (...factors: Scalar[]): Scalar => factors.reduce(times);
export const sub = (u: Scalar, v: Scalar): Scalar => plus(u, times(-1, v));
export const div = (u: Scalar, v: Scalar): Scalar => times(u, pow(v, -1));

const lifted =
  (f: (x: number) => number, first: (x: number) => number, second: (x: number) => number) =>
  (u: Scalar): Scalar =>
    typeof u === "number" ? f(u) : chain(u, f(u.value), first(u.value), second(u.value));

export const exp = lifted(Math.exp, Math.exp, Math.exp);
export const log = lifted(
  Math.log,
  (x) => 1 / x,
  (x) => -1 / x ** 2,
);
export const sin = lifted(Math.sin, Math.cos, (x) => -Math.sin(x));
export const cos = lifted(
  Math.cos,
  (x) => -Math.sin(x),
  (x) => -Math.cos(x),
);
export const abs = lifted(Math.abs, Math.sign, () => 0);
export const atan = lifted(
  Math.atan,
  (x) => 1 / (1 + x * x),
  (x) => (-2 * x) / (1 + x * x) ** 2,
);

/** u to the power p; u must be positive where p is a jet. */
export function pow(u: Scalar, p: Scalar): Scalar {
  if (typeof p !== "number") return exp(times(p, log(u)));
  return lifted(
    (x) => x ** p,
    (x) => p * x ** (p - 1),
    (x) => p * (p - 1) * x ** (p - 2),
  )(u);
}
