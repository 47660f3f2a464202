import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Communicator } from "../../../src/comm/communicator.js";
import { type CartComm, type GraphComm, HaloExchange, haloExchange } from "../../../src/comm/index.js";
import { selfWorld } from "../../../src/comm/self.js";

const comm = new Communicator(selfWorld(), true);
const ring: CartComm = comm.cart([1, 1], { periods: [true, false] })!;
const loop: GraphComm = comm.graph([0, 0], [0, 0]);
const buf = new Float64Array(9);
// what TypeScript refuses still comes from JavaScript
const anything = (value: unknown) => value as never;

const CASES: Record<string, [call: () => unknown, message: string]> = {
  "a grid of more ranks": [
    () => comm.cart([2, 3]),
    "cart: a grid of 2×3 needs 6 ranks, but there are 1; use smaller dims, or 0 to have one chosen",
  ],
  "a grid that does not divide": [
    () => comm.cart([2, 0]),
    "cart: the product of the given dims must divide the 1 ranks, found 2 (dims 2×0)",
  ],
  "a fractional dimension": [
    () => comm.cart([0.5]),
    "cart: dims[0] must be a number of ranks, or 0 to have it chosen, found 0.5 (number)",
  ],
  "too few periods": [
    () => comm.cart([1, 1], { periods: [true] }),
    "cart: periods must have one boolean for each of the 2 axes, found [true]",
  ],
  "periods of numbers": [
    () => comm.cart([1], { periods: anything([1]) }),
    "cart: periods must have one boolean for each of the 1 axes, found [1]",
  ],
  "coordinates of nobody": [
    () => ring.coords(1),
    "coords: rank must be a rank from 0 to 0, found 1 (number)",
  ],
  "too many coordinates": [
    () => ring.rankAt([0, 0, 0]),
    "rankAt: coords must be 2 integers, one for each axis, found [0, 0, 0]",
  ],
  "fractional coordinates": [
    () => ring.rankAt([0, 0.5]),
    "rankAt: coords must be 2 integers, one for each axis, found [0, 0.5]",
  ],
  "an axis too many": [
    () => ring.shift(2, 1),
    "shift: axis must be one of the 2 axes, counted from 0, found 2 (number)",
  ],
  "a fractional shift": [
    () => ring.shift(0, 0.5),
    "shift: displacement must be an integer, found 0.5 (number)",
  ],
  "a slice of other axes": [
    () => ring.sub([true]),
    "sub: keep must have one boolean for each of the 2 axes, found [true]",
  ],
  "an edge to nobody": [
    () => comm.graph([], [1]),
    "graph: destinations[0] must be a rank from 0 to 0, found 1 (number)",
  ],
  "edges from no Array": [
    () => comm.graph(anything(0), []),
    "graph: sources must be an Array of ranks, found 0 (number)",
  ],
  "a group of nobody": [
    () => comm.create([0, 1]),
    "create: ranks[1] must be a rank from 0 to 0, found 1 (number)",
  ],
  "a rank twice in a group": [
    () => comm.create([0, 0]),
    "create: ranks must name each rank once, found rank 0 more than once in [0, 0]",
  ],
  "pieces that do not divide": [
    () => loop.neighborAlltoall(buf),
    "neighborAlltoall: the length of buf must be a multiple of the 2 destinations, found 9; give counts for unequal pieces",
  ],
  "counts on one side": [
    () => loop.neighborAlltoall(buf, { sendCounts: [4, 5] }),
    "neighborAlltoall: sendCounts and recvCounts must be given together",
  ],
  "counts of other neighbours": [
    () => loop.neighborAlltoall(buf, { sendCounts: [4, 5], recvCounts: [9] }),
    "neighborAlltoall: recvCounts must have one entry for each of the 2 sources, found 1",
  ],
  "too short a result": [
    () => loop.neighborAllgather(buf, { out: new Float64Array(17) }),
    "neighborAllgather: out must have 18 elements, found 17",
  ],
  "a result in the input": [
    () => loop.neighborAlltoall(buf.subarray(1), { out: buf.subarray(0, 8) }),
    "neighborAlltoall: out overlaps the input; use a buffer of its own",
  ],
  "values for other neighbours": [
    () => loop.neighborAlltoallObject([1]),
    "neighborAlltoallObject: values must be an Array with one value for each of the 2 destinations, found an Array of 1",
  ],
  "halos without a grid": [
    () => haloExchange(anything(comm), buf, [3, 3]),
    "haloExchange: comm must be a Cartesian communicator, as comm.cart makes it, found an object (Communicator)",
  ],
  "halos in a graph": [
    () => haloExchange(anything(loop), buf, [3, 3]),
    "haloExchange: comm must be a Cartesian communicator, as comm.cart makes it, found an object (GraphCommunicator)",
  ],
  "a shape of fewer axes": [
    () => haloExchange(ring, buf, [9]),
    "haloExchange: shape must be at least 2 long, one entry for each axis of the grid, found [9]",
  ],
  "a fractional shape": [
    () => new HaloExchange(ring, [3, 2.5]),
    "haloExchange: shape must be an Array of numbers of cells, found [3, 2.5]",
  ],
  "a field of another length": [
    () => haloExchange(ring, buf, [3, 4]),
    "haloExchange: field must have 12 elements, found 9",
  ],
  "no field": [
    () => haloExchange(ring, anything([1, 2]), [3, 3]),
    "haloExchange: field must be a TypedArray, found an Array of 2",
  ],
  "a negative width": [
    () => haloExchange(ring, buf, [3, 3], { width: -1 }),
    "haloExchange: width must be a number of cells, or one for each of the 2 axes of the grid, found -1 (number)",
  ],
  "widths of other axes": [
    () => haloExchange(ring, buf, [3, 3], { width: [1] }),
    "haloExchange: width must be a number of cells, or one for each of the 2 axes of the grid, found [1]",
  ],
  "halos wider than the field": [
    () => haloExchange(ring, buf, [9, 1]),
    "haloExchange: axis 1 of shape has 1 cells, fewer than its two halos of width 1",
  ],
  "a halo wider than the interior": [
    () => haloExchange(ring, buf, [5, 5], { width: 2 }),
    "haloExchange: axis 0 of shape has 1 interior cells (5 with halos), fewer than the width 2 of the halo; use fewer ranks along it or a narrower halo",
  ],
};

describe("a wrong argument of a topology is an error that says which, what was found and what was wanted", () => {
  for (const [name, [call, message]] of Object.entries(CASES)) {
    test(name, () => assert.throws(call, { name: "TuttiError", code: "argument", message }));
  }
});

test("no halo is filled along an axis that is not divided, however narrow its interior", () => {
  const field = Float64Array.from({ length: 25 }, (_, i) => i);
  const line = comm.cart([1])!;
  assert.deepEqual(haloExchange(line, field.slice(), [5, 5], { width: 2 }), field);
});

test("a plan of a freed communicator cannot be used", () => {
  const cart = comm.cart([1])!;
  const halos = new HaloExchange(cart, [9]);
  halos.exchange(buf);
  cart.free();
  assert.throws(() => halos.exchange(buf), { code: "freed", message: /^haloExchange: .* has been freed$/ });
});
