import type { Tensor, TensorData } from "../tensor/index.js";
import {
  full,
  normal as normalTensor,
  type RandomOptions,
  type Shape,
  tensor,
  uniform as uniformTensor,
} from "../tensor/index.js";
import { build, type Form } from "./named.js";

/**
 * Makes the first value of a parameter: a tensor of `shape` that depends on nothing but the shape and `random`, so
 * that every rank of every number of ranks starts with the same bits.
 */
export type Initializer = (shape: Shape, random: RandomOptions) => Tensor;

/**
 * How many numbers feed one output (`in`) and how many outputs one input feeds (`out`) of weights stored
 * [..., in, out]; axes before the last two are positions of a kernel and multiply both. Of a vector both are its length.
 */
export function fans(shape: Shape): { in: number; out: number } {
  const [last = 1, before = last] = [...shape].reverse();
  const field = shape.slice(0, -2).reduce((product, length) => product * length, 1);
  return { in: field * before, out: field * last };
}

/** Every element `value`. */
export function constant(value: number): Initializer {
  return (shape, { dtype }) => full(shape, value, { dtype });
}

/** Every element 0. */
export const zeros = (): Initializer => constant(0);

/** Every element 1. */
export const ones = (): Initializer => constant(1);

/** The elements of `data`, in row-major order. Throws TuttiError `shape` when used for a parameter of another size. */
export function given(data: TensorData): Initializer {
  return (shape, { dtype }) => tensor(data, { dtype, shape });
}

/** Uniform on [low, high). Throws TuttiError `argument` when used unless low < high. */
export function uniform(low: number, high: number): Initializer {
  return (shape, random) => uniformTensor(shape, { ...random, low, high });
}

/** Normal with this mean and standard deviation. Throws TuttiError `argument` when used if `deviation` < 0. */
export function normal(mean: number, deviation: number): Initializer {
  return (shape, random) => normalTensor(shape, { ...random, mean, deviation });
}

/** Uniform with variance 2 / (fan in + fan out): keeps variances through layers of tanh (Glorot & Bengio 2010). */
export const glorotUniform = (): Initializer => uniformOfVariance((f) => 2 / (f.in + f.out));

/** Normal with variance 2 / (fan in + fan out) (Glorot & Bengio 2010). */
export const glorotNormal = (): Initializer => normalOfVariance((f) => 2 / (f.in + f.out));

/**
 * Uniform with variance 2 / ((1 + slope²) fan in): keeps variances through layers of relu, or of leaky relu with that
 * slope (He, Zhang, Ren & Sun 2015).
 */
export const heUniform = (slope = 0): Initializer => uniformOfVariance((f) => 2 / ((1 + slope ** 2) * f.in));

/** Normal with variance 2 / ((1 + slope²) fan in) (He, Zhang, Ren & Sun 2015). */
export const heNormal = (slope = 0): Initializer => normalOfVariance((f) => 2 / ((1 + slope ** 2) * f.in));

/** Uniform on ±1/√(fan in): what PyTorch's Linear does to its weights. */
export const fanInUniform = (): Initializer => uniformOfVariance((f) => 1 / (3 * f.in));

type Fans = ReturnType<typeof fans>;

function uniformOfVariance(variance: (f: Fans) => number): Initializer {
  return (shape, random) => {
    const bound = Math.sqrt(3 * variance(fans(shape)));
    return uniformTensor(shape, { ...random, low: -bound, high: bound });
  };
}

function normalOfVariance(variance: (f: Fans) => number): Initializer {
  return (shape, random) =>
    normalTensor(shape, { ...random, mean: 0, deviation: Math.sqrt(variance(fans(shape))) });
}

const FORMS: Readonly<Record<string, Form<Initializer>>> = {
  "glorot-uniform": { build: () => glorotUniform() },
  "glorot-normal": { build: () => glorotNormal() },
  "he-uniform": { parameters: ["slope"], build: (p) => heUniform(p.number("slope", 0)) },
  "he-normal": { parameters: ["slope"], build: (p) => heNormal(p.number("slope", 0)) },
  "fan-in-uniform": { build: () => fanInUniform() },
  uniform: { parameters: ["low", "high"], build: (p) => uniform(p.number("low"), p.number("high")) },
  normal: {
    parameters: ["mean", "deviation"],
    build: (p) => normal(p.number("mean", 0), p.number("deviation")),
  },
  constant: { parameters: ["value"], build: (p) => constant(p.number("value")) },
  zeros: { build: () => zeros() },
  ones: { build: () => ones() },
};

/**
 * The initialiser that a text names: `he-normal`, `uniform:low=-0.1,high=0.1`.
 *
 * @throws TuttiError `argument` with the known names.
 */
export const initializerByName = (text: string): Initializer => build("initializerByName", FORMS, text);
