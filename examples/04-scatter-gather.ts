// Deal out, work, collect: scatter and gather.
//
//     npx tutti run -n 4 examples/04-scatter-gather.ts --length 10
//
// The root has a list. Scatter deals it out, every rank works on its share, gather puts the results together in
// rank order. This is the pattern of most parallel programs whose pieces do not need each other.

import { parseArgs } from "node:util";
import { world } from "tutti/comm";

const { values } = parseArgs({ options: { length: { type: "string", default: "10" } } });
const length = Number(values.length);
if (!Number.isSafeInteger(length) || length < 0)
  throw new RangeError(`--length must be a whole number from 0, found ${values.length}`);

const comm = world();
const ROOT = 0;

// A list rarely divides evenly. Rank r gets the elements from floor(r n / size) to floor((r + 1) n / size), so that
// shares differ by at most one; every rank computes all counts in the same way, and nobody has to be told.
const begin = (rank: number) => Math.floor((rank * length) / comm.size);
const counts = Array.from({ length: comm.size }, (_, rank) => begin(rank + 1) - begin(rank));

const list = comm.rank === ROOT ? Float64Array.from({ length }, (_, i) => i + 1) : undefined;
const mine = comm.scatter(list, { root: ROOT, counts, out: new Float64Array(counts[comm.rank]) });

const squares = mine.map((x) => x * x);

const all = comm.gather(squares, { root: ROOT, counts }); // undefined on the other ranks
// Often only a figure of the whole is wanted. Then nothing has to be collected: reduce adds up on the way.
const sum = comm.reduce(
  squares.reduce((total, square) => total + square, 0),
  { root: ROOT },
);

// Lines that ranks print come in any order; gathered, they are in rank order.
const lines = comm.gatherObject(`rank ${comm.rank} squared ${shown(mine)} to ${shown(squares)}`);
if (lines && all) {
  for (const line of lines) console.log(line);
  const inOrder = all.length === length && all.every((square, i) => square === (i + 1) ** 2);
  const known = (length * (length + 1) * (2 * length + 1)) / 6;
  console.log(`gathered in order: ${inOrder}`);
  console.log(`sum of the squares ${sum}, known is ${known}`);
  if (!inOrder || sum !== known) throw new Error("the squares are wrong");
}

function shown(numbers: Float64Array): string {
  return numbers.length === 0
    ? "nothing"
    : `${numbers.slice(0, 4).join(" ")}${numbers.length > 4 ? " …" : ""}`;
}
