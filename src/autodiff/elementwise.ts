import type { FloatDType, Tensor } from "../tensor/index.js";
import {
  add,
  cos,
  div,
  equal,
  exp,
  greater,
  less,
  log,
  mul,
  neg,
  pow,
  reciprocal,
  reluGrad,
  sigmoid,
  sigmoidGrad,
  sign,
  sin,
  square,
  sub,
  tanhGrad,
  where,
} from "../tensor/index.js";
import { type Input, scalar } from "../tensor/internal.js";
import { type Application, type Rule, symmetric } from "./rule.js";

/** d · f′ for a function of one argument, from its argument x and value y. */
const unary = (derivative: (d: Tensor, x: Input, y: Tensor) => Tensor | null): Rule =>
  symmetric((d, { inputs: [x], output }) => derivative(d, x, output));

/** d · ∂f/∂a and d · ∂f/∂b for a function of two arguments. */
const binary = (...derivatives: ((d: Tensor, a: Input, b: Input, y: Tensor) => Tensor | null)[]): Rule =>
  symmetric((d, { inputs: [a, b], output }, i) => derivatives[i](d, a, b, output));

/** The share of an extreme that belongs to `a`: all where it wins, half where both are equal. */
const share = (d: Tensor, wins: Tensor, a: Input, b: Input) =>
  where(wins, d, where(equal(a, b), mul(d, 0.5), 0));

const TWO_OVER_ROOT_PI = 2 / Math.sqrt(Math.PI);

// Steps: zero wherever there is a derivative.
const step = unary(() => null);

export const elementwise = {
  sign: step,
  floor: step,
  ceil: step,
  round: step,

  neg: unary((d) => neg(d)),
  abs: unary((d, x) => mul(d, sign(x))),
  sqrt: unary((d, _, y) => div(mul(d, 0.5), y)),
  square: unary((d, x) => mul(mul(d, 2), x)),
  reciprocal: unary((d, _, y) => neg(mul(d, square(y)))),
  exp: unary((d, _, y) => mul(d, y)),
  expm1: unary((d, x) => mul(d, exp(x))),
  log: unary((d, x) => div(d, x)),
  log1p: unary((d, x) => mul(d, reciprocal(add(x, 1)))),
  sin: unary((d, x) => mul(d, cos(x))),
  cos: unary((d, x) => neg(mul(d, sin(x)))),
  tanh: unary((d, _, y) => tanhGrad(d, y)),
  sigmoid: unary((d, _, y) => sigmoidGrad(d, y)),
  softplus: unary((d, x) => mul(d, sigmoid(x))),
  erf: unary((d, x) => mul(mul(d, TWO_OVER_ROOT_PI), exp(neg(square(x))))),
  relu: unary((d, x) => reluGrad(d, x)),

  add: binary(
    (d) => d,
    (d) => d,
  ),
  sub: binary(
    (d) => d,
    (d) => neg(d),
  ),
  mul: binary(
    (d, _, b) => mul(d, b),
    (d, a) => mul(d, a),
  ),
  div: binary(
    (d, _, b) => div(d, b),
    (d, _, b, y) => neg(div(mul(d, y), b)),
  ),
  pow: binary(
    (d, a, b) => mul(d, mul(b, pow(a, typeof b === "number" ? b - 1 : sub(b, 1)))),
    (d, a, _, y) => {
      const base = typeof a === "number" ? scalar(a, d.dtype as FloatDType) : a;
      const defined = greater(base, 0);
      return mul(d, where(defined, mul(y, log(where(defined, base, 1))), 0));
    },
  ),
  maximum: binary(
    (d, a, b) => share(d, greater(a, b), a, b),
    (d, a, b) => share(d, less(a, b), a, b),
  ),
  minimum: binary(
    (d, a, b) => share(d, less(a, b), a, b),
    (d, a, b) => share(d, greater(a, b), a, b),
  ),

  // The one-pass derivatives of tanh, sigmoid and relu.
  tanhGrad: binary(
    (d, _, y) => tanhGrad(d, y),
    (d, g, y) => mul(mul(d, -2), mul(g, y)),
  ),
  sigmoidGrad: binary(
    (d, _, y) => sigmoidGrad(d, y),
    (d, g, y) => mul(d, mul(g, sub(1, mul(y, 2)))),
  ),
  reluGrad: binary(
    (d, _, x) => reluGrad(d, x),
    () => null,
  ),

  // inputs: condition, a, b
  where: symmetric((d: Tensor, { inputs: [condition] }: Application, i: number) =>
    i === 0 ? null : i === 1 ? where(condition, d, 0) : where(condition, 0, d),
  ),
};
