import { powellSingular } from "./equations.js";
import { add, cos, div, exp, mul, pow, type Scalar, sin, sub } from "./jet.js";
import type { Statement } from "./problem.js";

const square = (u: Scalar) => pow(u, 2);
const range = <T>(count: number, of: (i: number) => T) => Array.from({ length: count }, (_, i) => of(i + 1));
const root = Math.sqrt;
const sumOf = (terms: readonly Scalar[]) => add(...terms);
const times = <T>(count: number, of: (i: number) => T) => Array.from({ length: count }, (_, i) => of(i));

/** Problems that have any number of variables, at the sizes for which minima are published, or at 10. */
export const systems: readonly Statement[] = [
  {
    name: "20 Watson, 6 variables",
    x0: times(6, () => 0),
    minima: [2.28767e-3],
    residuals: (x) => watson(x),
  },
  {
    name: "20 Watson, 9 variables",
    x0: times(9, () => 0),
    minima: [1.39976e-6],
    residuals: (x) => watson(x),
  },
  {
    name: "21 Extended Rosenbrock",
    x0: times(10, (j) => (j % 2 === 0 ? -1.2 : 1)),
    minima: [0],
    solution: times(10, () => 1),
    residuals: (x) =>
      times(5, (i) => [mul(10, sub(x[2 * i + 1], square(x[2 * i]))), sub(1, x[2 * i])]).flat(),
  },
  {
    name: "22 Extended Powell singular",
    x0: times(12, (j) => [3, -1, 0, 1][j % 4]),
    minima: [0],
    solution: times(12, () => 0),
    residuals: (x) => times(3, (i) => powellSingular(x.slice(4 * i, 4 * i + 4))).flat(),
  },
  {
    name: "23 Penalty I, 4 variables",
    x0: range(4, (j) => j),
    minima: [2.24997e-5],
    residuals: (x) => penaltyI(x),
  },
  {
    name: "23 Penalty I, 10 variables",
    x0: range(10, (j) => j),
    minima: [7.08765e-5],
    residuals: (x) => penaltyI(x),
  },
  {
    name: "24 Penalty II, 4 variables",
    x0: times(4, () => 0.5),
    minima: [9.37629e-6],
    residuals: (x) => penaltyII(x),
  },
  {
    name: "24 Penalty II, 10 variables",
    x0: times(10, () => 0.5),
    minima: [2.9366e-4],
    residuals: (x) => penaltyII(x),
  },
  {
    name: "25 Variably dimensioned",
    x0: range(10, (j) => 1 - j / 10),
    minima: [0],
    solution: times(10, () => 1),
    residuals(x) {
      const weighted = sumOf(x.map((xj, j) => mul(j + 1, sub(xj, 1))));
      return [...x.map((xi) => sub(xi, 1)), weighted, square(weighted)];
    },
  },
  {
    name: "26 Trigonometric",
    x0: times(10, () => 1 / 10),
    minima: [0, 2.79506e-5],
    residuals(x) {
      const cosines = x.map((xj) => cos(xj));
      const rest = sub(x.length, sumOf(cosines));
      return x.map((xi, i) => add(rest, mul(i + 1, sub(1, cosines[i])), mul(-1, sin(xi))));
    },
  },
  {
    name: "27 Brown almost-linear",
    x0: times(10, () => 0.5),
    minima: [0, 1],
    solution: times(10, () => 1),
    residuals(x) {
      const n = x.length;
      const sum = sumOf(x);
      return x.map((xi, i) => (i < n - 1 ? add(xi, sum, -(n + 1)) : sub(mul(...x), 1)));
    },
  },
  {
    name: "28 Discrete boundary value",
    x0: range(10, (j) => (j / 11) * (j / 11 - 1)),
    minima: [0],
    residuals(x) {
      const h = 1 / (x.length + 1);
      return x.map((xi, i) => {
        const neighbours = add(x[i - 1] ?? 0, x[i + 1] ?? 0);
        return add(mul(2, xi), mul(-1, neighbours), mul(h ** 2 / 2, pow(add(xi, (i + 1) * h + 1), 3)));
      });
    },
  },
  {
    name: "29 Discrete integral equation",
    x0: range(10, (j) => (j / 11) * (j / 11 - 1)),
    minima: [0],
    residuals(x) {
      const h = 1 / (x.length + 1);
      const t = x.map((_, j) => (j + 1) * h);
      const cubes = x.map((xj, j) => pow(add(xj, t[j] + 1), 3));
      return x.map((xi, i) => {
        const kernel = (j: number) => (j <= i ? (1 - t[i]) * t[j] : t[i] * (1 - t[j]));
        return add(xi, mul(h / 2, sumOf(cubes.map((cube, j) => mul(kernel(j), cube)))));
      });
    },
  },
  {
    name: "30 Broyden tridiagonal",
    x0: times(10, () => -1),
    minima: [0],
    residuals: (x) =>
      x.map((xi, i) => add(mul(sub(3, mul(2, xi)), xi), mul(-1, x[i - 1] ?? 0), mul(-2, x[i + 1] ?? 0), 1)),
  },
  {
    name: "31 Broyden banded",
    x0: times(10, () => -1),
    minima: [0],
    residuals: (x) =>
      x.map((xi, i) => {
        const band = x.filter((_, j) => j !== i && j >= i - 5 && j <= i + 1);
        return add(
          mul(xi, add(2, mul(5, square(xi)))),
          1,
          mul(-1, sumOf(band.map((xj) => mul(xj, add(1, xj))))),
        );
      }),
  },
  {
    name: "32 Linear, full rank",
    x0: times(10, () => 1),
    minima: [10],
    solution: times(10, () => -1),
    residuals(x) {
      const m = 20;
      const mean = mul(2 / m, sumOf(x));
      return times(m, (i) => (i < x.length ? sub(sub(x[i], mean), 1) : sub(mul(-1, mean), 1)));
    },
  },
  {
    name: "33 Linear, rank 1",
    x0: times(10, () => 1),
    minima: [(20 * 19) / (2 * 41)],
    residuals(x) {
      const sum = sumOf(x.map((xj, j) => mul(j + 1, xj)));
      return range(20, (i) => sub(mul(i, sum), 1));
    },
  },
  {
    name: "34 Linear, rank 1, with zero columns and rows",
    x0: times(10, () => 1),
    minima: [(20 ** 2 + 3 * 20 - 6) / (2 * (2 * 20 - 3))],
    residuals(x) {
      const sum = sumOf(x.slice(1, -1).map((xj, j) => mul(j + 2, xj)));
      return range(20, (i) => (i === 1 || i === 20 ? -1 : sub(mul(i - 1, sum), 1)));
    },
  },
  {
    name: "35 Chebyquad, 8 variables",
    x0: range(8, (j) => j / 9),
    minima: [3.51687e-3],
    residuals: (x) => chebyquad(x),
  },
  {
    name: "35 Chebyquad, 10 variables",
    x0: range(10, (j) => j / 11),
    minima: [6.50395e-3, 4.77271e-3],
    residuals: (x) => chebyquad(x),
  },
];

function watson(x: readonly Scalar[]): Scalar[] {
  const rows = range(29, (i) => {
    const t = i / 29;
    const slope = sumOf(x.slice(1).map((xj, j) => mul((j + 1) * t ** j, xj)));
    const value = sumOf(x.map((xj, j) => mul(t ** j, xj)));
    return add(slope, mul(-1, square(value)), -1);
  });
  return [...rows, x[0], add(x[1], mul(-1, square(x[0])), -1)];
}

const penaltyI = (x: readonly Scalar[]): Scalar[] => [
  ...x.map((xi) => mul(root(1e-5), sub(xi, 1))),
  sub(sumOf(x.map(square)), 0.25),
];

function penaltyII(x: readonly Scalar[]): Scalar[] {
  const n = x.length;
  const a = root(1e-5);
  const grown = x.map((xi) => exp(div(xi, 10)));
  const y = (i: number) => Math.exp(i / 10) + Math.exp((i - 1) / 10);
  return [
    sub(x[0], 0.2),
    ...range(n - 1, (i) => mul(a, add(grown[i], grown[i - 1], -y(i + 1)))),
    ...range(n - 1, (i) => mul(a, sub(grown[i], Math.exp(-1 / 10)))),
    sub(sumOf(x.map((xj, j) => mul(n - j, square(xj)))), 1),
  ];
}

/** The means of Chebyshev's polynomials, shifted to [0, 1], over the points x, less their integrals. */
function chebyquad(x: readonly Scalar[]): Scalar[] {
  const n = x.length;
  const shifted = x.map((xj) => sub(mul(2, xj), 1));
  let before: Scalar[] = x.map(() => 1);
  let now: Scalar[] = shifted;
  return range(n, (i) => {
    const mean = div(sumOf(now), n);
    [before, now] = [now, now.map((tj, j) => sub(mul(2, shifted[j], tj), before[j]))];
    return i % 2 === 0 ? add(mean, 1 / (i * i - 1)) : mean;
  });
}
