// Messages from one rank to another: a question for each rank, and its answer.
//
//     npx tutti run -n 4 examples/02-send-receive.ts --length 1000
//
// Ranks share no variables. What one of them knows and another one needs is sent by the first and received by the
// second. Rank 0 sends every other rank a list of numbers and gets back their sum.

import { parseArgs } from "node:util";
import { world } from "tutti/comm";

const { values } = parseArgs({ options: { length: { type: "string", default: "1000" } } });
const length = Number(values.length);
if (!Number.isSafeInteger(length) || length < 0)
  throw new RangeError(`--length must be a whole number from 0, found ${values.length}`);

// A tag says what a message is about. A receive takes only messages with the tag it asks for, so that a question
// can never be mistaken for an answer, in whatever order they come.
const QUESTION = 1;
const ANSWER = 2;
const FAREWELL = 3;

const comm = world();

if (comm.rank === 0) {
  // First all questions, then all answers: while rank 0 still talks to the last rank, the first one is at work
  // already.
  for (let rank = 1; rank < comm.size; rank++)
    comm.send(
      Float64Array.from({ length }, (_, i) => rank * (i + 1)),
      rank,
      QUESTION,
    );

  let right = 0;
  const answer = new Float64Array(1);
  for (let rank = 1; rank < comm.size; rank++) {
    comm.recv(answer, rank, ANSWER);
    const known = (rank * length * (length + 1)) / 2; // Gauss, aged nine
    console.log(`rank ${rank} answers ${answer[0]}, known is ${known}`);
    if (answer[0] === known) right++;
    // Buffers go as they lie in memory. A value of another kind, such as this object with its date, goes as an
    // "Object".
    comm.sendObject({ thanks: `rank ${rank}`, at: new Date() }, rank, FAREWELL);
  }
  console.log(`${right} of ${comm.size - 1} answers are right`);
  if (comm.size === 1) console.log("There is nobody to ask: give me company with -n 2.");
  if (right !== comm.size - 1) throw new Error("a sum is wrong");
} else {
  // The receiver brings the room for a message. It does not know how long the list is, so it looks first.
  const coming = comm.probe(0, QUESTION);
  const numbers = new Float64Array(coming.count(Float64Array));
  comm.recv(numbers, 0, QUESTION);

  const sum = numbers.reduce((total, number) => total + number, 0);
  comm.send(Float64Array.of(sum), 0, ANSWER);

  const { thanks, at } = comm.recvObject<{ thanks: string; at: Date }>(0, FAREWELL);
  if (thanks !== `rank ${comm.rank}` || !(at instanceof Date)) throw new Error("these thanks are not mine");
}
