// The threads engine beside mpi4py on Open MPI, 2 ranks.
//   node dist/bench/communication.js [rounds]
// The peer needs Debian's python3-mpi4py and openmpi-bin.
import { bench, interleave, mpiPeer, roundsOr } from "./support.js";

const rounds = roundsOr(7);

const CASES = [
  { name: "allreduce", bytes: 8, target: 0.6 },
  { name: "allreduce", bytes: 8_000_000, target: 0.7 },
  { name: "latency", bytes: 8 },
  { name: "bandwidth", bytes: 8_000_000 },
];

for (const { name, bytes, target } of CASES) {
  const size = ["--bytes", `${bytes}`];
  const ours = (memory: string) => () => bench(name, "-n", "2", "--memory", memory, ...size).us;
  const { shared, ordinary, peer } = interleave(rounds, {
    shared: ours("shared"),
    ordinary: ours("private"),
    peer: () => mpiPeer(2, `mpi4py_${name}.py`, ...size).us,
  });
  const wanted = target === undefined ? "" : ` (target: at most ${target})`;
  console.log(
    `${name}, ${bytes} bytes: threads ${us(shared)} in shared memory, ${us(ordinary)} in private memory; ` +
      `mpi4py ${us(peer)}; ratios ${(shared / peer).toFixed(2)}${wanted}, ${(ordinary / peer).toFixed(2)}`,
  );
}

function us(microseconds: number): string {
  return `${microseconds.toPrecision(3)} µs`;
}
