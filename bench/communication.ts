// Messages of Tutti's engines and of mpi4py on the same Open MPI, 2 ranks; and the whole process of a program that says hello.
//   node dist/bench/communication.js [rounds]
// Needs Debian's python3-mpi4py and openmpi-bin.
import { median } from "../src/cli/bench/timing.js";
import { bench, mpiPeer, roundsOr, tutti } from "./support.js";

const rounds = roundsOr(7);

/** What each is called, and how it is measured: microseconds. */
const CONTENDERS = {
  mpi4py: (name: string, options: string[]) => mpiPeer(2, `mpi4py_${name}.py`, ...options).us,
  mpi: (name: string, options: string[]) => bench(name, "-n", "2", "--engine", "mpi", ...options).us,
  threads: (name: string, options: string[]) => bench(name, "-n", "2", ...options).us,
  private: (name: string, options: string[]) => bench(name, "-n", "2", "--memory", "private", ...options).us,
};

type Contender = keyof typeof CONTENDERS;

const TITLES: Record<Contender, string> = {
  mpi4py: "mpi4py on Open MPI",
  mpi: "Tutti on Open MPI",
  threads: "threads, shared memory",
  private: "threads, private memory",
};

/** Ratios that are wanted: at most so much of another's time. */
type Wanted = Partial<Record<Contender, { readonly of: Contender; readonly atMost: number }>>;

// Few iterations of long messages, many rounds: other programs disturb whole rounds. But the long allreduce takes 0.1 s until
// what it runs through has been compiled, on cores that its ranks use.
const CASES: { name: string; bytes: number; iterations: number; wanted: Wanted }[] = [
  {
    name: "allreduce",
    bytes: 8,
    iterations: 200_000,
    wanted: { mpi: { of: "mpi4py", atMost: 0.65 }, threads: { of: "mpi", atMost: 0.6 } },
  },
  {
    name: "allreduce",
    bytes: 8_000_000,
    iterations: 300,
    wanted: { threads: { of: "mpi", atMost: 0.7 } },
  },
  { name: "latency", bytes: 8, iterations: 200_000, wanted: { mpi: { of: "mpi4py", atMost: 0.8 } } },
  { name: "bandwidth", bytes: 8_000_000, iterations: 5, wanted: { mpi: { of: "mpi4py", atMost: 1 } } },
];

for (const { name, bytes, iterations, wanted } of CASES) {
  const options = ["--bytes", `${bytes}`, "--iterations", `${iterations}`];
  const times: Record<Contender, number[]> = { mpi4py: [], mpi: [], threads: [], private: [] };
  const contenders = Object.keys(times) as Contender[];
  for (let round = 0; round < rounds; round++) {
    for (const contender of contenders) times[contender].push(CONTENDERS[contender](name, options));
  }
  console.log(`${name}, ${bytes} bytes`);
  for (const contender of contenders) {
    const { of, atMost } = wanted[contender] ?? { of: contender === "private" ? "mpi" : "mpi4py" };
    const target = atMost === undefined ? "" : ` (wanted: at most ${atMost})`;
    const comparison =
      contender === "mpi4py" ? "" : `; ratio to ${TITLES[of]} ${ratio(times[contender], times[of])}${target}`;
    console.log(`  ${TITLES[contender].padEnd(23)} ${describe(times[contender])}${comparison}`);
  }
}

const hello = Array.from({ length: rounds }, () => {
  const start = performance.now();
  tutti("run", "-n", "4", "examples/01-hello.ts");
  return (performance.now() - start) / 1000;
});
console.log(`tutti run -n 4 examples/01-hello.ts
  whole process           median ${median(hello).toFixed(2)} s, best ${Math.min(...hello).toFixed(2)} s (wanted: at most 0.7)`);

function describe(times: readonly number[]): string {
  return `median ${microseconds(median(times))}, best ${microseconds(Math.min(...times))}`;
}

/** Of the medians and of the best. */
function ratio(times: readonly number[], others: readonly number[]): string {
  const best = Math.min(...times) / Math.min(...others);
  return `${(median(times) / median(others)).toFixed(2)}, of the best ${best.toFixed(2)}`;
}

function microseconds(value: number): string {
  return `${value.toLocaleString("en", { maximumSignificantDigits: 3 })} µs`;
}
