import assert from "node:assert/strict";
import { type CartComm, type Comm, dimsCreate, PROC_NULL } from "../../../src/comm/index.js";

/** Grids of all ranks, and of fewer, with every combination of periodic axes. */
export function eachGrid(comm: Comm, check: (cart: CartComm) => void): void {
  const { size } = comm;
  const grids = [[size], dimsCreate(size, [0, 0]), dimsCreate(size, [0, 0, 0]), [1, size], []];
  if (size > 2) grids.push([2, Math.floor(size / 2)]);
  for (const dims of grids) {
    for (let combination = 0; combination < 2 ** dims.length; combination++) {
      const periods = dims.map((_, axis) => ((combination >> axis) & 1) === 1);
      const cart = comm.cart(dims, { periods });
      const count = dims.reduce((product, n) => product * n, 1);
      assert.equal(cart === undefined, comm.rank >= count);
      if (cart === undefined) continue;
      assert.equal(cart.rank, comm.rank);
      assert.equal(cart.size, count);
      assert.deepEqual(cart.dims, dims);
      assert.deepEqual(cart.periods, periods);
      check(cart);
      cart.free();
    }
  }
}

/** Ranks are numbered in row-major order: rank = (x0·n1 + x1)·n2 + x2. */
export function coordinates(comm: Comm): void {
  eachGrid(comm, (cart) => {
    const seen = new Set<string>();
    for (let rank = 0; rank < cart.size; rank++) {
      const coords = cart.coords(rank);
      assert.equal(
        coords.reduce((sum, x, axis) => sum * cart.dims[axis] + x, 0),
        rank,
      );
      assert.equal(cart.rankAt(coords), rank);
      seen.add(coords.join());
    }
    assert.equal(seen.size, cart.size);
    assert.deepEqual(cart.coords(), cart.coords(cart.rank));
  });
}

/** Coordinates are taken around periodic axes; outside the others there is nobody. */
export function aroundAndOutside(comm: Comm): void {
  eachGrid(comm, (cart) => {
    const coords = cart.coords();
    for (const [axis, n] of cart.dims.entries()) {
      for (const turns of [-3, -1, 1, 2]) {
        const moved = coords.with(axis, coords[axis] + turns * n);
        assert.equal(cart.rankAt(moved), cart.periods[axis] ? cart.rank : PROC_NULL);
      }
    }
  });
}

/** A message sent along a shift comes from the shift's source; a shift and its opposite have swapped ends. */
export function shifts(comm: Comm): void {
  eachGrid(comm, (cart) => {
    for (const axis of cart.dims.keys()) {
      for (const displacement of [-2, -1, 0, 1, 3]) {
        const { source, dest } = cart.shift(axis, displacement);
        const back = cart.shift(axis, -displacement);
        assert.deepEqual({ source: back.dest, dest: back.source }, { source, dest });
        const got = Int32Array.of(-1);
        cart.sendrecv(Int32Array.of(cart.rank), dest, got, source);
        assert.equal(got[0], source === PROC_NULL ? -1 : source);
      }
      assert.deepEqual(cart.shift(axis), cart.shift(axis, 1));
    }
  });
}

/** The dimensions left open are chosen as by dimsCreate, for all ranks. */
export function chosenDims(comm: Comm): void {
  const cart = comm.cart([0, 0], { periods: true, reorder: true })!;
  assert.deepEqual(cart.dims, dimsCreate(comm.size, [0, 0]));
  assert.deepEqual(cart.periods, [true, true]);
  cart.free();
  const line = comm.cart([1, 0])!;
  assert.deepEqual(line.dims, [1, comm.size]);
  line.free();
}

/** Each slice has the ranks that differ only in the axes kept, in their order, and a sum over it is the sum over those. */
export function slices(comm: Comm): void {
  eachGrid(comm, (cart) => {
    const axes = cart.dims.length;
    for (let combination = 0; combination < 2 ** axes; combination++) {
      const keep = cart.dims.map((_, axis) => ((combination >> axis) & 1) === 1);
      const slice = cart.sub(keep);
      const mine = cart.coords();
      assert.deepEqual(
        slice.dims,
        cart.dims.filter((_, axis) => keep[axis]),
      );
      assert.deepEqual(
        slice.periods,
        cart.periods.filter((_, axis) => keep[axis]),
      );
      assert.deepEqual(
        slice.coords(),
        mine.filter((_, axis) => keep[axis]),
      );
      const members = Array.from({ length: cart.size }, (_, r) => r).filter((r) =>
        cart.coords(r).every((x, axis) => keep[axis] || x === mine[axis]),
      );
      assert.deepEqual([...slice.allgather(Int32Array.of(cart.rank))], members);
      slice.free();
    }
  });
}

/** A copy keeps the grid and has messages of its own. */
export function copies(comm: Comm): void {
  eachGrid(comm, (cart) => {
    const copy = cart.dup();
    assert.deepEqual(copy.dims, cart.dims);
    assert.deepEqual(copy.periods, cart.periods);
    assert.deepEqual(copy.sources, cart.sources);
    const mine = Int32Array.of(cart.rank);
    assert.deepEqual(copy.neighborAllgather(mine), cart.neighborAllgather(mine));
    copy.free();
    assert.throws(() => copy.neighborAllgather(mine), { code: "freed" });
    assert.throws(() => copy.sub([]), { code: "freed" });
  });
}

/** Ranks that ask for different grids learn it together. */
export function differentGrids(comm: Comm): void {
  const { rank, size } = comm;
  if (size === 1) return;
  assert.throws(() => comm.cart(rank === 1 ? [1, size] : [size, 1], { periods: [false, true] }), {
    code: "mismatch",
    message: `cart: all ranks must ask for the same grid: rank 0 asks for ${size}×1*, rank 1 for 1×${size}*`,
  });
  assert.equal(comm.allreduce(1), size);
}
