import assert from "node:assert/strict";
import type { BlockOp, Comm, OpName, TypedArray } from "../../../src/comm/index.js";
import { lengthsOn, make, mark, onBuffers, TYPES, type Type } from "./arrays.js";

const isFloat = (Type: Type) => Type === Float32Array || Type === Float64Array;

/** 1 + 2 + … + P is P (P + 1) / 2. */
function sumOfMarks(size: number, i: number): number {
  return ((size * (size + 1)) / 2) * ((i % 7) + 1);
}

export function allreduceSum(comm: Comm): void {
  onBuffers(comm, (Type, length, shared) => {
    const expected = make(Type, length, (i) => sumOfMarks(comm.size, i));
    const buf = make(Type, length, (i) => mark(comm.rank, i), shared);
    assert.deepEqual(comm.allreduce(buf), expected);
    const out = make(Type, length, () => 0, shared);
    assert.equal(comm.allreduce(buf, { out }), out);
    assert.deepEqual(out, expected);
    assert.equal(comm.allreduce(buf, { out: buf }), buf);
    assert.deepEqual(buf, expected);
  });
}

export function reduceSum(comm: Comm): void {
  for (const root of [0, comm.size - 1]) {
    onBuffers(comm, (Type, length, shared) => {
      const expected = make(Type, length, (i) => sumOfMarks(comm.size, i));
      const buf = make(Type, length, (i) => mark(comm.rank, i), shared);
      const sum = comm.reduce(buf, { root });
      assert.deepEqual(sum, comm.rank === root ? expected : undefined);
      const unchanged = make(Type, length, (i) => mark(comm.rank, i));
      comm.reduce(buf, { root, out: buf });
      assert.deepEqual(buf, comm.rank === root ? expected : unchanged);
    });
  }
}

/** Memory may be shared on some ranks only, and for inputs only. */
export function mixedMemory(comm: Comm): void {
  for (const length of lengthsOn(comm)) {
    for (let pattern = 0; pattern < 4; pattern++) {
      const shared = ((pattern >> (comm.rank % 2)) & 1) === 1;
      const buf = make(Float64Array, length, (i) => mark(comm.rank, i), shared);
      const out = make(Float64Array, length, () => 0, !shared);
      const expected = make(Float64Array, length, (i) => sumOfMarks(comm.size, i));
      assert.deepEqual(comm.allreduce(buf, { out }), expected);
      assert.deepEqual(comm.allreduce(buf, { out: buf }), expected);
    }
  }
}

export function numbers(comm: Comm): void {
  const { rank, size } = comm;
  const last = size - 1;
  assert.equal(comm.allreduce(rank + 1), (size * (size + 1)) / 2);
  assert.equal(comm.allreduce(2, { op: "prod" }), 2 ** size);
  assert.equal(comm.allreduce(1 - rank, { op: "min" }), 1 - last);
  assert.equal(comm.allreduce(rank, { op: "max" }), last);
  assert.equal(comm.allreduce(rank, { op: "lor" }), size > 1 ? 1 : 0);
  assert.equal(comm.allreduce(rank, { op: (a, b) => Math.max(a, b) + 0 }), last);
  assert.equal(comm.reduce(rank + 1, { root: last }), rank === last ? (size * (size + 1)) / 2 : undefined);
  assert.equal(comm.scan(rank + 1), ((rank + 1) * (rank + 2)) / 2);
  assert.equal(comm.exscan(rank + 1), rank === 0 ? undefined : (rank * (rank + 1)) / 2);
  assert.ok(Number.isNaN(comm.allreduce(rank === 0 ? Number.NaN : 1, { op: "max" })));
  assert.equal(comm.allreduce(rank === last ? -0 : 0, { op: "min" }), -0);
}

/** Every operation against its definition, computed rank by rank in exact integer arithmetic. */
export function operations(comm: Comm): void {
  const exact: Record<string, (a: bigint, b: bigint) => bigint> = {
    sum: (a, b) => a + b,
    prod: (a, b) => a * b,
    min: (a: bigint, b: bigint) => (a < b ? a : b),
    max: (a: bigint, b: bigint) => (a > b ? a : b),
    land: (a, b) => (a !== 0n && b !== 0n ? 1n : 0n),
    lor: (a, b) => (a !== 0n || b !== 0n ? 1n : 0n),
    lxor: (a, b) => ((a !== 0n) !== (b !== 0n) ? 1n : 0n),
    band: (a, b) => a & b,
    bor: (a, b) => a | b,
    bxor: (a, b) => a ^ b,
  };
  // large enough to wrap around in every integer type when multiplied; floats stay exact, and without negative zeros
  const value = (Type: Type, rank: number, i: number) => {
    if (isFloat(Type)) return (rank + i) % 4;
    const bits = (rank * 40503 + i * 2654435) >>> (i % 3 === 0 ? 24 : 8);
    return i % 4 === 0 ? 0 : bits;
  };
  const { rank, size } = comm;
  const last = size - 1;
  for (const [n, [name, combine]] of Object.entries(exact).entries()) {
    const op = name as OpName;
    for (const [t, Type] of TYPES.entries()) {
      if (isFloat(Type) && op.startsWith("b")) continue;
      const length = (n + t) % 2 === 0 ? 3 : 50;
      const inputs = Array.from({ length: size }, (_, r) => make(Type, length, (i) => value(Type, r, i)));
      const check = (result: TypedArray | undefined, ranks: number) => {
        for (let i = 0; i < length; i++) {
          const operands = inputs.slice(0, ranks).map((input) => BigInt(input[i]));
          assert.equal(
            result?.[i],
            store(Type, operands.reduce(combine)),
            `${op} of ${Type.name}[${i}] = ${operands}`,
          );
        }
      };
      check(comm.allreduce(inputs[rank], { op }), size);
      // each of the other reductions meets each operation and each type, though not each pair of them
      const turn = (n + t) % 4;
      if (turn === 0) check(comm.scan(inputs[rank], { op }), rank + 1);
      else if (turn === 1) {
        const before = comm.exscan(inputs[rank], { op });
        if (rank > 0) check(before, rank);
      } else if (turn === 2) {
        const all = comm.reduce(inputs[rank], { op, root: last });
        if (rank === last) check(all, size);
      } else {
        const counts = Array.from({ length: size }, (_, r) => (r === last ? length : 0));
        const share = comm.reduceScatter(inputs[rank], { op, counts });
        if (rank === last) check(share, size);
        else assert.equal(share.length, 0);
      }
    }
  }
}

export function minlocMaxloc(comm: Comm): void {
  for (const Type of TYPES) {
    for (const pairs of Type === Float64Array ? [1, 7, 3000] : [7]) {
      // the value at pair j is best on rank j mod size and the one after; the lower index must win the tie
      const isBest = (j: number, r: number) => r === j % comm.size || r === (j + 1) % comm.size;
      const input = (best: number, other: number) =>
        make(Type, 2 * pairs, (k) => (k % 2 === 1 ? comm.rank : isBest(k >> 1, comm.rank) ? best : other));
      const expected = (best: number) =>
        make(Type, 2 * pairs, (k) =>
          k % 2 === 0 ? best : Math.min((k >> 1) % comm.size, ((k >> 1) + 1) % comm.size),
        );
      assert.deepEqual(comm.allreduce(input(1, 5 + comm.rank), { op: "minloc" }), expected(1));
      assert.deepEqual(comm.allreduce(input(99, 50 - comm.rank), { op: "maxloc" }), expected(99));
    }
  }
}

/** The product of 2 × 2 matrices is associative but not commutative: ranks must be combined in rank order. */
export function matrixProduct(comm: Comm): void {
  const combine: BlockOp<Float64Array>["combine"] = (a, b, out) => {
    for (let k = 0; k < out.length; k += 4) {
      const [a0, a1, a2, a3] = a.subarray(k, k + 4);
      const [b0, b1, b2, b3] = b.subarray(k, k + 4);
      out.set([a0 * b0 + a1 * b2, a0 * b1 + a1 * b3, a2 * b0 + a3 * b2, a2 * b1 + a3 * b3], k);
    }
  };
  const matrix = (r: number, m: number) => [1, r + 1 + (m % 3), (r % 2) + 1, m % 2];
  for (const matrices of [1, 11, 700]) {
    for (const shared of [false, true]) {
      const fill = (r: number) =>
        make(Float64Array, 4 * matrices, (k) => matrix(r, k >> 2)[k & 3], shared) as Float64Array;
      const product = (count: number) => {
        const result = fill(0);
        for (let r = 1; r < count; r++) combine(result, fill(r), result);
        return result;
      };
      const op: BlockOp<Float64Array> = { combine, width: 4 };
      const mine = fill(comm.rank);
      assert.deepEqual(comm.allreduce(mine, { op }), product(comm.size));
      assert.deepEqual(comm.scan(mine, { op }), product(comm.rank + 1));
      const before = comm.exscan(mine, { op });
      assert.deepEqual(before, comm.rank === 0 ? undefined : product(comm.rank));
    }
  }
}

/** Numbers of modulus 1 multiply to one whose angle is the sum of theirs; pairs (re, im) add up like single floats. */
export function complexNumbers(comm: Comm): void {
  const { rank, size } = comm;
  const ranks = (size * (size - 1)) / 2;
  for (const numbers of [1, 40, 5001]) {
    const turn = (times: number, shared: boolean, ranksToo = 0) =>
      make(
        Float64Array,
        2 * numbers,
        (k) => {
          const angle = 0.3 * times * ((k >> 1) % 17) + ranksToo;
          return k % 2 === 0 ? Math.cos(angle) : Math.sin(angle);
        },
        shared,
      ) as Float64Array;
    for (const shared of [false, true]) {
      const product = comm.allreduce(turn(1, shared, rank), { op: "complexProd" });
      turn(size, false, ranks).forEach((value, k) => {
        assert.ok(Math.abs(product[k] - value) < 1e-12, `${k}: ${product[k]}, ${value}`);
      });
      const buf = make(Float32Array, 2 * numbers, (k) => mark(rank, k), shared) as Float32Array;
      assert.deepEqual(
        comm.allreduce(buf, { op: "complexSum" }),
        make(Float32Array, 2 * numbers, (k) => sumOfMarks(size, k)),
      );
    }
  }
  // i to the power of the ranks so far
  const power = (n: number) =>
    [
      [1, 0],
      [0, 1],
      [-1, 0],
      [0, -1],
    ][n % 4]; // prettier-ignore
  const unit = (n: number) => make(Float64Array, 2, (k) => power(n)[k]) as Float64Array;
  const plain = (value: Float64Array | undefined) => value && [...value].map((x) => x + 0);
  assert.deepEqual(plain(comm.scan(unit(1), { op: "complexProd" })), power(rank + 1));
  assert.deepEqual(plain(comm.exscan(unit(1), { op: "complexProd" })), rank === 0 ? undefined : power(rank));
  const each = new Float64Array(2 * size).map((_, k) => k % 2); // all i
  assert.deepEqual(plain(comm.reduceScatter(each, { op: "complexProd" })), power(size));
}

export function scan(comm: Comm): void {
  onBuffers(comm, (Type, length, shared) => {
    const buf = () => make(Type, length, (i) => mark(comm.rank, i), shared);
    const upTo = (ranks: number) => make(Type, length, (i) => sumOfMarks(ranks, i));
    assert.deepEqual(comm.scan(buf()), upTo(comm.rank + 1));
    const inPlace = buf();
    comm.scan(inPlace, { out: inPlace });
    assert.deepEqual(inPlace, upTo(comm.rank + 1));
    assert.deepEqual(comm.exscan(buf()), comm.rank === 0 ? undefined : upTo(comm.rank));
    const before = buf();
    comm.exscan(before, { out: before });
    assert.deepEqual(before, comm.rank === 0 ? buf() : upTo(comm.rank));
  });
}

export function reduceScatter(comm: Comm): void {
  onBuffers(comm, (Type, length, shared) => {
    const buf = make(Type, length * comm.size, (i) => mark(comm.rank, i), shared);
    const first = comm.rank * length;
    assert.deepEqual(
      comm.reduceScatter(buf),
      make(Type, length, (i) => sumOfMarks(comm.size, first + i)),
    );
  });
  for (const step of [1, 3000]) {
    const counts = Array.from({ length: comm.size }, (_, r) => r * step);
    const total = counts.reduce((sum, count) => sum + count, 0);
    const first = ((comm.rank * (comm.rank - 1)) / 2) * step;
    const buf = make(Float64Array, total, (i) => mark(comm.rank, i));
    assert.deepEqual(
      comm.reduceScatter(buf, { counts, op: "sum" }),
      make(Float64Array, comm.rank * step, (i) => sumOfMarks(comm.size, first + i)),
    );
  }
}

/**
 * Floating-point sums depend on their order, so bits tell which order was taken: the binary tree
 * ((0+1)+(2+3))+((4+5)+(6+7)), whatever the length, the memory and the call.
 */
export function treeOrder(comm: Comm): void {
  for (const length of comm.name === "world" ? [1, 9, 40, 3001, 40_001] : [9, 3001])
    checkTreeOrder(comm, length);
}

function checkTreeOrder(comm: Comm, length: number): void {
  for (const Type of [Float32Array, Float64Array] as const) {
    const inputs = Array.from({ length: comm.size }, (_, r) => {
      const scale = (i: number) => 10 ** ((r * 5 + i) % 9);
      return make(Type, length, (i) => ((1 + r * 7919 + i * 104729) % 1009) * scale(i) * 0.001);
    });
    // adding two floats of a type in doubles and rounding once is the addition of that type
    const tree = (parts: TypedArray[]): TypedArray => {
      if (parts.length === 1) return parts[0];
      const left = 2 ** Math.ceil(Math.log2(parts.length) - 1);
      const [a, b] = [tree(parts.slice(0, left)), tree(parts.slice(left))];
      return make(Type, length, (i) => Number(a[i]) + Number(b[i]));
    };
    const all = tree(inputs);
    const before = tree(inputs.slice(0, comm.rank + 1));
    for (const shared of [false, true]) {
      const buf = make(Type, length, (i) => Number(inputs[comm.rank][i]), shared) as Float64Array;
      const out = make(Type, length, () => 0, shared) as Float64Array;
      assert.deepEqual(comm.allreduce(buf), all);
      assert.deepEqual(comm.allreduce(buf, { out }), all);
      assert.deepEqual(comm.allreduce(buf, { out, op: (a, b) => a + b }), all);
      assert.deepEqual(comm.reduce(buf, { out }), comm.rank === 0 ? all : undefined);
      assert.deepEqual(comm.scan(buf), before);
    }
    if (Type === Float64Array) {
      const first = inputs[comm.rank][0] as number;
      assert.equal(comm.allreduce(first), all[0]);
      assert.equal(
        comm.allreduceObject(first, (a, b) => a + b),
        all[0],
      );
    }
  }
}

/** Complex products round differently in another order, and complex sums do in the same way as sums of single floats. */
export function complexTreeOrder(comm: Comm): void {
  for (const Type of [Float32Array, Float64Array] as const) {
    for (const length of [2, 40, 3002]) {
      const inputs = Array.from(
        { length: comm.size },
        (_, r) =>
          make(
            Type,
            length,
            (i) => 0.5 + (((1 + r * 7919 + i * 104729) % 1009) / 1009) * 1.1,
          ) as Float64Array,
      );
      const store = (value: number) => (Type === Float32Array ? Math.fround(value) : value);
      const times = (p: Float64Array, q: Float64Array) =>
        p.map((_, k) => {
          const [re, im] = [k & ~1, k | 1];
          return store(k === re ? p[re] * q[re] - p[im] * q[im] : p[re] * q[im] + p[im] * q[re]);
        });
      const tree = (parts: Float64Array[]): Float64Array => {
        if (parts.length === 1) return parts[0];
        const left = 2 ** Math.ceil(Math.log2(parts.length) - 1);
        return times(tree(parts.slice(0, left)), tree(parts.slice(left)));
      };
      const mine = inputs[comm.rank];
      assert.deepEqual(comm.allreduce(mine, { op: "complexProd" }), tree(inputs));
      assert.deepEqual(comm.scan(mine, { op: "complexProd" }), tree(inputs.slice(0, comm.rank + 1)));
      assert.deepEqual(comm.reduce(mine, { op: "complexProd" }), comm.rank === 0 ? tree(inputs) : undefined);
      assert.deepEqual(comm.allreduce(mine, { op: "complexSum" }), comm.allreduce(mine));
    }
  }
}

/** The value as an element of the type holds it. */
function store(Type: Type, value: bigint): number | bigint {
  if (Type === BigInt64Array) return BigInt.asIntN(64, value);
  if (Type === BigUint64Array) return BigInt.asUintN(64, value);
  if (isFloat(Type)) return Number(value);
  const bits = 8 * Type.BYTES_PER_ELEMENT;
  const signed = Type === Int8Array || Type === Int16Array || Type === Int32Array;
  return Number(signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value));
}
