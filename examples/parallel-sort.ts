// Sorting keys that are spread over all ranks, by regular samples (Shi and Schaeffer, 1992).
//
//     npx tutti run -n 4 examples/parallel-sort.ts --keys 1000000
//
// 1. Every rank sorts its own keys and offers a few of them, evenly spaced, as samples.
// 2. Everybody sees all samples and takes the same size - 1 of them as splitters: rank r shall own
//    the keys between two of them.
// 3. One alltoall sends every key to its owner, who puts its keys in order.
//
// At the end each rank's keys are sorted, and none is larger than those of the next rank. If no key occurs twice,
// no rank owns more than about twice its share; many equal keys all go to one owner, which is slower but still
// right (try --distinct 3).

import { parseArgs } from "node:util";
import { world } from "tutti/comm";

const { values } = parseArgs({
  options: {
    keys: { type: "string", default: "1000000" },
    distinct: { type: "string", default: String(2 ** 32) },
    print: { type: "boolean", default: false },
  },
});
const total = Number(values.keys);
const distinct = Number(values.distinct);
if (!Number.isSafeInteger(total) || total < 0 || total > 2 ** 32)
  throw new RangeError(`--keys must be a whole number from 0 to ${2 ** 32}, found ${values.keys}`);
if (!Number.isSafeInteger(distinct) || distinct < 1 || distinct > 2 ** 32)
  throw new RangeError(`--distinct must be a whole number from 1 to ${2 ** 32}, found ${values.distinct}`);

const comm = world();
const { rank, size } = comm;

// Key i of the whole list is a function of i alone: the list is the same on every number of ranks.
const begin = (r: number) => Math.floor((r * total) / size);
const keys = Float64Array.from({ length: begin(rank + 1) - begin(rank) }, (_, i) => {
  const bits = mix(begin(rank) + i);
  return distinct === 2 ** 32 ? bits : bits % distinct;
});
const before = fingerprint(keys);

comm.barrier();
const start = comm.wtime();
keys.sort();

// A rank without keys has no samples; everybody says how many it brings.
const wanted = Math.min(size, keys.length);
const samples = Float64Array.from({ length: wanted }, (_, i) => keys[Math.floor((i * keys.length) / wanted)]);
const counts = comm.allgather(Int32Array.of(samples.length));
const all = comm.allgather(samples, { counts }).sort();
const splitters = Float64Array.from({ length: size - 1 }, (_, r) => all[sampleAt(r + 1, all.length)]);

// Where the keys for each rank begin: the keys up to a splitter, itself included, go to the ranks before.
const sendDispls = [0, ...Array.from(splitters, (splitter) => countUpTo(splitter))];
const sendCounts = sendDispls.map((from, r) => (sendDispls[r + 1] ?? keys.length) - from);

// A receiver must know how much comes from whom before it can make room.
const recvCounts = comm.alltoall(Int32Array.from(sendCounts));
const mine = comm.alltoall(keys, { sendCounts, recvCounts }).sort();
const seconds = comm.allreduce(comm.wtime() - start, { op: "max" });

// Sorted: within a rank, and from any rank to the next that has keys; the largest key so far comes by a scan over
// the ranks.
const largestBefore =
  comm.exscan(mine.at(-1) ?? Number.NEGATIVE_INFINITY, { op: "max" }) ?? Number.NEGATIVE_INFINITY;
const sorted = mine.every((key, i) => key >= (i === 0 ? largestBefore : mine[i - 1]));
const allSorted = comm.allreduce(sorted ? 1 : 0) === size;
// The same keys as before: nothing lost, nothing twice.
const after = fingerprint(mine);
const permutation = before.every((value, i) => value === after[i]);
const largest = comm.allreduce(mine.length, { op: "max" });

const whole = values.print ? comm.gatherObject(mine) : undefined;
if (rank === 0) {
  console.log(`${total} keys on ${size} ranks in ${(seconds * 1e3).toFixed(1)} ms`);
  console.log(`sorted: ${allSorted}`);
  console.log(`a permutation: ${permutation}`);
  console.log(`the largest part is ${(largest / Math.max(1, total / size)).toFixed(3)} of a fair share`);
  for (const part of whole ?? []) for (const key of part) console.log(key);
}
if (!allSorted || !permutation) throw new Error("the keys are not sorted");

/** The place of splitter r among the sorted samples; -1, hence undefined, if there are none. */
function sampleAt(r: number, length: number): number {
  return Math.min(length - 1, Math.floor((r * length) / size) + Math.floor(size / 2) - 1);
}

/** How many of the sorted keys are at most `limit`. */
function countUpTo(limit: number): number {
  let [low, high] = [0, keys.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (keys[middle] <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The number of all keys, and three sums of 32 bits over their hashes, which any order of the same keys gives. */
function fingerprint(part: Float64Array): Uint32Array {
  const sums = new Uint32Array(4);
  for (const key of part) {
    sums[0]++;
    sums[1] += mix(key);
    sums[2] += mix(key ^ 0x9e3779b9);
    sums[3] += mix(key ^ 0x7f4a7c15);
  }
  return comm.allreduce(sums); // wraps around like the array's elements
}

/** A permutation of the 32-bit integers that looks random (the finaliser of MurmurHash3, by Appleby). */
function mix(x: number): number {
  let h = x >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
