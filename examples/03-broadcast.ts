// One rank knows, all ranks need: broadcast.
//
//     npx tutti run -n 4 examples/03-broadcast.ts --length 1000000
//
// The root has the settings of a computation and a long table. A broadcast is a collective call: every rank makes
// it, the root gives and the others get. Sending the same to each rank in turn would do, too, and is timed beside
// it: the root then does all the work, while a broadcast shares it among the ranks.

import { parseArgs } from "node:util";
import { world } from "tutti/comm";

const { values } = parseArgs({
  options: { length: { type: "string", default: "1000000" }, root: { type: "string", default: "0" } },
});
const comm = world();
const root = Number(values.root); // a root that is no rank is refused by the call itself

interface Settings {
  readonly length: number;
  readonly title: string;
}

// Only the root reads the options, as only one rank would read a file; what others pass is ignored.
const settings = comm.bcastObject<Settings | undefined>(
  comm.rank === root ? { length: Number(values.length), title: "squares" } : undefined,
  { root },
)!;
const { length, title } = settings;
if (!Number.isSafeInteger(length) || length < 1)
  throw new RangeError(`--length must be a whole number from 1, found ${values.length}`);

// A buffer is broadcast in place: everybody brings one of the same length and type.
const table = new Float64Array(length);
if (comm.rank === root) for (let i = 0; i < length; i++) table[i] = i * i;
comm.barrier();
const start = comm.wtime();
comm.bcast(table, { root });
comm.barrier();
const broadcast = comm.wtime() - start;

const again = comm.rank === root ? table : new Float64Array(length);
if (comm.rank !== root) comm.recv(again, root);
else for (let rank = 0; rank < comm.size; rank++) if (rank !== root) comm.send(table, rank);
comm.barrier();
const oneByOne = comm.wtime() - start - broadcast;

// Everybody checks its own copy; the minimum over ranks is 1 only if all of them are right.
const right = (copy: Float64Array) => copy.every((value, i) => value === i * i);
const allRight = comm.allreduce(right(table) && right(again) ? 1 : 0, { op: "min" }) === 1;
if (comm.rank === root) {
  const milliseconds = (seconds: number) => (seconds * 1e3).toFixed(2);
  console.log(`${title}: ${length} numbers from rank ${root} to all ${comm.size} ranks`);
  console.log(`one broadcast ${milliseconds(broadcast)} ms, one by one ${milliseconds(oneByOne)} ms`);
  console.log(`every rank has the right table: ${allRight}`);
}
if (!allRight) throw new Error("a table is wrong");
