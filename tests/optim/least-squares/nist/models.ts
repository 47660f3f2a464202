import { add, atan, cos, div, exp, mul, pow, type Scalar, sin, sub } from "../../minimize/problems/jet.js";

/** What a model predicts for parameters b, at one or two predictors. */
export type Model = (b: readonly Scalar[], x: number, x2: number) => Scalar;

const square = (u: Scalar) => mul(u, u);
const decay = (rate: Scalar, x: number) => exp(mul(-x, rate));
const polynomial = (x: number, coefficients: readonly Scalar[]) =>
  coefficients.reduceRight((sum, coefficient) => add(mul(sum, x), coefficient));

/** A ratio of polynomials, so many coefficients above; the first below is 1. */
const rational =
  (above: number): Model =>
  (b, x) =>
    div(polynomial(x, b.slice(0, above)), polynomial(x, [1, ...b.slice(above)]));

const saturation: Model = ([b1, b2], x) => mul(b1, sub(1, decay(b2, x)));

const chwirut: Model = ([b1, b2, b3], x) => div(decay(b1, x), add(b2, mul(b3, x)));

const lanczos: Model = ([b1, b2, b3, b4, b5, b6], x) =>
  add(mul(b1, decay(b2, x)), mul(b3, decay(b4, x)), mul(b5, decay(b6, x)));

const gauss: Model = ([b1, b2, ...peaks], x) => {
  const peak = ([height, centre, width]: Scalar[]) =>
    mul(height, exp(mul(-1, square(div(sub(x, centre), width)))));
  return add(mul(b1, decay(b2, x)), peak(peaks.slice(0, 3)), peak(peaks.slice(3)));
};

/** The models of NIST's 27 sets for nonlinear regression, in the order of their difficulty. */
export const MODELS: Readonly<Record<string, Model>> = {
  Misra1a: saturation,
  Chwirut2: chwirut,
  Chwirut1: chwirut,
  Lanczos3: lanczos,
  Gauss1: gauss,
  Gauss2: gauss,
  DanWood: ([b1, b2], x) => mul(b1, pow(x, b2)),
  Misra1b: ([b1, b2], x) => mul(b1, sub(1, pow(add(1, mul(x / 2, b2)), -2))),

  Kirby2: rational(3),
  Hahn1: rational(4),
  Nelson: ([b1, b2, b3], x1, x2) => sub(b1, mul(b2, x1, decay(b3, x2))),
  MGH17: ([b1, b2, b3, b4, b5], x) => add(b1, mul(b2, decay(b4, x)), mul(b3, decay(b5, x))),
  Lanczos1: lanczos,
  Lanczos2: lanczos,
  Gauss3: gauss,
  Misra1c: ([b1, b2], x) => mul(b1, sub(1, pow(add(1, mul(2 * x, b2)), -0.5))),
  Misra1d: ([b1, b2], x) => div(mul(b1, b2, x), add(1, mul(b2, x))),
  Roszman1: ([b1, b2, b3, b4], x) => sub(sub(b1, mul(b2, x)), div(atan(div(b3, sub(x, b4))), Math.PI)),
  ENSO: ([b1, b2, b3, b4, b5, b6, b7, b8, b9], x) => {
    const wave = (period: Scalar, c: Scalar, s: Scalar) => {
      const phase = div(2 * Math.PI * x, period);
      return add(mul(c, cos(phase)), mul(s, sin(phase)));
    };
    return add(b1, wave(12, b2, b3), wave(b4, b5, b6), wave(b7, b8, b9));
  },

  MGH09: ([b1, b2, b3, b4], x) => div(mul(b1, add(x * x, mul(x, b2))), add(x * x, mul(x, b3), b4)),
  Thurber: rational(4),
  BoxBOD: saturation,
  Rat42: ([b1, b2, b3], x) => div(b1, add(1, exp(sub(b2, mul(b3, x))))),
  MGH10: ([b1, b2, b3], x) => mul(b1, exp(div(b2, add(x, b3)))),
  Eckerle4: ([b1, b2, b3], x) => mul(div(b1, b2), exp(mul(-0.5, square(div(sub(x, b3), b2))))),
  Rat43: ([b1, b2, b3, b4], x) => mul(b1, pow(add(1, exp(sub(b2, mul(b3, x)))), div(-1, b4))),
  Bennett5: ([b1, b2, b3], x) => mul(b1, pow(add(b2, x), div(-1, b3))),
};
