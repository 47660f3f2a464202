// What every rank of the communication benchmarks runs; rank 0 prints a line as soon as a size is measured.
import { world } from "../../comm/index.js";
import type { Row } from "./benchmark.js";
import { BENCHMARKS } from "./benchmarks.js";
import type { CommunicationBench } from "./communication.js";
import { describe, headOf, type Setting, textOf } from "./communication-table.js";
import { repetitionsFor } from "./repetitions.js";

const { name, sizes, iterations, memory, json, plot } = JSON.parse(process.argv[2]) as CommunicationBench;
const comm = world();
const benchmark = BENCHMARKS[name];
benchmark.checkRanks(comm.size);
const setting: Setting = { name, benchmark, ranks: comm.size, engine: comm.engine, memory };

const rows: Row[] = [];
for (const bytes of sizes) {
  const row = measure(bytes);
  if (comm.rank !== 0) continue;
  if (json) console.log(JSON.stringify(row));
  else console.log(rows.length === 0 ? `${describe(setting)}\n${headOf(row)}\n${textOf(row)}` : textOf(row));
  rows.push(row);
}
if (plot !== undefined && comm.rank === 0) {
  const { writePlot } = await import("./plot.js");
  await writePlot(plot, setting, rows);
}

function measure(bytes: number): Row {
  const repetitions = repetitionsFor(bytes, benchmark.iterations, iterations);
  const { us, ...more } = benchmark.measure({ comm, bytes, memory: memory ?? "shared", repetitions });
  return { bytes, us, mbPerSecond: bytes / us, ...more };
}
