import type { Benchmark } from "./benchmark.js";
import { allreduce, alltoall, barrier, bcast } from "./collectives.js";
import { bandwidth, latency, rate } from "./point-to-point.js";

/** Every benchmark of communication by its name on the command line. */
export const BENCHMARKS: Readonly<Record<string, Benchmark>> = {
  latency,
  bandwidth,
  rate,
  allreduce,
  bcast,
  alltoall,
  barrier,
};
