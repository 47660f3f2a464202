import { abs, add, div, exp, mul, pow, type Scalar, sub } from "./jet.js";
import type { Statement } from "./problem.js";

const fit = (y: readonly number[], model: (i: number) => Scalar) => y.map((yi, i) => sub(yi, model(i)));
const decay = (rate: Scalar, t: number) => exp(mul(-t, rate));
const bell = (t: number, centre: Scalar, width: Scalar) => exp(mul(-1, width, pow(sub(t, centre), 2)));

const BARD = [0.14, 0.18, 0.22, 0.25, 0.29, 0.32, 0.35, 0.39, 0.37, 0.58, 0.73, 0.96, 1.34, 2.1, 4.39];
const GAUSS = [
  0.0009, 0.0044, 0.0175, 0.054, 0.1295, 0.242, 0.3521, 0.3989, 0.3521, 0.242, 0.1295, 0.054, 0.0175, 0.0044,
  0.0009,
];
const MEYER = [
  34780, 28610, 23650, 19630, 16370, 13720, 11540, 9744, 8261, 7030, 6005, 5147, 4427, 3820, 3307, 2872,
];
const KOWALIK = [0.1957, 0.1947, 0.1735, 0.16, 0.0844, 0.0627, 0.0456, 0.0342, 0.0323, 0.0235, 0.0246];
const KOWALIK_AT = [4, 2, 1, 0.5, 0.25, 0.167, 0.125, 0.1, 0.0833, 0.0714, 0.0625];
const OSBORNE_1 = [
  0.844, 0.908, 0.932, 0.936, 0.925, 0.908, 0.881, 0.85, 0.818, 0.784, 0.751, 0.718, 0.685, 0.658, 0.628,
  0.603, 0.58, 0.558, 0.538, 0.522, 0.506, 0.49, 0.478, 0.467, 0.457, 0.448, 0.438, 0.431, 0.424, 0.42, 0.414,
  0.411, 0.406,
];
const OSBORNE_2 = [
  1.366, 1.191, 1.112, 1.013, 0.991, 0.885, 0.831, 0.847, 0.786, 0.725, 0.746, 0.679, 0.608, 0.655, 0.616,
  0.606, 0.602, 0.626, 0.651, 0.724, 0.649, 0.649, 0.694, 0.644, 0.624, 0.661, 0.612, 0.558, 0.533, 0.495,
  0.5, 0.423, 0.395, 0.375, 0.372, 0.391, 0.396, 0.405, 0.428, 0.429, 0.523, 0.562, 0.607, 0.653, 0.672,
  0.708, 0.633, 0.668, 0.645, 0.632, 0.591, 0.559, 0.597, 0.625, 0.739, 0.71, 0.729, 0.72, 0.636, 0.581,
  0.428, 0.292, 0.162, 0.098, 0.054,
];

/** Problems that fit a curve to data of the paper. */
export const curves: readonly Statement[] = [
  {
    name: "8 Bard",
    x0: [1, 1, 1],
    minima: [8.21487e-3, 17.4286],
    residuals: ([x1, x2, x3]) =>
      fit(BARD, (at) => {
        const [u, v] = [at + 1, 15 - at];
        return add(x1, div(u, add(mul(v, x2), mul(Math.min(u, v), x3))));
      }),
  },
  {
    name: "9 Gaussian",
    x0: [0.4, 1, 0],
    minima: [1.12793e-8],
    residuals: ([x1, x2, x3]) => fit(GAUSS, (at) => mul(x1, bell((7 - at) / 2, x3, div(x2, 2)))),
  },
  {
    name: "10 Meyer",
    x0: [0.02, 4000, 250],
    minima: [87.9458],
    residuals: ([x1, x2, x3]) => fit(MEYER, (at) => mul(x1, exp(div(x2, add(50 + 5 * at, x3))))),
  },
  {
    name: "11 Gulf research and development",
    x0: [5, 2.5, 0.15],
    minima: [0],
    solution: [50, 25, 1.5],
    residuals: ([x1, x2, x3]) =>
      Array.from({ length: 99 }, (_, at) => {
        const t = (at + 1) / 100;
        const y = 25 + (-50 * Math.log(t)) ** (2 / 3);
        return sub(exp(mul(-1, div(pow(abs(sub(y, x2)), x3), x1))), t);
      }),
  },
  {
    name: "15 Kowalik and Osborne",
    x0: [0.25, 0.39, 0.415, 0.39],
    minima: [3.07505e-4, 1.02734e-3],
    residuals: ([x1, x2, x3, x4]) =>
      fit(KOWALIK, (at) => {
        const u = KOWALIK_AT[at];
        return mul(x1, div(add(u * u, mul(u, x2)), add(u * u, mul(u, x3), x4)));
      }),
  },
  {
    name: "17 Osborne 1",
    x0: [0.5, 1.5, -1, 0.01, 0.02],
    minima: [5.46489e-5],
    residuals: ([x1, x2, x3, x4, x5]) =>
      fit(OSBORNE_1, (at) => add(x1, mul(x2, decay(x4, 10 * at)), mul(x3, decay(x5, 10 * at)))),
  },
  {
    name: "18 Biggs EXP6",
    x0: [1, 2, 1, 1, 1, 1],
    minima: [0, 5.65565e-3],
    solution: [1, 10, 1, 5, 4, 3],
    residuals: ([x1, x2, x3, x4, x5, x6]) =>
      Array.from({ length: 13 }, (_, at) => {
        const t = 0.1 * (at + 1);
        const y = Math.exp(-t) - 5 * Math.exp(-10 * t) + 3 * Math.exp(-4 * t);
        return add(mul(x3, decay(x1, t)), mul(-1, x4, decay(x2, t)), mul(x6, decay(x5, t)), -y);
      }),
  },
  {
    name: "19 Osborne 2",
    x0: [1.3, 0.65, 0.65, 0.7, 0.6, 3, 5, 7, 2, 4.5, 5.5],
    minima: [4.01377e-2],
    residuals: ([x1, x2, x3, x4, x5, x6, x7, x8, x9, x10, x11]) =>
      fit(OSBORNE_2, (at) => {
        const t = at / 10;
        return add(
          mul(x1, decay(x5, t)),
          mul(x2, bell(t, x9, x6)),
          mul(x3, bell(t, x10, x7)),
          mul(x4, bell(t, x11, x8)),
        );
      }),
  },
];
