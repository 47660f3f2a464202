/**
 * Elementary functions to at least 100 correct bits, on integers that stand for multiples of 2^-P: an independent
 * reference for the kernels, slow and simple. The series are those of Abramowitz & Stegun, chapters 4 and 7.
 */

/** A number as an integer multiple of 2^-bits. */
export interface Fixed {
  readonly value: bigint;
  readonly bits: number;
}

/** The functions that have a reference. */
export type ReferenceName =
  | "exp"
  | "expm1"
  | "log"
  | "log1p"
  | "sin"
  | "cos"
  | "tanh"
  | "sigmoid"
  | "softplus"
  | "erf";

/** The value of a function at a finite argument of its domain where it is finite. */
export function reference(name: ReferenceName, x: number): Fixed {
  // Small results need bits further down; 2^-1074 is the smallest double.
  const bits = Math.abs(x) < 2 ** -100 || x < -150 || Math.abs(x) > 2 ** 60 ? 1400 : 400;
  return { value: FUNCTIONS[name](fromNumber(x, bits), bits), bits };
}

/** The exact value of a double as a multiple of 2^-bits, for bits >= 1074 or doubles that have no smaller bits. */
export function fromNumber(x: number, bits: number): bigint {
  if (x === 0) return 0n;
  let exponent = Math.max(-1022, Math.floor(Math.log2(Math.abs(x))));
  if (Math.abs(x) < 2 ** exponent && exponent > -1022) exponent--;
  const integer = BigInt((x / 2 ** exponent) * 2 ** 52); // both factors are exact
  return shift(integer, exponent - 52 + bits);
}

type Function = (x: bigint, bits: number) => bigint;

const FUNCTIONS: Record<ReferenceName, Function> = {
  exp,
  expm1: (x, bits) => exp(x, bits) - one(bits),
  log,
  log1p: (x, bits) => log(one(bits) + x, bits),
  sin,
  cos: (x, bits) => sin(x + pi(bits) / 2n, bits),
  tanh: (x, bits) => {
    const e = exp(2n * (x < 0n ? x : -x), bits);
    const y = ((one(bits) - e) << BigInt(bits)) / (one(bits) + e);
    return x < 0n ? -y : y;
  },
  sigmoid: (x, bits) => {
    const e = exp(x < 0n ? x : -x, bits);
    return ((x < 0n ? e : one(bits)) << BigInt(bits)) / (one(bits) + e);
  },
  softplus: (x, bits) =>
    x > 0n ? x + log(one(bits) + exp(-x, bits), bits) : log(one(bits) + exp(x, bits), bits),
  erf,
};

function one(bits: number): bigint {
  return 1n << BigInt(bits);
}

function shift(value: bigint, left: number): bigint {
  return left >= 0 ? value << BigInt(left) : value >> BigInt(-left);
}

function multiply(a: bigint, b: bigint, bits: number): bigint {
  return (a * b) >> BigInt(bits);
}

/** e^x = 2^k (e^(r / 2^h))^(2^h) with x = k ln2 + r. */
function exp(x: bigint, bits: number): bigint {
  const halvings = 16;
  const work = bits + 64;
  const ln2 = log2e(work);
  const wide = x << 64n;
  const k = (2n * wide + ln2) / (2n * ln2) - (wide < 0n ? 1n : 0n);
  const r = (wide - k * ln2) >> BigInt(halvings);
  let sum = one(work);
  let term = sum;
  for (let n = 1n; term !== 0n && term !== -1n; n++) {
    term = multiply(term, r, work) / n;
    sum += term;
  }
  for (let i = 0; i < halvings; i++) sum = multiply(sum, sum, work);
  return shift(sum, Number(k) - 64);
}

/** log(x) = k ln2 + 2 atanh((m - 1) / (m + 1)) with x = m 2^k. */
function log(x: bigint, bits: number): bigint {
  const work = bits + 64;
  const k = x.toString(2).length - 1 - bits;
  const m = shift(x, 64 - k);
  return (
    (BigInt(k) * log2e(work) + 2n * atanh(((m - one(work)) << BigInt(work)) / (m + one(work)), work)) >> 64n
  );
}

function atanh(s: bigint, bits: number): bigint {
  const z = multiply(s, s, bits);
  let sum = 0n;
  let power = s;
  for (let n = 1n; power !== 0n && power !== -1n; n += 2n) {
    sum += power / n;
    power = multiply(power, z, bits);
  }
  return sum;
}

function sin(x: bigint, bits: number): bigint {
  const turn = 2n * pi(bits);
  let r = x % turn;
  if (r > turn / 2n) r -= turn;
  if (r < -turn / 2n) r += turn;
  const z = multiply(r, r, bits);
  let sum = 0n;
  let term = r;
  for (let n = 2n; term !== 0n && term !== -1n; n += 2n) {
    sum += term;
    term = -multiply(term, z, bits) / (n * (n + 1n));
  }
  return sum;
}

/** 2 / sqrt(pi) e^(-x²) sum of 2^n x^(2n+1) / (1 · 3 · … · (2n+1)); 1 beyond 10, to more than 140 bits. */
function erf(x: bigint, bits: number): bigint {
  if (x > 10n << BigInt(bits)) return one(bits);
  if (x < -10n << BigInt(bits)) return -one(bits);
  const z = multiply(x, x, bits);
  let sum = 0n;
  let term = x;
  for (let n = 3n; term !== 0n && term !== -1n; n += 2n) {
    sum += term;
    term = (2n * multiply(term, z, bits)) / n;
  }
  // The sum is e^(x²) times the result, so the loss of bits in e^(-x²) is that of z.
  return (2n * multiply(sum, exp(-z, bits), bits) * one(bits)) / squareRoot(pi(bits) << BigInt(bits));
}

function squareRoot(x: bigint): bigint {
  let y = 1n << BigInt(Math.ceil(x.toString(2).length / 2));
  for (;;) {
    const next = (y + x / y) >> 1n;
    if (next >= y) return y;
    y = next;
  }
}

const constants = new Map<string, bigint>();

function constant(name: string, bits: number, compute: (work: number) => bigint): bigint {
  const key = `${name} ${bits}`;
  let value = constants.get(key);
  if (value === undefined) {
    value = compute(bits + 32) >> 32n;
    constants.set(key, value);
  }
  return value;
}

/** ln 2 = 2 atanh(1/3) */
function log2e(bits: number): bigint {
  return constant("ln2", bits, (work) => 2n * atanh(one(work) / 3n, work));
}

/** Machin: pi / 4 = 4 atan(1/5) - atan(1/239) */
function pi(bits: number): bigint {
  const atanOfInverse = (n: bigint, work: number) => {
    let sum = 0n;
    let power = one(work) / n;
    for (let k = 1n; power !== 0n; k += 2n) {
      sum += k % 4n === 1n ? power / k : -power / k;
      power /= n * n;
    }
    return sum;
  };
  return constant("pi", bits, (work) => 4n * (4n * atanOfInverse(5n, work) - atanOfInverse(239n, work)));
}

/** x^y for positive finite x and finite y where the result is a normal number. */
export function powReference(x: number, y: number): Fixed {
  const bits = 2600;
  return { value: exp(multiply(fromNumber(y, bits), log(fromNumber(x, bits), bits), bits), bits), bits };
}
