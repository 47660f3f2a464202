// π by quadrature: a sum that is shared out and added up.
//
//     npx tutti run -n 4 examples/pi.ts --intervals 1000 --refine 4
//
// π is the integral of 4 / (1 + x²) from 0 to 1. The midpoint rule takes the height in the middle of each of n
// intervals; each rank adds up its own, allreduce adds up over ranks. The rule is of second order: twice the
// intervals, a quarter of the error. A program that gets this order wrong is wrong, even if its digits look good;
// so it is checked here.

import { parseArgs } from "node:util";
import { world } from "tutti/comm";

const { values } = parseArgs({
  options: { intervals: { type: "string", default: "1000" }, refine: { type: "string", default: "4" } },
});
const intervals = Number(values.intervals);
const refine = Number(values.refine);
if (!Number.isSafeInteger(intervals) || intervals < 1)
  throw new RangeError(`--intervals must be a whole number from 1, found ${values.intervals}`);
if (!Number.isSafeInteger(refine) || refine < 1 || refine > 20)
  throw new RangeError(`--refine must be a whole number from 1 to 20, found ${values.refine}`);

const comm = world();

function midpointRule(n: number): number {
  let sum = 0;
  for (let i = comm.rank; i < n; i += comm.size) sum += 4 / (1 + ((i + 0.5) / n) ** 2);
  return comm.allreduce(sum) / n;
}

let before = Number.NaN;
for (let level = 0; level < refine; level++) {
  const n = intervals * 2 ** level;
  const pi = midpointRule(n);
  const error = Math.abs(pi - Math.PI);
  const order = Math.log2(before / error);
  before = error;
  // Every rank has the same bits of π, so all of them take the same decisions below without talking.
  if (comm.rank === 0) {
    const tail = level === 0 ? "" : `, order ${order.toFixed(3)}`;
    console.log(`${n} intervals: ${pi.toFixed(15)}, error ${error.toExponential(3)}${tail}`);
  }
  // The leading term of the error is 1 / (12 n²) by Euler and Maclaurin, the next one falls like 1 / n⁶; rounding
  // of the sum adds a little, more with more terms.
  if (error > 1 / (12 * n * n) + 1 / n ** 6 + 1e-15 * Math.sqrt(n))
    throw new Error(`π is not ${pi}: the error must be at most ${1 / (12 * n * n)}`);
}
