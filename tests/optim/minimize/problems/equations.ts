import { add, atan, div, exp, mul, plain, pow, type Scalar, sub } from "./jet.js";
import type { Statement } from "./problem.js";

const square = (u: Scalar) => pow(u, 2);
const range = <T>(count: number, of: (i: number) => T) => Array.from({ length: count }, (_, i) => of(i + 1));
const root = Math.sqrt;

/** The angle of (x, y) over 2π, from −¼ to ¾. */
const turn = (x: Scalar, y: Scalar) => add(div(atan(div(y, x)), 2 * Math.PI), plain(x) < 0 ? 0.5 : 0);

/** Problems of a fixed number of variables that are made up; the numbers are those of the paper. */
export const equations: readonly Statement[] = [
  {
    name: "1 Rosenbrock",
    x0: [-1.2, 1],
    minima: [0],
    solution: [1, 1],
    residuals: ([x1, x2]) => [mul(10, sub(x2, square(x1))), sub(1, x1)],
  },
  {
    name: "2 Freudenstein and Roth",
    x0: [0.5, -2],
    minima: [0, 48.9842],
    solution: [5, 4],
    residuals: ([x1, x2]) => [
      add(-13, x1, mul(sub(mul(sub(5, x2), x2), 2), x2)),
      add(-29, x1, mul(sub(mul(add(x2, 1), x2), 14), x2)),
    ],
  },
  {
    name: "3 Powell badly scaled",
    x0: [0, 1],
    minima: [0],
    residuals: ([x1, x2]) => [sub(mul(1e4, x1, x2), 1), add(exp(mul(-1, x1)), exp(mul(-1, x2)), -1.0001)],
  },
  {
    name: "4 Brown badly scaled",
    x0: [1, 1],
    minima: [0],
    solution: [1e6, 2e-6],
    residuals: ([x1, x2]) => [sub(x1, 1e6), sub(x2, 2e-6), sub(mul(x1, x2), 2)],
  },
  {
    name: "5 Beale",
    x0: [1, 1],
    minima: [0],
    solution: [3, 0.5],
    residuals: ([x1, x2]) => [1.5, 2.25, 2.625].map((y, i) => sub(y, mul(x1, sub(1, pow(x2, i + 1))))),
  },
  {
    name: "6 Jennrich and Sampson",
    x0: [0.3, 0.4],
    minima: [124.362],
    residuals: ([x1, x2]) => range(10, (i) => sub(2 + 2 * i, add(exp(mul(i, x1)), exp(mul(i, x2))))),
  },
  {
    name: "7 Helical valley",
    x0: [-1, 0, 0],
    minima: [0],
    solution: [1, 0, 0],
    residuals: ([x1, x2, x3]) => [
      mul(10, sub(x3, mul(10, turn(x1, x2)))),
      mul(10, sub(pow(add(square(x1), square(x2)), 0.5), 1)),
      x3,
    ],
  },
  {
    name: "12 Box three-dimensional",
    x0: [0, 10, 20],
    minima: [0],
    solution: [1, 10, 1],
    residuals: ([x1, x2, x3]) =>
      range(10, (i) => {
        const t = 0.1 * i;
        return sub(sub(exp(mul(-t, x1)), exp(mul(-t, x2))), mul(x3, Math.exp(-t) - Math.exp(-10 * t)));
      }),
  },
  {
    name: "13 Powell singular",
    x0: [3, -1, 0, 1],
    minima: [0],
    solution: [0, 0, 0, 0],
    residuals: (x) => powellSingular(x),
  },
  {
    name: "14 Wood",
    x0: [-3, -1, -3, -1],
    minima: [0],
    solution: [1, 1, 1, 1],
    residuals: ([x1, x2, x3, x4]) => [
      mul(10, sub(x2, square(x1))),
      sub(1, x1),
      mul(root(90), sub(x4, square(x3))),
      sub(1, x3),
      mul(root(10), add(x2, x4, -2)),
      mul(1 / root(10), sub(x2, x4)),
    ],
  },
  {
    name: "16 Brown and Dennis",
    x0: [25, 5, -5, -1],
    minima: [85822.2],
    residuals: ([x1, x2, x3, x4]) =>
      range(20, (i) => {
        const t = i / 5;
        return add(
          square(add(x1, mul(t, x2), -Math.exp(t))),
          square(add(x3, mul(Math.sin(t), x4), -Math.cos(t))),
        );
      }),
  },
];

/** Problem 13, of which problem 22 is made. */
export const powellSingular = ([x1, x2, x3, x4]: readonly Scalar[]): Scalar[] => [
  add(x1, mul(10, x2)),
  mul(root(5), sub(x3, x4)),
  square(sub(x2, mul(2, x3))),
  mul(root(10), square(sub(x1, x4))),
];
