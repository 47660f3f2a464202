import { TuttiError } from "../errors.js";
import { describe, ELEMENT_TYPES, type ElementType, type TypedArray } from "./elements.js";

/** The predefined reductions (MPI 4.1, section 6.9.2). */
export type OpName =
  | "sum"
  | "prod"
  | "min"
  | "max"
  | "minloc"
  | "maxloc"
  | "land"
  | "lor"
  | "lxor"
  | "band"
  | "bor"
  | "bxor"
  | "complexSum"
  | "complexProd";

/** Combines one element of a lower rank with one of a higher rank. Must be associative and depend on nothing else. */
export type ElementOp<T = number> = (lower: T, higher: T) => T;

/** A reduction over groups of elements that belong together, such as complex numbers or small matrices. */
export interface BlockOp<A extends TypedArray = TypedArray> {
  /**
   * Sets `out` to the combination of `lower` and `higher`; all three have the same length, a multiple of `width`,
   * and `out` may be either of the others.
   */
  readonly combine: (lower: A, higher: A, out: A) => void;
  /** Number of elements that belong together; 1 if absent. */
  readonly width?: number;
  /** Whether an engine may exchange the two sides; false if absent. The threads engine never does. */
  readonly commutative?: boolean;
}

/**
 * How a reduction combines: a predefined name, a function of two elements, or a {@link BlockOp}.
 *
 * `minloc` and `maxloc` work on pairs (value, index) that lie next to each other; of equal values the smaller index wins.
 * `complexSum` and `complexProd` work on complex numbers, pairs (re, im) of floats that lie next to each other.
 * Integers wrap around, as in their TypedArray. `min` and `max` of floats give NaN if there is one.
 */
export type Op<A extends TypedArray = TypedArray> = OpName | ElementOp<ElementOf<A>> | BlockOp<A>;

/** An {@link Op} for whatever type. */
export type AnyOp = OpName | ((lower: never, higher: never) => unknown) | BlockOp<never>;

/** What an element of a buffer is in JavaScript. */
export type ElementOf<A extends TypedArray> = A extends BigInt64Array | BigUint64Array ? bigint : number;

/** An {@link Op} made ready for one element type. */
export interface Reduction {
  readonly name: OpName | "function";
  /** How the ranks tell each other which reduction they mean. */
  readonly code: number;
  readonly width: number;
  /** Present if elements are combined one by one. */
  readonly element?: ElementOp<number>;
  readonly combine: BlockOp["combine"];
}

type Elements = Readonly<Partial<Record<OpName, ElementOp<number>>>>;
type Pairs = Readonly<Partial<Record<OpName, BlockOp["combine"]>>>;

const both = (a: unknown, b: unknown) => Boolean(a) && Boolean(b);
const either = (a: unknown, b: unknown) => Boolean(a) || Boolean(b);
const oneOf = (a: unknown, b: unknown) => Boolean(a) !== Boolean(b);

const FLOAT: Elements = {
  sum: (a, b) => a + b,
  prod: (a, b) => a * b,
  min: (a, b) => Math.min(a, b),
  max: (a, b) => Math.max(a, b),
  land: (a, b) => Number(both(a, b)),
  lor: (a, b) => Number(either(a, b)),
  lxor: (a, b) => Number(oneOf(a, b)),
};

const INTEGER: Elements = {
  ...FLOAT,
  prod: Math.imul, // the exact product of two 32-bit integers may not fit a double
  band: (a, b) => a & b,
  bor: (a, b) => a | b,
  bxor: (a, b) => a ^ b,
};

const BIGINT = {
  sum: (a: bigint, b: bigint) => a + b,
  prod: (a: bigint, b: bigint) => a * b,
  min: (a: bigint, b: bigint) => (a < b ? a : b),
  max: (a: bigint, b: bigint) => (a > b ? a : b),
  land: (a: bigint, b: bigint) => BigInt(both(a, b)),
  lor: (a: bigint, b: bigint) => BigInt(either(a, b)),
  lxor: (a: bigint, b: bigint) => BigInt(oneOf(a, b)),
  band: (a: bigint, b: bigint) => a & b,
  bor: (a: bigint, b: bigint) => a | b,
  bxor: (a: bigint, b: bigint) => a ^ b,
} as unknown as Elements; // the loops do not care which of the two kinds of number they carry

const LOCATIONS: Pairs = {
  minloc: pairwise((higher, lower) => higher < lower),
  maxloc: pairwise((higher, lower) => higher > lower),
};

const COMPLEX: Pairs = {
  complexSum: addPairs as BlockOp["combine"],
  complexProd: multiplyPairs as BlockOp["combine"],
};

const NAMES: readonly (OpName | "function")[] = [
  ...(Object.keys(INTEGER) as OpName[]),
  ...(Object.keys(LOCATIONS) as OpName[]),
  ...(Object.keys(COMPLEX) as OpName[]),
  "function",
];

const TABLES = {
  float: reductions(FLOAT, { ...LOCATIONS, ...COMPLEX }),
  integer: reductions(INTEGER, LOCATIONS),
  bigint: reductions(BIGINT, LOCATIONS),
};

/** The default by element type. */
const SUMS = ELEMENT_TYPES.map(({ kind }) => TABLES[kind].get("sum")!);

/** Prepares `op` for elements of `type`; throws `"argument"` if the one is nothing for the other. */
export function resolveOp(call: string, op: AnyOp | undefined, type: ElementType): Reduction {
  if (op === undefined) return SUMS[type.code];
  if (typeof op === "string") {
    const found = TABLES[type.kind].get(op);
    if (found !== undefined) return found;
    const wanted = (NAMES as readonly string[]).includes(op)
      ? `op ${op} does not work on ${type.name} elements; use ${op in COMPLEX ? "float32 or float64" : "an integer type"}`
      : `unknown op ${describe(op)}; the predefined ones are ${NAMES.slice(0, -1).join(", ")}`;
    throw new TuttiError("argument", `${call}: ${wanted}`, { call, op, type: type.name });
  }
  if (typeof op === "function") return elementwise("function", op as unknown as ElementOp<number>);
  if (typeof op?.combine === "function") {
    const { combine, width = 1 } = op as BlockOp;
    if (Number.isInteger(width) && width > 0)
      return { name: "function", code: codeOf("function"), width, combine };
    throw new TuttiError(
      "argument",
      `${call}: op.width must be a positive integer, found ${describe(width)}`,
      {
        call,
        width,
      },
    );
  }
  throw new TuttiError(
    "argument",
    `${call}: op must be a predefined name, a function or an object with combine, found ${describe(op)}`,
    { call },
  );
}

/** The name that belongs to {@link Reduction.code}. */
export function opNameOf(code: number): string {
  return NAMES[code];
}

function codeOf(name: OpName | "function"): number {
  return NAMES.indexOf(name);
}

function reductions(elements: Elements, pairs: Pairs): ReadonlyMap<OpName, Reduction> {
  const table = new Map<OpName, Reduction>();
  for (const [name, element] of Object.entries(elements))
    table.set(name as OpName, elementwise(name as OpName, element));
  for (const [name, combine] of Object.entries(pairs)) {
    table.set(name as OpName, { name: name as OpName, code: codeOf(name as OpName), width: 2, combine });
  }
  return table;
}

function elementwise(name: OpName | "function", element: ElementOp<number>): Reduction {
  const combine: BlockOp["combine"] = (lower, higher, out) => {
    for (let i = 0; i < out.length; i++) out[i] = element(lower[i] as number, higher[i] as number);
  };
  return { name, code: codeOf(name), width: 1, element, combine };
}

function pairwise(wins: (higher: number | bigint, lower: number | bigint) => boolean): BlockOp["combine"] {
  return (lower, higher, out) => {
    for (let i = 0; i < out.length; i += 2) {
      const tie = higher[i] === lower[i] && higher[i + 1] < lower[i + 1];
      const from = tie || wins(higher[i], lower[i]) ? higher : lower;
      const [value, index] = [from[i], from[i + 1]];
      out[i] = value;
      out[i + 1] = index;
    }
  };
}

function addPairs(lower: Float64Array, higher: Float64Array, out: Float64Array): void {
  for (let i = 0; i < out.length; i++) out[i] = lower[i] + higher[i];
}

function multiplyPairs(lower: Float64Array, higher: Float64Array, out: Float64Array): void {
  for (let i = 0; i < out.length; i += 2) {
    const [a, b, c, d] = [lower[i], lower[i + 1], higher[i], higher[i + 1]];
    out[i] = a * c - b * d;
    out[i + 1] = a * d + b * c;
  }
}
