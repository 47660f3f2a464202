import type { Benchmark, Figures, Situation } from "./benchmark.js";
import { allocate } from "./message-buffers.js";
import { timeEach, timeEachAfter } from "./repetitions.js";

const common = {
  iterations: [10_000, 1000, 100],
  plotted: "us",
  unit: 1,
  defaultRanks: (cores: number) => cores,
  checkRanks: () => {},
} as const;

/** Sum of single-precision numbers on all ranks (osu_allreduce). */
export const allreduce: Benchmark = {
  ...common,
  title: "time of an allreduce, the sum of float32 numbers",
  unit: Float32Array.BYTES_PER_ELEMENT,
  measure(situation) {
    const { comm, bytes, memory, repetitions } = situation;
    const buf = new Float32Array(allocate(bytes, memory));
    const out = new Float32Array(allocate(bytes, memory));
    return meanOfRanks(situation, () => timeEach(repetitions, () => comm.allreduce(buf, { out })));
  },
};

/** From rank 0 to all others (osu_bcast). */
export const bcast: Benchmark = {
  ...common,
  title: "time of a broadcast from rank 0, which begins together",
  measure(situation) {
    const { comm, bytes, memory, repetitions } = situation;
    const buf = new Uint8Array(allocate(bytes, memory));
    // Without a barrier the root could run ahead, and several broadcasts would overlap.
    const measure = () =>
      timeEachAfter(
        repetitions,
        () => comm.barrier(),
        () => comm.bcast(buf),
      );
    return meanOfRanks(situation, measure);
  },
};

/** Every rank sends a message to every rank, itself included (osu_alltoall). */
export const alltoall: Benchmark = {
  ...common,
  title: "time of an alltoall with one message from each rank to each",
  measure(situation) {
    const { comm, bytes, memory, repetitions } = situation;
    const buf = new Uint8Array(allocate(comm.size * bytes, memory));
    const out = new Uint8Array(allocate(comm.size * bytes, memory));
    return meanOfRanks(situation, () => timeEach(repetitions, () => comm.alltoall(buf, { out })));
  },
};

/** Every rank waits for every other (osu_barrier). */
export const barrier: Benchmark = {
  ...common,
  title: "time of a barrier",
  unit: undefined,
  measure(situation) {
    const { comm, repetitions } = situation;
    return meanOfRanks(situation, () => timeEach(repetitions, () => comm.barrier()));
  },
};

function meanOfRanks({ comm }: Situation, measure: () => number): Figures {
  comm.barrier();
  return { us: comm.allreduce(measure()) / comm.size };
}
