import { add, atan, div, exp, mul, pow, type Scalar, sub, variables } from "../minimize/problems/jet.js";

/**
 * Data sets for nonlinear regression with certified results: NIST, Statistical Reference Datasets (1999). Data and
 * certified values are as published, each set from its two first guesses.
 */
export interface Regression {
  readonly name: string;
  /** How hard NIST calls it. */
  readonly difficulty: "lower" | "average" | "higher";
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly starts: readonly (readonly number[])[];
  readonly parameters: readonly number[];
  readonly standardDeviations: readonly number[];
  readonly sumOfSquares: number;
  /** The model's value at x. */
  readonly model: (b: readonly Scalar[], x: number) => Scalar;
}

/** The residuals of a regression for some of its data, with exact derivatives that are none of the toolkit's. */
export function residualsOf({ x, y, model }: Regression, first = 0, end = x.length) {
  const [xs, ys] = [x.slice(first, end), y.slice(first, end)];
  return {
    count: xs.length,
    residuals: (b: Float64Array, r: Float64Array) => {
      for (const [i, xi] of xs.entries()) r[i] = (model(Array.from(b), xi) as number) - ys[i];
    },
    jacobian: (b: Float64Array, jacobian: Float64Array) => {
      const at = variables(b, 1);
      for (const [i, xi] of xs.entries()) {
        const value = model(at, xi);
        if (typeof value !== "number") jacobian.set(value.gradient, i * b.length);
      }
    },
  };
}

/** Data in pairs (y, x), as NIST prints them. */
const pairs = (...numbers: readonly number[]) => ({
  y: numbers.filter((_, i) => i % 2 === 0),
  x: numbers.filter((_, i) => i % 2 === 1),
});

const square = (u: Scalar) => mul(u, u);
const polynomial = (x: number, coefficients: readonly Scalar[]) =>
  coefficients.reduceRight((sum, coefficient) => add(mul(sum, x), coefficient));

const MISRA = pairs(
  ...[10.07, 77.6, 14.73, 114.9, 17.94, 141.1, 23.93, 190.8, 29.61, 239.9, 35.18, 289.0, 40.02, 332.8],
  ...[44.82, 378.4, 50.76, 434.8, 55.05, 477.3, 61.01, 536.8, 66.4, 593.1, 75.47, 689.1, 81.78, 760.0],
);

export const REGRESSIONS: readonly Regression[] = [
  {
    name: "Misra1a",
    difficulty: "lower",
    ...MISRA,
    model: ([b1, b2], x) => mul(b1, sub(1, exp(mul(-x, b2)))),
    starts: [
      [500, 0.0001],
      [250, 0.0005],
    ],
    parameters: [2.3894212918e2, 5.5015643181e-4],
    standardDeviations: [2.7070075241, 7.2668688436e-6],
    sumOfSquares: 1.2455138894e-1,
  },
  {
    name: "Misra1b",
    difficulty: "lower",
    ...MISRA,
    model: ([b1, b2], x) => mul(b1, sub(1, pow(add(1, mul(x / 2, b2)), -2))),
    starts: [
      [500, 0.0001],
      [300, 0.0002],
    ],
    parameters: [3.3799746163e2, 3.9039091287e-4],
    standardDeviations: [3.1643950207, 4.2547321834e-6],
    sumOfSquares: 7.5464681533e-2,
  },
  {
    name: "Lanczos3",
    difficulty: "lower",
    y: [
      ...[2.5134, 2.0443, 1.6684, 1.3664, 1.1232, 0.9269, 0.7679, 0.6389, 0.5338, 0.4479, 0.3776, 0.3197],
      ...[0.272, 0.2325, 0.1997, 0.1723, 0.1493, 0.1301, 0.1138, 0.1, 0.0883, 0.0783, 0.0698, 0.0624],
    ],
    x: Array.from({ length: 24 }, (_, i) => (5 * i) / 100),
    model: ([b1, b2, b3, b4, b5, b6], x) =>
      add(mul(b1, exp(mul(-x, b2))), mul(b3, exp(mul(-x, b4))), mul(b5, exp(mul(-x, b6)))),
    starts: [
      [1.2, 0.3, 5.6, 5.5, 6.5, 7.6],
      [0.5, 0.7, 3.6, 4.2, 4, 6.3],
    ],
    parameters: [8.6816414977e-2, 9.5498101505e-1, 8.4400777463e-1, 2.9515951832, 1.5825685901, 4.9863565084],
    standardDeviations: [
      1.7197908859e-2, 9.7041624475e-2, 4.1488663282e-2, 1.0766312506e-1, 5.8371576281e-2, 3.4436403035e-2,
    ],
    sumOfSquares: 1.6117193594e-8,
  },
  {
    name: "DanWood",
    difficulty: "lower",
    ...pairs(2.138, 1.309, 3.421, 1.471, 3.597, 1.49, 4.34, 1.565, 4.882, 1.611, 5.66, 1.68),
    model: ([b1, b2], x) => mul(b1, pow(x, b2)),
    starts: [
      [1, 5],
      [0.7, 4],
    ],
    parameters: [7.6886226176e-1, 3.8604055871],
    standardDeviations: [1.828197386e-2, 5.1726610913e-2],
    sumOfSquares: 4.3173084083e-3,
  },
  {
    name: "Misra1c",
    difficulty: "average",
    ...MISRA,
    model: ([b1, b2], x) => mul(b1, sub(1, pow(add(1, mul(2 * x, b2)), -0.5))),
    starts: [
      [500, 0.0001],
      [600, 0.0002],
    ],
    parameters: [6.3642725809e2, 2.0813627256e-4],
    standardDeviations: [4.6638326572, 1.7728423155e-6],
    sumOfSquares: 4.0966836971e-2,
  },
  {
    name: "Misra1d",
    difficulty: "average",
    ...MISRA,
    model: ([b1, b2], x) => div(mul(b1, b2, x), add(1, mul(b2, x))),
    starts: [
      [500, 0.0001],
      [450, 0.0003],
    ],
    parameters: [4.3736970754e2, 3.0227324449e-4],
    standardDeviations: [3.6489174345, 2.9334354479e-6],
    sumOfSquares: 5.6419295283e-2,
  },
  {
    name: "Roszman1",
    difficulty: "average",
    ...pairs(
      ...[0.252429, -4868.68, 0.252141, -4868.09, 0.251809, -4867.41, 0.297989, -3375.19, 0.296257, -3373.14],
      ...[0.295319, -3372.03, 0.339603, -2473.74, 0.337731, -2472.35, 0.33382, -2469.45, 0.38951, -1894.65],
      ...[0.386998, -1893.4, 0.438864, -1497.24, 0.434887, -1495.85, 0.427893, -1493.41, 0.471568, -1208.68],
      ...[0.461699, -1206.18, 0.461144, -1206.04, 0.513532, -997.92, 0.506641, -996.61, 0.505062, -996.31],
      ...[0.535648, -834.94, 0.533726, -834.66, 0.568064, -710.03, 0.612886, -530.16, 0.624169, -464.17],
    ),
    model: ([b1, b2, b3, b4], x) => sub(sub(b1, mul(b2, x)), div(atan(div(b3, sub(x, b4))), Math.PI)),
    starts: [
      [0.1, -0.00001, 1000, -100],
      [0.2, -0.000005, 1200, -150],
    ],
    parameters: [2.0196866396e-1, -6.1953516256e-6, 1.2044556708e3, -1.8134269537e2],
    standardDeviations: [1.9172666023e-2, 3.2058931691e-6, 7.4050983057e1, 4.9573513849e1],
    sumOfSquares: 4.9484847331e-4,
  },
  {
    name: "MGH17",
    difficulty: "average",
    y: [
      ...[0.844, 0.908, 0.932, 0.936, 0.925, 0.908, 0.881, 0.85, 0.818, 0.784, 0.751, 0.718, 0.685, 0.658],
      ...[0.628, 0.603, 0.58, 0.558, 0.538, 0.522, 0.506, 0.49, 0.478, 0.467, 0.457, 0.448, 0.438, 0.431],
      ...[0.424, 0.42, 0.414, 0.411, 0.406],
    ],
    x: Array.from({ length: 33 }, (_, i) => 10 * i),
    model: ([b1, b2, b3, b4, b5], x) => add(b1, mul(b2, exp(mul(-x, b4))), mul(b3, exp(mul(-x, b5)))),
    starts: [
      [50, 150, -100, 1, 2],
      [0.5, 1.5, -1, 0.01, 0.02],
    ],
    parameters: [3.7541005211e-1, 1.9358469127, -1.4646871366, 1.286753464e-2, 2.2122699662e-2],
    standardDeviations: [2.0723153551e-3, 2.2031669222e-1, 2.2175707739e-1, 4.4861358114e-4, 8.9471996575e-4],
    sumOfSquares: 5.4648946975e-5,
  },
  {
    name: "BoxBOD",
    difficulty: "higher",
    ...pairs(109, 1, 149, 2, 149, 3, 191, 5, 213, 7, 224, 10),
    model: ([b1, b2], x) => mul(b1, sub(1, exp(mul(-x, b2)))),
    starts: [
      [1, 1],
      [100, 0.75],
    ],
    parameters: [2.1380940889e2, 5.4723748542e-1],
    standardDeviations: [1.2354515176e1, 1.0455993237e-1],
    sumOfSquares: 1.1680088766e3,
  },
  {
    name: "Rat42",
    difficulty: "higher",
    ...pairs(
      ...[8.93, 9, 10.8, 14, 18.59, 21, 22.33, 28, 39.35, 42, 56.11, 57, 61.73, 63, 64.62, 70, 67.08, 79],
    ),
    model: ([b1, b2, b3], x) => div(b1, add(1, exp(sub(b2, mul(b3, x))))),
    starts: [
      [100, 1, 0.1],
      [75, 2.5, 0.07],
    ],
    parameters: [7.2462237576e1, 2.6180768402, 6.7359200066e-2],
    standardDeviations: [1.7340283401, 8.8295217536e-2, 3.4465663377e-3],
    sumOfSquares: 8.0565229338,
  },
  {
    name: "Rat43",
    difficulty: "higher",
    y: [
      ...[16.08, 33.83, 65.8, 97.2, 191.55, 326.2, 386.87, 520.53, 590.03, 651.92, 724.93, 699.56, 689.96],
      ...[637.56, 717.41],
    ],
    x: Array.from({ length: 15 }, (_, i) => i + 1),
    model: ([b1, b2, b3, b4], x) => mul(b1, pow(add(1, exp(sub(b2, mul(b3, x)))), div(-1, b4))),
    starts: [
      [100, 10, 1, 1],
      [700, 5, 0.75, 1.3],
    ],
    parameters: [6.996415127e2, 5.2771253025, 7.5962938329e-1, 1.2792483859],
    standardDeviations: [1.6302297817e1, 2.0828735829, 1.9566123451e-1, 6.8761936385e-1],
    sumOfSquares: 8.786404908e3,
  },
  {
    name: "MGH09",
    difficulty: "higher",
    ...pairs(
      ...[
        0.1957, 4, 0.1947, 2, 0.1735, 1, 0.16, 0.5, 0.0844, 0.25, 0.0627, 0.167, 0.0456, 0.125, 0.0342, 0.1,
      ],
      ...[0.0323, 0.0833, 0.0235, 0.0714, 0.0246, 0.0625],
    ),
    model: ([b1, b2, b3, b4], x) => div(mul(b1, add(x * x, mul(x, b2))), add(x * x, mul(x, b3), b4)),
    starts: [
      [25, 39, 41.5, 39],
      [0.25, 0.39, 0.415, 0.39],
    ],
    parameters: [1.9280693458e-1, 1.9128232873e-1, 1.2305650693e-1, 1.3606233068e-1],
    standardDeviations: [1.1435312227e-2, 1.9633220911e-1, 8.0842031232e-2, 9.0025542308e-2],
    sumOfSquares: 3.0750560385e-4,
  },
  {
    name: "MGH10",
    difficulty: "higher",
    y: [
      ...[34780, 28610, 23650, 19630, 16370, 13720, 11540, 9744, 8261, 7030, 6005, 5147, 4427, 3820, 3307],
      2872,
    ],
    x: Array.from({ length: 16 }, (_, i) => 50 + 5 * i),
    model: ([b1, b2, b3], x) => mul(b1, exp(div(b2, add(x, b3)))),
    starts: [
      [2, 400000, 25000],
      [0.02, 4000, 250],
    ],
    parameters: [5.609636471e-3, 6.1813463463e3, 3.4522363462e2],
    standardDeviations: [1.5687892471e-4, 2.3309021107e1, 7.8486103508e-1],
    sumOfSquares: 8.7945855171e1,
  },
  {
    name: "Eckerle4",
    difficulty: "higher",
    y: [
      ...[0.0001575, 0.0001699, 0.000235, 0.0003102, 0.0004917, 0.000871, 0.0017418, 0.00464, 0.0065895],
      ...[0.0097302, 0.0149002, 0.023731, 0.0401683, 0.0712559, 0.1264458, 0.2073413, 0.2902366, 0.3445623],
      ...[0.3698049, 0.3668534, 0.3106727, 0.2078154, 0.1164354, 0.0616764, 0.03372, 0.0194023, 0.0117831],
      ...[0.0074357, 0.0022732, 0.00088, 0.0004579, 0.0002345, 0.0001586, 0.0001143, 0.000071],
    ],
    x: [
      ...[400, 405, 410, 415, 420, 425, 430, 435, 436.5, 438, 439.5, 441, 442.5, 444, 445.5, 447, 448.5],
      ...[450, 451.5, 453, 454.5, 456, 457.5, 459, 460.5, 462, 463.5, 465, 470, 475, 480, 485, 490, 495, 500],
    ],
    model: ([b1, b2, b3], x) => mul(div(b1, b2), exp(mul(-0.5, square(div(sub(x, b3), b2))))),
    starts: [
      [1, 10, 500],
      [1.5, 5, 450],
    ],
    parameters: [1.5543827178, 4.0888321754, 4.5154121844e2],
    standardDeviations: [1.5408051163e-2, 4.6803020753e-2, 4.6800518816e-2],
    sumOfSquares: 1.4635887487e-3,
  },
  {
    name: "Thurber",
    difficulty: "higher",
    ...pairs(
      ...[80.574, -3.067, 84.248, -2.981, 87.264, -2.921, 87.195, -2.912, 89.076, -2.84, 89.608, -2.797],
      ...[89.868, -2.702, 90.101, -2.699, 92.405, -2.633, 95.854, -2.481, 100.696, -2.363, 101.06, -2.322],
      ...[401.672, -1.501, 390.724, -1.46, 567.534, -1.274, 635.316, -1.212, 733.054, -1.1, 759.087, -1.046],
      ...[894.206, -0.915, 990.785, -0.714, 1090.109, -0.566, 1080.914, -0.545, 1122.643, -0.4],
      ...[1178.351, -0.309, 1260.531, -0.109, 1273.514, -0.103, 1288.339, 0.01, 1327.543, 0.119],
      ...[1353.863, 0.377, 1414.509, 0.79, 1425.208, 0.963, 1421.384, 1.006, 1442.962, 1.115],
      ...[1464.35, 1.572, 1468.705, 1.841, 1447.894, 2.047, 1457.628, 2.2],
    ),
    model: (b, x) => div(polynomial(x, b.slice(0, 4)), polynomial(x, [1, ...b.slice(4)])),
    starts: [
      [1000, 1000, 400, 40, 0.7, 0.3, 0.03],
      [1300, 1500, 500, 75, 1, 0.4, 0.05],
    ],
    parameters: [
      1.28813968e3, 1.4910792535e3, 5.8323836877e2, 7.5416644291e1, 9.6629502864e-1, 3.9797285797e-1,
      4.9727297349e-2,
    ],
    standardDeviations: [
      4.6647963344, 3.9571156086e1, 2.8698696102e1, 5.567537027, 3.1333340687e-2, 1.4984928198e-2,
      6.5842344623e-3,
    ],
    sumOfSquares: 5.6427082397e3,
  },
];
