// Hello from every rank.
//
//     npx tutti run -n 4 examples/hello.ts
//
// Every rank runs this same program from top to bottom. What tells them apart is their rank, a number from 0 to size - 1.
// They print when they get here, so the order of the lines changes from run to run; the last line always comes last,
// because rank 0 prints it only when the barrier has seen everybody.

import { hostname } from "node:os";
import { world } from "tutti/comm";

const comm = world();

console.log(`Hello from rank ${comm.rank} of ${comm.size} on ${hostname()}, engine ${comm.engine}.`);

comm.barrier();
if (comm.rank === 0) console.log(`All ${comm.size} ranks have said hello.`);
