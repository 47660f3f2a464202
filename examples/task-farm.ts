// A task farm: one master deals tasks out, workers come back for more.
//
//     npx tutti run -n 4 examples/task-farm.ts --limit 1000000 --tasks 50
//
// The tasks are to count primes in pieces of the numbers up to a limit, by trial division on purpose: the later the
// piece, the longer it takes. Equal shares given out beforehand would leave the ranks with the early pieces idle.
// Here whoever is ready gets the next task, so that all finish together, whatever the tasks and the computers are
// like.
//
// Which worker does which task changes from run to run. The result does not: each answer is filed under its task's
// number.

import { parseArgs } from "node:util";
import { ANY_SOURCE, world } from "tutti/comm";

const { values } = parseArgs({
  options: { limit: { type: "string", default: "1000000" }, tasks: { type: "string", default: "50" } },
});
const limit = Number(values.limit);
const tasks = Number(values.tasks);
if (!Number.isSafeInteger(limit) || limit < 1 || limit > 1e8)
  throw new RangeError(`--limit must be a whole number from 1 to 100000000, found ${values.limit}`);
if (!Number.isSafeInteger(tasks) || tasks < 1)
  throw new RangeError(`--tasks must be a whole number from 1, found ${values.tasks}`);

interface Task {
  readonly number: number;
  readonly from: number;
  readonly to: number;
}

/** What a worker says when it is ready: who it is and, except at the beginning, what it has found. */
interface Ready {
  readonly worker: number;
  readonly done?: { readonly number: number; readonly primes: number };
}

const MASTER = 0;
const READY = 1;
const TASK = 2;

const comm = world();
if (comm.rank !== MASTER) work();
else report(comm.size === 1 ? alone() : deal());

function work(): void {
  let done: Ready["done"];
  for (;;) {
    comm.sendObject({ worker: comm.rank, done } satisfies Ready, MASTER, READY);
    const task = comm.recvObject<Task | null>(MASTER, TASK);
    if (task === null) return;
    done = { number: task.number, primes: countPrimes(task) };
  }
}

/** The master's side; it gives the primes of each task. */
function deal(): number[] {
  const primes = new Array<number>(tasks);
  const finished = new Array<number>(comm.size).fill(0);
  let next = 0;
  for (let working = comm.size - 1; working > 0; ) {
    // Whoever is ready first is served first.
    const { worker, done } = comm.recvObject<Ready>(ANY_SOURCE, READY);
    if (done) {
      primes[done.number] = done.primes;
      finished[worker]++;
    }
    const task = next < tasks ? taskOf(next++) : null;
    comm.sendObject(task, worker, TASK);
    if (task === null) working--;
  }
  for (let worker = 1; worker < comm.size; worker++)
    console.log(`rank ${worker} did ${finished[worker]} of ${tasks} tasks`);
  return primes;
}

/** Without workers the master does everything itself. */
function alone(): number[] {
  console.log(`rank 0 did ${tasks} of ${tasks} tasks`);
  return Array.from({ length: tasks }, (_, number) => countPrimes(taskOf(number)));
}

/** Checks the result by another method: the sieve of Eratosthenes. */
function report(primes: readonly number[]): void {
  const found = primes.reduce((sum, count) => sum + count, 0);
  const composite = new Uint8Array(limit + 1);
  let known = 0;
  for (let p = 2; p <= limit; p++) {
    if (composite[p]) continue;
    known++;
    for (let multiple = p * p; multiple <= limit; multiple += p) composite[multiple] = 1;
  }
  console.log(`${found} primes up to ${limit}, the sieve finds ${known}`);
  if (found !== known) throw new Error("the farm has miscounted");
}

/** The numbers after `from` up to `to`; all tasks together cover 1 to `limit`, each number once. */
function taskOf(number: number): Task {
  const end = (n: number) => Math.floor((n * limit) / tasks);
  return { number, from: end(number), to: end(number + 1) };
}

function countPrimes({ from, to }: Task): number {
  let count = 0;
  for (let n = from + 1; n <= to; n++) if (isPrime(n)) count++;
  return count;
}

function isPrime(n: number): boolean {
  if (n < 4) return n > 1;
  if (n % 2 === 0) return false;
  for (let divisor = 3; divisor * divisor <= n; divisor += 2) if (n % divisor === 0) return false;
  return true;
}
