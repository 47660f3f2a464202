// The threads engine beside mpi4py on Open MPI, 2 ranks.
//   node dist/bench/communication.js [rounds]
// The peer needs Debian's python3-mpi4py and openmpi-bin.
import { median } from "../src/cli/bench/timing.js";
import { bench, mpiPeer, roundsOr } from "./support.js";

const rounds = roundsOr(9);

// Fewer iterations of long messages than by default and more rounds: other programs disturb whole rounds.
const CASES = [
  { name: "allreduce", bytes: 8, iterations: 10_000, target: 0.6 },
  { name: "allreduce", bytes: 8_000_000, iterations: 50, target: 0.7 },
  { name: "latency", bytes: 8, iterations: 10_000 },
  { name: "bandwidth", bytes: 8_000_000, iterations: 5 },
];

for (const { name, bytes, iterations, target } of CASES) {
  const options = ["--bytes", `${bytes}`, "--iterations", `${iterations}`];
  const ours = (memory: string) => bench(name, "-n", "2", "--memory", memory, ...options).us;
  const [shared, ordinary, peer]: number[][] = [[], [], []];
  for (let round = 0; round < rounds; round++) {
    shared.push(ours("shared"));
    ordinary.push(ours("private"));
    peer.push(mpiPeer(2, `mpi4py_${name}.py`, ...options).us);
  }
  const wanted = target === undefined ? "" : ` (target: at most ${target})`;
  console.log(
    [
      `${name}, ${bytes} bytes`,
      `  mpi4py                  ${describe(peer)}`,
      `  threads, shared memory  ${describe(shared)}; ratio ${ratio(shared, peer)}${wanted}`,
      `  threads, private memory ${describe(ordinary)}; ratio ${ratio(ordinary, peer)}`,
    ].join("\n"),
  );
}

function describe(times: readonly number[]): string {
  return `median ${microseconds(median(times))}, best ${microseconds(Math.min(...times))}`;
}

function ratio(times: readonly number[], peer: readonly number[]): string {
  const best = Math.min(...times) / Math.min(...peer);
  return `${(median(times) / median(peer)).toFixed(2)}, of the best ${best.toFixed(2)}`;
}

function microseconds(value: number): string {
  return `${value.toLocaleString("en", { maximumSignificantDigits: 3 })} µs`;
}
