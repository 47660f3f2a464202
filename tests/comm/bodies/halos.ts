import assert from "node:assert/strict";
import {
  type CartComm,
  type Comm,
  dimsCreate,
  HaloExchange,
  type HaloOptions,
  haloExchange,
  type TypedArray,
} from "../../../src/comm/index.js";
import { make, TYPES, type Type } from "./arrays.js";

/** This rank's part of a global array: what its cells hold before and after an exchange. */
interface Part {
  /** Cells along each axis, halos included. */
  readonly shape: readonly number[];
  /** The number at each local cell: the row-major index of its global cell, or in halos a negative number of this rank's own. */
  readonly before: (i: number) => number;
  /** The same with the halos that an exchange fills. */
  readonly after: (i: number) => number;
}

/**
 * A global array of which the ranks at coordinate c of an axis hold `cells[axis] + c % 2` layers. `cells` may have more entries
 * than the grid has axes; those are not divided.
 */
function partOf(cart: CartComm, cells: readonly number[], widths: readonly number[], corners: boolean): Part {
  const axes = cart.dims.length;
  const mine = cart.coords();
  const held = (axis: number, c: number) => cells[axis] + (c % 2);
  const sum = (axis: number, ranks: number) =>
    Array.from({ length: ranks }, (_, c) => held(axis, c)).reduce((a, b) => a + b, 0);
  const global = cells.map((n, axis) => (axis < axes ? sum(axis, cart.dims[axis]) : n));
  const offset = cells.map((_, axis) => (axis < axes ? sum(axis, mine[axis]) : 0));
  const interior = cells.map((n, axis) => (axis < axes ? held(axis, mine[axis]) : n));
  const width = cells.map((_, axis) => (axis < axes ? widths[axis] : 0));
  const shape = interior.map((n, axis) => n + 2 * width[axis]);

  const untouched = -1 - cart.rank;
  const value = (i: number, exchanged: boolean) => {
    let index = 0;
    let halos = 0;
    let rest = i;
    const local = shape.map(() => 0);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      local[axis] = rest % shape[axis];
      rest = Math.floor(rest / shape[axis]);
    }
    for (const [axis, x] of local.entries()) {
      const inside = x - width[axis];
      if (inside < 0 || inside >= interior[axis]) halos++;
      let at = offset[axis] + inside;
      if (at < 0 || at >= global[axis]) {
        if (!cart.periods[axis]) return untouched;
        at = (at + global[axis]) % global[axis];
      }
      index = index * global[axis] + at;
    }
    return halos === 0 || (exchanged && (corners || halos === 1)) ? index : untouched;
  };
  return { shape, before: (i) => value(i, false), after: (i) => value(i, true) };
}

function check(cart: CartComm, cells: readonly number[], Type: Type, options: HaloOptions, shared = false) {
  const { width = 1, corners = false } = options;
  const widths = typeof width === "number" ? cart.dims.map(() => width) : width;
  const { shape, before, after } = partOf(cart, cells, widths, corners);
  const length = shape.reduce((product, n) => product * n, 1);
  const field = make(Type, length, before, shared);
  assert.equal(haloExchange(cart, field, shape, options), field);
  assertSame(cart, field, make(Type, length, after), shape);
}

/** As deepEqual, with the place of the first difference instead of thousands of numbers. */
function assertSame(cart: CartComm, found: TypedArray, wanted: TypedArray, shape: readonly number[]) {
  for (let i = 0; i < wanted.length; i++)
    if (found[i] !== wanted[i])
      assert.fail(`rank ${cart.rank}, shape ${shape}: cell ${i} is ${found[i]}, not ${wanted[i]}`);
}

/** Calls `check` with grids of all ranks of some number of axes, with every combination of periodic axes. */
function onGrids(comm: Comm, axes: number, body: (cart: CartComm) => void): void {
  const even = dimsCreate(comm.size, new Array(axes).fill(0));
  const grids = new Set([even.join(), even.toReversed().join()]);
  for (const dims of grids) {
    for (let combination = 0; combination < 2 ** axes; combination++) {
      const periods = even.map((_, axis) => ((combination >> axis) & 1) === 1);
      const cart = comm.cart(dims.split(",").map(Number), { periods })!;
      body(cart);
      cart.free();
    }
  }
}

function everyWay(comm: Comm, cells: readonly number[]): void {
  onGrids(comm, cells.length, (cart) => {
    for (const corners of [false, true])
      for (const width of [1, 2])
        for (const Type of [Float64Array, Float32Array, Int32Array])
          check(cart, cells, Type, { width, corners });
  });
}

/** After an exchange each halo cell has the global index that it stands for, in one dimension. */
export function line(comm: Comm): void {
  everyWay(comm, [2]);
  everyWay(comm, [5]);
}

/** The same in two dimensions. */
export function plane(comm: Comm): void {
  everyWay(comm, [2, 3]);
  everyWay(comm, [3, 20]);
}

/** The same in three dimensions. */
export function space(comm: Comm): void {
  everyWay(comm, [3, 2, 4]);
}

export function fourDimensions(comm: Comm): void {
  onGrids(comm, 4, (cart) => {
    for (const corners of [false, true]) check(cart, [2, 2, 1, 2], Float64Array, { corners });
  });
}

/** Faces so long that they do not fit the rings, of fields in private and in shared memory. */
export function longFaces(comm: Comm): void {
  for (const cells of [
    [4, 3000],
    [3000, 4],
  ])
    onGrids(comm, 2, (cart) => {
      if (cart.periods[0] !== cart.periods[1]) return;
      for (const shared of [false, true])
        check(cart, cells, Float64Array, { width: 2, corners: true }, shared);
    });
}

/** Widths of each axis, none among them; axes that are not divided. */
export function widthsAndComponents(comm: Comm): void {
  onGrids(comm, 2, (cart) => {
    for (const corners of [false, true]) {
      check(cart, [3, 3], Float64Array, { width: [2, 1], corners });
      check(cart, [3, 3], Float64Array, { width: [0, 3], corners });
      check(cart, [3, 3], Float64Array, { width: 0, corners });
      check(cart, [2, 3, 5], Float64Array, { width: [1, 2], corners });
      check(cart, [2, 2, 3, 7], Int16Array, { corners });
    }
  });
}

export function elementTypes(comm: Comm): void {
  // all numbers, negative ones included, taken modulo the range of the type as `make` does
  onGrids(comm, 2, (cart) => {
    for (const Type of TYPES) check(cart, [2, 2], Type, { corners: true });
  });
}

/** One plan for many fields of different types, with a field that changes between exchanges. */
export function plan(comm: Comm): void {
  onGrids(comm, 2, (cart) => {
    const { shape, before, after } = partOf(cart, [3, 4], [1, 1], true);
    const length = shape[0] * shape[1];
    const halos = new HaloExchange(cart, shape, { corners: true });
    for (let k = 0; k < 5; k++) {
      for (const Type of [Float64Array, Int32Array, BigInt64Array]) {
        const scaled = (value: (i: number) => number) => (i: number) =>
          value(i) < 0 ? value(i) : value(i) * k;
        const field = make(Type, length, scaled(before));
        assert.equal(halos.exchange(field), field);
        assertSame(cart, field, make(Type, length, scaled(after)), shape);
      }
    }
    assert.throws(() => halos.exchange(new Float64Array(length + 1)), {
      code: "argument",
      message: `haloExchange: field must have ${length} elements, found ${length + 1}`,
    });
  });
}

/** Many exchanges without a pause between ranks that come late: the average of neighbours keeps the sum of a periodic field. */
export function stress(comm: Comm): void {
  const cart = comm.cart([0, 0], { periods: true })!;
  const [m, n] = [6, 40];
  const shape = [m + 2, n + 2];
  const halos = new HaloExchange(cart, shape);
  const at = (i: number, j: number) => i * (n + 2) + j;
  let field: Int32Array = new Int32Array(new SharedArrayBuffer(4 * (m + 2) * (n + 2)));
  let next: Int32Array = new Int32Array(field.length);
  const total = () => {
    let sum = 0;
    for (let i = 1; i <= m; i++) for (let j = 1; j <= n; j++) sum += field[at(i, j)];
    return comm.allreduce(sum);
  };
  for (let i = 1; i <= m; i++)
    for (let j = 1; j <= n; j++) field[at(i, j)] = ((7 * i + j) * (cart.rank + 3)) % 1000;
  const sum = total();
  for (let step = 0; step < 200; step++) {
    if (step % 20 === cart.rank) for (const end = performance.now() + 2; performance.now() < end; );
    halos.exchange(field);
    // the exact sum is kept by moving whole units: each cell passes its last digit on to the cell to the right and below
    for (let i = 1; i <= m; i++) {
      for (let j = 1; j <= n; j++) {
        const [here, left, above] = [field[at(i, j)], field[at(i, j - 1)], field[at(i - 1, j)]];
        const right = here % 10;
        const below = here % 7;
        next[at(i, j)] = here - right - below + (left % 10) + (above % 7);
      }
    }
    [field, next] = [next, field];
  }
  assert.equal(total(), sum);
  cart.free();
}

/** Halos, neighbourhood collectives and messages with the same tags, at the same time on one communicator. */
export function beside(comm: Comm): void {
  const cart = comm.cart([comm.size], { periods: true })!;
  const { source, dest } = cart.shift(0);
  const got = Float64Array.of(-1);
  const early = cart.irecv(got);
  for (let k = 0; k < 30; k++) {
    const field = haloExchange(cart, Float64Array.of(-1, cart.rank + k, -1), [3]);
    assert.deepEqual([...field], [source + k, cart.rank + k, dest + k]);
    assert.deepEqual([...cart.neighborAllgather(Int32Array.of(cart.rank))], [source, dest]);
  }
  assert.equal(early.test(), false);
  cart.barrier();
  cart.send(Float64Array.of(cart.rank), dest);
  early.wait();
  assert.equal(got[0], source);
  cart.free();
}

/** A neighbour whose field does not fit is an error of both; the next exchange is right again. */
export function unequalFaces(comm: Comm): void {
  if (comm.size !== 2) return;
  const cart = comm.cart([2, 1])!;
  const shape = [3, cart.rank === 0 ? 4 : 5];
  assert.throws(() => haloExchange(cart, new Float64Array(shape[0] * shape[1]), shape), {
    code: cart.rank === 0 ? "truncate" : "mismatch",
    message: /^haloExchange: /,
  });
  check(cart, [2, 2], Float64Array, {});
  cart.free();
}
