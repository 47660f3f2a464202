// Data that go round: every rank sends to the next one and receives from the one before, all at the same time.
//
//     npx tutti run -n 4 examples/ring.ts --length 100000 --laps 5
//
// After as many steps as there are ranks, every block has visited everybody and is home again. Rings are how
// all-to-all problems (gravity of n bodies, products of distributed matrices, allreduce of long vectors) get along
// with little memory: a rank holds its own block and one guest, never the whole.
//
// If every rank called send first and recv second, long messages would wait for receivers who are all sending: a
// deadlock. sendrecv does both at once, and a ring of one rank, who is its own neighbour, needs no special case.

import { parseArgs } from "node:util";
import { world } from "tutti/comm";

const { values } = parseArgs({
  options: { length: { type: "string", default: "100000" }, laps: { type: "string", default: "5" } },
});
const length = Number(values.length);
const laps = Number(values.laps);
if (!Number.isSafeInteger(length) || length < 1)
  throw new RangeError(`--length must be a whole number from 1, found ${values.length}`);
if (!Number.isSafeInteger(laps) || laps < 1)
  throw new RangeError(`--laps must be a whole number from 1, found ${values.laps}`);

const comm = world();
const { rank, size } = comm;
const next = (rank + 1) % size;
const previous = (rank + size - 1) % size;

let guest = new Float64Array(length).fill(rank + 1);
let arriving = new Float64Array(length);
let met = 0;

comm.barrier();
const start = comm.wtime();
for (let step = 0; step < laps * size; step++) {
  met += guest[step % length];
  comm.sendrecv(guest, next, arriving, previous);
  // The block that has left is the room for the one after; nothing is allocated on the way.
  [guest, arriving] = [arriving, guest];
}
const seconds = comm.allreduce(comm.wtime() - start, { op: "max" });

// In each lap a rank meets the blocks 1 to size, in an order of its own.
const known = (laps * size * (size + 1)) / 2;
const home = guest.every((value) => value === rank + 1);
const right = comm.allreduce(home && met === known ? 1 : 0);
if (rank === 0) {
  const steps = laps * size;
  const microseconds = ((seconds / steps) * 1e6).toFixed(1);
  console.log(`${steps} steps of ${length * 8} bytes, ${microseconds} µs a step`);
  console.log(`rank 0 met blocks that add up to ${met}, known is ${known}`);
  console.log(`${right} of ${size} blocks are home again and have met everybody`);
}
if (right !== size) throw new Error(`rank ${rank} met ${met} of ${known}, its block is home: ${home}`);
