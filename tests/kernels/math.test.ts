import assert from "node:assert/strict";
import { test } from "node:test";
import { UNARY } from "../../src/kernels/index.js";
import { floatUlps, repeatable, ulpsFromExact } from "../support/ulp.js";
import { type Fixed, type ReferenceName, reference } from "../support/ulp-reference.js";
import { rounded, unary } from "./arrays.js";
import { type Precision, TARGETS, targetOrReason } from "./products.js";

/** The largest error that is allowed, in units in the last place. */
const LIMITS: Record<ReferenceName, number> = {
  exp: 2,
  expm1: 3,
  log: 2,
  log1p: 2,
  sin: 3,
  cos: 3,
  tanh: 2,
  sigmoid: 2,
  softplus: 4,
  erf: 4,
};
const NAMES = Object.keys(LIMITS) as ReferenceName[];

/** Arguments that functions are tested on in double precision: dense where they bend, and of every magnitude. */
function doubles(name: ReferenceName): number[] {
  const random = repeatable(17);
  const points: number[] = [];
  const positive = name === "log";
  const sign = () => (positive || random() < 0.5 ? 1 : -1);
  for (let i = 0; i < 800; i++) points.push(sign() * random());
  for (let i = 0; i < 500; i++) points.push(sign() * random() * 10);
  for (let i = 0; i < 300; i++) points.push(sign() * random() * 40);
  for (let i = 0; i < 200; i++) points.push(sign() * random() * 750);
  for (let i = 0; i < 200; i++) points.push(1 + (random() - 0.5) / 8);
  for (let i = 0; i < 200; i++) points.push(sign() * (1 + random()) * 2 ** -Math.floor(random() * 70));
  for (let i = 0; i < 200; i++)
    points.push(sign() * (1 + random()) * 2 ** Math.floor(random() * 2097 - 1074));
  const inDomain = { log: (x: number) => x > 0, log1p: (x: number) => x > -1 } as const;
  const finite = { exp: (x: number) => x < 709.782, expm1: (x: number) => x < 709.782 } as const;
  const keep = { ...inDomain, ...finite } as Partial<Record<ReferenceName, (x: number) => boolean>>;
  return points.filter((x) => x !== 0 && (keep[name]?.(x) ?? true));
}

/** Arguments where earlier or simpler formulas are known to lose most. */
const HARD: Partial<Record<ReferenceName, readonly number[]>> = {
  exp: [709.782712893384, -708.3964185322641, -745.1332191019411, -744.4400719213812, 0.34657359027997264],
  expm1: [0.34657359027997264, -0.34657359027997264, 36.7, -36.7, 709.782712893384],
  log: [
    0.9999999999999999,
    1.0000000000000002,
    Math.SQRT1_2,
    Math.SQRT2,
    Number.MAX_VALUE,
    5e-324,
    2.2250738585072014e-308,
  ],
  log1p: [
    -0.9999999999999999,
    -0.2928932188134524,
    0.41421356237309503,
    1e-16,
    -1e-16,
    2 ** 53,
    Number.MAX_VALUE,
  ],
  // The doubles nearest to multiples of pi/2, and one of the worst cases for reduction of large arguments.
  sin: [
    Math.PI,
    2 * Math.PI,
    1647099,
    1647099.5,
    6381956970095103 * 2 ** 797,
    1e22,
    Number.MAX_VALUE,
    2 ** 1000,
  ],
  cos: [Math.PI / 2, 3 * (Math.PI / 2), 1647099, 6381956970095103 * 2 ** 797, 1e22, Number.MAX_VALUE],
  tanh: [0.55, 0.5499999999999999, 0.21897347396798872, 19.06, 22, 1e-300, 5e-324],
  sigmoid: [-740, -745.1, -708.5, -37, 37, -3.1116781620866929, 5e-324],
  softplus: [-740, -745.1, -708.5, -0.8813735870195429, -0.8813735870195432, 37, 1e300],
  erf: [1, 0.9999999999999999, 5.9, 6, 6.1, 1e-300, 5e-324, 0.4769362762044699],
};

for (const target of TARGETS) {
  const { kernels, skip } = targetOrReason(target);

  for (const name of NAMES)
    test(`${target}: ${name} is within ${LIMITS[name]} ulp in f64`, { skip }, () => {
      const points = [
        ...doubles(name),
        ...(HARD[name] ?? []),
        ...(HARD[name] ?? []).filter(isOdd(name)).map(negated),
      ];
      const results = unary(kernels!, "f64", UNARY[name], points);
      for (const [i, x] of points.entries()) {
        const error = ulpsFromExact(results[i], exact(name, x));
        assert.ok(error <= LIMITS[name], `${name}(${x}) = ${results[i]} is wrong by ${error} ulp`);
      }
    });

  for (const name of NAMES)
    test(`${target}: ${name} is within ${LIMITS[name]} ulp in f32, over all floats`, { skip }, () => {
      const { x, y } = floats(name);
      const results = unary(kernels!, "f32", UNARY[name], x);
      for (let i = 0; i < x.length; i++) {
        const error = floatUlps(results[i], y[i]);
        if (!(error <= LIMITS[name]))
          assert.fail(`${name}(${x[i]}) = ${results[i]} is wrong by ${error} ulp`);
      }
    });

  for (const precision of ["f64", "f32"] as const)
    test(`${target}: zeros, infinities and NaN in ${precision}, in every lane`, { skip }, () => {
      for (const [name, cases] of Object.entries(SPECIAL)) {
        const all = [
          ...cases,
          ...SPECIAL_OF[precision].filter((one) => one.name === name).map((one) => one.pair),
        ];
        // An ordinary number between two special ones, so that each meets every lane of a vector.
        const x = Array.from({ length: 96 }, (_, i) => (i % 2 ? 0.3 : all[(i >> 1) % all.length][0]));
        const results = unary(kernels!, precision, UNARY[name as ReferenceName], x);
        for (const [i, y] of results.entries()) {
          const expected = i % 2 ? results[1] : rounded(precision, all[(i >> 1) % all.length][1]);
          assert.ok(Object.is(y, expected), `${name}(${x[i]}) is ${y}, expected ${expected}`);
        }
      }
    });

  for (const precision of ["f64", "f32"] as const)
    test(`${target}: in ${precision} an element's result depends on nothing but the element`, {
      skip,
    }, () => {
      const random = repeatable(5);
      const x = Array.from({ length: 300 }, () => (random() - 0.5) * 8);
      for (const op of Object.values(UNARY)) {
        const whole = unary(kernels!, precision, op, x);
        for (const [start, length] of [
          [0, 299],
          [1, 255],
          [37, 65],
          [100, 33],
          [3, 20],
        ])
          assert.deepEqual(
            unary(kernels!, precision, op, x.slice(start, start + length)),
            whole.slice(start, start + length),
          );
      }
    });
}

const references = new Map<string, Fixed>();

function exact(name: ReferenceName, x: number): Fixed {
  const key = `${name} ${x}`;
  let value = references.get(key);
  if (!value) {
    value = reference(name, x);
    references.set(key, value);
  }
  return value;
}

/** Of all 2^32 floats one in 8191, and what the function is there in double precision. */
function floats(name: ReferenceName): { x: Float32Array; y: Float64Array } {
  let cached = denseFloats.get(name);
  if (!cached) {
    const x = new Float32Array(
      Uint32Array.from({ length: Math.ceil(2 ** 32 / 8191) }, (_, i) => i * 8191).buffer,
    );
    cached = { x, y: Float64Array.from(x, IN_DOUBLE[name]) };
    denseFloats.set(name, cached);
  }
  return cached;
}

const denseFloats = new Map<ReferenceName, { x: Float32Array; y: Float64Array }>();

/** Errors of these are below a thousandth of a float's unit in the last place. */
const IN_DOUBLE: Record<ReferenceName, (x: number) => number> = {
  exp: Math.exp,
  expm1: Math.expm1,
  log: Math.log,
  log1p: Math.log1p,
  sin: Math.sin,
  cos: Math.cos,
  tanh: Math.tanh,
  sigmoid: (x) => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x))),
  softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  erf: erfInDouble,
};

/** The series 7.1.6 of Abramowitz & Stegun, and the continued fraction 7.1.14 for large arguments. */
function erfInDouble(x: number): number {
  const a = Math.abs(x);
  if (a > 6) return Math.sign(x);
  if (a < 2.5) {
    let term = x;
    let sum = x;
    for (let n = 3; Math.abs(term) > 1e-17 * Math.abs(sum); n += 2) {
      term *= (2 * x * x) / n;
      sum += term;
    }
    return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
  }
  let fraction = a;
  for (let k = 60; k > 0; k--) fraction = a + k / 2 / fraction;
  return Math.sign(x) * (1 - Math.exp(-a * a) / (Math.sqrt(Math.PI) * fraction));
}

function isOdd(name: ReferenceName): () => boolean {
  return () => ["sin", "tanh", "erf", "sigmoid"].includes(name);
}

function negated(x: number): number {
  return -x;
}

type Pair = readonly [x: number, y: number];

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;

/** Limits and exact values, true in both precisions. */
const SPECIAL: Record<ReferenceName, readonly Pair[]> = {
  exp: [
    [0, 1],
    [-0, 1],
    [inf, inf],
    [-inf, 0],
    [nan, nan],
    [1000, inf],
    [-1000, 0],
  ],
  expm1: [
    [0, 0],
    [-0, -0],
    [inf, inf],
    [-inf, -1],
    [nan, nan],
    [1000, inf],
    [-1000, -1],
  ],
  log: [
    [0, -inf],
    [-0, -inf],
    [1, 0],
    [inf, inf],
    [-inf, nan],
    [-1, nan],
    [nan, nan],
  ],
  log1p: [
    [0, 0],
    [-0, -0],
    [-1, -inf],
    [inf, inf],
    [-inf, nan],
    [-2, nan],
    [nan, nan],
  ],
  sin: [
    [0, 0],
    [-0, -0],
    [inf, nan],
    [-inf, nan],
    [nan, nan],
  ],
  cos: [
    [0, 1],
    [-0, 1],
    [inf, nan],
    [-inf, nan],
    [nan, nan],
  ],
  tanh: [
    [0, 0],
    [-0, -0],
    [inf, 1],
    [-inf, -1],
    [nan, nan],
    [1000, 1],
    [-1000, -1],
  ],
  sigmoid: [
    [0, 0.5],
    [-0, 0.5],
    [inf, 1],
    [-inf, 0],
    [nan, nan],
    [1000, 1],
    [-1000, 0],
  ],
  softplus: [
    [inf, inf],
    [-inf, 0],
    [nan, nan],
    [1000, 1000],
    [-1000, 0],
  ],
  erf: [
    [0, 0],
    [-0, -0],
    [inf, 1],
    [-inf, -1],
    [nan, nan],
    [1000, 1],
    [-1000, -1],
  ],
};

/** Overflow and underflow, which depend on the precision: the largest and smallest arguments with finite results. */
const SPECIAL_OF: Record<Precision, readonly { name: ReferenceName; pair: Pair }[]> = {
  f64: [
    { name: "exp", pair: [709.782712893385, inf] },
    { name: "exp", pair: [-745.1332191019411, 5e-324] },
    { name: "exp", pair: [-745.1332191019412, 0] },
    { name: "expm1", pair: [5e-324, 5e-324] },
    { name: "log1p", pair: [-5e-324, -5e-324] },
    { name: "sin", pair: [5e-324, 5e-324] },
    { name: "tanh", pair: [-5e-324, -5e-324] },
    { name: "sigmoid", pair: [-745.1332191019411, 5e-324] },
    { name: "softplus", pair: [-745.1332191019411, 5e-324] },
    { name: "erf", pair: [5e-324, 5e-324] },
  ],
  f32: [
    { name: "exp", pair: [88.722846, inf] },
    { name: "exp", pair: [-103.97208, 1.401298464324817e-45] },
    { name: "exp", pair: [-103.97209, 0] },
    { name: "expm1", pair: [1.401298464324817e-45, 1.401298464324817e-45] },
    { name: "log1p", pair: [-1.401298464324817e-45, -1.401298464324817e-45] },
    { name: "sin", pair: [1.401298464324817e-45, 1.401298464324817e-45] },
    { name: "tanh", pair: [-1.401298464324817e-45, -1.401298464324817e-45] },
    { name: "sigmoid", pair: [-103.97208, 1.401298464324817e-45] },
    { name: "softplus", pair: [-103.97208, 1.401298464324817e-45] },
    { name: "erf", pair: [1.401298464324817e-45, 1.401298464324817e-45] },
  ],
};
