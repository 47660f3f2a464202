// Hello from every rank.
//
//     npx tutti run -n 4 examples/01-hello.ts
//
// Every rank runs this same program from top to bottom. What tells them apart is their rank, a number from 0 to
// size - 1. They print when they get here, so the order of the lines changes from run to run. Rank 0 prints the
// last line only when the barrier has seen everybody; threads of one computer keep it last, while mpiexec may bring
// the lines of its processes in any order. Output that must be in order is gathered and printed by one rank, as
// 04-scatter-gather.ts does.

import { hostname } from "node:os";
import { world } from "tutti/comm";

const comm = world();

console.log(`Hello from rank ${comm.rank} of ${comm.size} on ${hostname()}, engine ${comm.engine}.`);

comm.barrier();
if (comm.rank === 0) console.log(`All ${comm.size} ranks have said hello.`);
