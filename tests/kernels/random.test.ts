import assert from "node:assert/strict";
import { test } from "node:test";
import type { Kernels } from "../../src/kernels/index.js";
import { Blocks, type Element } from "./arrays.js";
import { TARGETS, targetOrReason } from "./products.js";

/** Where a sequence begins. */
interface Start {
  readonly seed: bigint;
  readonly stream: bigint;
  readonly first: bigint;
}

const STARTS: readonly Start[] = [
  { seed: 0n, stream: 0n, first: 0n },
  { seed: 1n, stream: 0n, first: 3n },
  { seed: 0x299f31d0a4093822n, stream: 0x0370734413198a2en, first: 0x3a8n },
  // Across the carry between the two halves of the block number.
  { seed: 2n ** 64n - 1n, stream: 2n ** 63n, first: 2n ** 34n - 9n },
  { seed: 7n, stream: 2n ** 64n - 1n, first: 2n ** 64n - 500n },
];

const KERNELS = {
  philox_bits: "i32",
  philox_uniform_f64: "f64",
  philox_uniform_f32: "f32",
  philox_normal_f64: "f64",
  philox_normal_f32: "f32",
} as const satisfies Record<string, Element>;
type Name = keyof typeof KERNELS;
const NAMES = Object.keys(KERNELS) as Name[];

test("the reference agrees with the known answers published with Random123", () => {
  const ones = 0xffffffff;
  const cases: [counter: number[], key: number[], words: number[]][] = [
    [
      [0, 0, 0, 0],
      [0, 0],
      [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    ],
    [
      [ones, ones, ones, ones],
      [ones, ones],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ];
  for (const [counter, key, words] of cases) assert.deepEqual(philox(counter, key), words);
});

for (const target of TARGETS) {
  const { kernels, skip } = targetOrReason(target);

  test(`${target}: bits are Philox4x32-10 of (block, stream) with the seed as key`, { skip }, () => {
    for (const start of STARTS)
      assert.deepEqual(
        draw(kernels!, "philox_bits", start, 300).map((word) => word >>> 0),
        Array.from({ length: 300 }, (_, i) => wordAt(start, start.first + BigInt(i))),
      );
  });

  test(`${target}: uniform numbers have 53 and 24 bits`, { skip }, () => {
    for (const start of STARTS) {
      assert.deepEqual(
        draw(kernels!, "philox_uniform_f64", start, 300),
        Array.from({ length: 300 }, (_, i) => integerAt(start, 2n * (start.first + BigInt(i))) / 2 ** 53),
      );
      assert.deepEqual(
        draw(kernels!, "philox_uniform_f32", start, 300),
        Array.from({ length: 300 }, (_, i) => (wordAt(start, start.first + BigInt(i)) >>> 8) / 2 ** 24),
      );
    }
  });

  test(`${target}: normal numbers follow Box and Muller`, { skip }, () => {
    for (const start of STARTS) {
      const [doubles, floats] = [
        draw(kernels!, "philox_normal_f64", start, 300),
        draw(kernels!, "philox_normal_f32", start, 300),
      ];
      for (let i = 0; i < 300; i++) {
        const at = start.first + BigInt(i);
        const pair = at - (at % 2n);
        const u = (integerAt(start, 2n * pair) + 1) / 2 ** 53;
        near(doubles[i], boxMuller(u, integerAt(start, 2n * pair + 2n) / 2 ** 53, at), 1e-14);
        // A float near 1 is rounded to 2^-24, which moves a small radius.
        const v = (wordAt(start, pair) + 0.5) / 2 ** 32;
        const tolerance = 4e-6 + 2 ** -24 / Math.sqrt(-2 * Math.log(v));
        near(floats[i], boxMuller(v, (wordAt(start, pair + 1n) >>> 8) / 2 ** 24, at), tolerance);
      }
    }
  });

  test(`${target}: an element depends on seed, stream and position only`, { skip }, () => {
    const start = STARTS[2];
    for (const name of NAMES) {
      const whole = draw(kernels!, name, start, 900);
      for (const [from, count] of [
        [0, 0],
        [0, 1],
        [1, 1],
        [2, 3],
        [127, 258],
        [255, 600],
      ])
        assert.deepEqual(
          draw(kernels!, name, { ...start, first: start.first + BigInt(from) }, count),
          whole.slice(from, from + count),
        );
    }
  });

  test(`${target}: orders are those of Fisher and Yates`, { skip }, () => {
    for (const n of [0, 1, 2, 15, 16, 17, 18, 31, 33, 5000]) {
      using blocks = new Blocks(kernels!);
      const bits = draw(kernels!, "philox_bits", STARTS[2], 2 * n);
      const order = blocks.room("i32", n);
      kernels!.f.random_order(n, blocks.put("i32", bits), order);
      const wanted = Array.from({ length: n }, (_, i) => i);
      const words = bits.map((word) => BigInt(word >>> 0));
      for (let i = n - 1; i > 0; i--) {
        const chance = (words[2 * i] << 21n) | (words[2 * i + 1] >> 11n); // of 2^53
        const j = Math.floor((Number(chance) / 2 ** 53) * (i + 1));
        [wanted[i], wanted[j]] = [wanted[j], wanted[i]];
      }
      assert.deepEqual(blocks.get("i32", order, n), wanted, `n = ${n}`);
    }
  });

  test(`${target}: distributions`, { skip }, () => {
    const n = 200_000;
    for (const [name, cdf] of [
      ["philox_uniform_f64", (x: number) => x],
      ["philox_uniform_f32", (x: number) => x],
      ["philox_normal_f64", normalDistribution],
      ["philox_normal_f32", normalDistribution],
    ] as const) {
      const x = draw(kernels!, name, STARTS[1], n).sort((a, b) => a - b);
      // Kolmogorov and Smirnov: sqrt(n) D exceeds 1.95 once in a thousand draws.
      const distance = x.reduce((d, v, i) => Math.max(d, cdf(v) - i / n, (i + 1) / n - cdf(v)), 0);
      assert.ok(Math.sqrt(n) * distance < 1.95, `${name}: ${distance}`);
      const serial = draw(kernels!, name, STARTS[1], n);
      const mean = serial.reduce((sum, v) => sum + v, 0) / n;
      const variance = serial.reduce((sum, v) => sum + (v - mean) ** 2, 0) / n;
      for (const lag of [1, 2, 3, 4]) {
        let covariance = 0;
        for (let i = lag; i < n; i++) covariance += ((serial[i] - mean) * (serial[i - lag] - mean)) / n;
        // Four standard deviations of the correlation of independent numbers.
        assert.ok(Math.abs(covariance / variance) < 4 / Math.sqrt(n), `${name}, lag ${lag}`);
      }
    }
  });
}

test("random numbers have the same bits on every target", { skip: skipped() }, () => {
  for (const name of NAMES)
    for (const start of STARTS) {
      const [first, ...others] = TARGETS.map((target) =>
        draw(targetOrReason(target).kernels!, name, start, 5000),
      );
      for (const other of others) assert.deepEqual(other, first);
    }
});

function skipped(): string | false {
  return TARGETS.map((name) => targetOrReason(name).skip).find((reason) => reason !== false) ?? false;
}

function draw(kernels: Kernels, name: Name, { seed, stream, first }: Start, n: number): number[] {
  using blocks = new Blocks(kernels);
  const y = blocks.room(KERNELS[name], n);
  const halves = [seed, stream, first]
    .flatMap((x) => [x & 0xffffffffn, x >> 32n])
    .map((half) => Number(half) | 0);
  kernels.f[name](n, ...halves, y);
  return blocks.get(KERNELS[name], y, n);
}

/** Philox4x32-10, written from the definition in the paper (Salmon et al. 2011, section 3.3). */
function philox(counter: readonly number[], key: readonly number[]): number[] {
  let [c0, c1, c2, c3] = counter.map(BigInt);
  let [k0, k1] = key.map(BigInt);
  for (let round = 0; round < 10; round++) {
    const p0 = 0xd2511f53n * c0;
    const p1 = 0xcd9e8d57n * c2;
    [c0, c1, c2, c3] = [(p1 >> 32n) ^ c1 ^ k0, p1 & 0xffffffffn, (p0 >> 32n) ^ c3 ^ k1, p0 & 0xffffffffn];
    k0 = (k0 + 0x9e3779b9n) & 0xffffffffn;
    k1 = (k1 + 0xbb67ae85n) & 0xffffffffn;
  }
  return [c0, c1, c2, c3].map(Number);
}

const blocks = new Map<string, number[]>();

/** Word number `at` of the sequence: four to a block. */
function wordAt({ seed, stream }: Start, at: bigint): number {
  const wrapped = BigInt.asUintN(66, at);
  const block = wrapped / 4n;
  const key = `${seed} ${stream} ${block}`;
  let words = blocks.get(key);
  if (!words) {
    const split = (x: bigint) => [Number(x & 0xffffffffn), Number(x >> 32n)];
    words = philox([...split(block), ...split(stream)], split(seed));
    blocks.set(key, words);
  }
  return words[Number(wrapped % 4n)];
}

/** 53 bits of the words `at` and `at + 1`. */
function integerAt(start: Start, at: bigint): number {
  return (wordAt(start, at + 1n) >>> 5) * 2 ** 26 + (wordAt(start, at) >>> 6);
}

/** The first of a pair takes the cosine, the second the sine. */
function boxMuller(u: number, turns: number, at: bigint): number {
  return Math.sqrt(-2 * Math.log(u)) * (at % 2n === 0n ? Math.cos : Math.sin)(2 * Math.PI * turns);
}

function near(found: number, wanted: number, tolerance: number): void {
  assert.ok(Math.abs(found - wanted) <= tolerance, `${found}, expected ${wanted}`);
}

/** Abramowitz & Stegun 26.2.10 and, for large arguments, the continued fraction 26.2.14. */
function normalDistribution(x: number): number {
  const a = Math.abs(x);
  const density = Math.exp(-0.5 * a * a) / Math.sqrt(2 * Math.PI);
  let below: number;
  if (a < 3) {
    let term = a;
    let sum = a;
    for (let n = 3; term > 1e-16; n += 2) {
      term *= (a * a) / n;
      sum += term;
    }
    below = 0.5 + density * sum;
  } else {
    let fraction = a;
    for (let k = 40; k > 0; k--) fraction = a + k / fraction;
    below = 1 - density / fraction;
  }
  return x < 0 ? 1 - below : below;
}
