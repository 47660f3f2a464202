// What every rank of the communication benchmarks runs; rank 0 prints a line as soon as a size is measured.
import { world } from "../../comm/index.js";
import { TuttiError } from "../../errors.js";
import { mistake } from "../mistake.js";
import type { Row } from "./benchmark.js";
import { BENCHMARKS } from "./benchmarks.js";
import type { CommunicationBench } from "./communication.js";
import { describe, headOf, type Setting, textOf } from "./communication-table.js";
import { repetitionsFor } from "./repetitions.js";

const told = JSON.parse(process.argv[2]) as CommunicationBench;
const { name, sizes, iterations, memory, json, plot } = told;
const comm = world();
const benchmark = BENCHMARKS[name];

try {
  await main();
} catch (error) {
  if (!(error instanceof TuttiError) || mistake(error) === undefined) throw error;
  // our stack and our causes say nothing about the user's options
  const plain = new TuttiError(error.code, error.message);
  plain.stack = "";
  throw plain;
}

async function main(): Promise<void> {
  try {
    checkRanks();
  } catch (error) {
    if (comm.rank === 0) throw error; // one says it for all
    return;
  }
  const setting: Setting = { name, benchmark, ranks: comm.size, engine: comm.engine, memory };
  const rows = measureAll(setting);
  if (plot === undefined || comm.rank !== 0) return;
  const { writePlot } = await import("./plot.js");
  await writePlot(plot, setting, rows);
}

function checkRanks(): void {
  benchmark.checkRanks(comm.size);
  if (told.ranks === undefined || told.ranks === comm.size) return;
  const message = `tutti bench ${name}: the launcher has started ${comm.size} ranks, which -n cannot change, found -n ${told.ranks}`;
  throw new TuttiError("argument", message, { ranks: told.ranks, size: comm.size });
}

function measureAll(setting: Setting): Row[] {
  const rows: Row[] = [];
  for (const bytes of sizes) {
    const row = measure(bytes);
    if (comm.rank !== 0) continue;
    if (json) console.log(JSON.stringify(row));
    else
      console.log(rows.length === 0 ? `${describe(setting)}\n${headOf(row)}\n${textOf(row)}` : textOf(row));
    rows.push(row);
  }
  return rows;
}

function measure(bytes: number): Row {
  const repetitions = repetitionsFor(bytes, benchmark.iterations, iterations);
  const { us, ...more } = benchmark.measure({ comm, bytes, memory: memory ?? "shared", repetitions });
  return { bytes, us, mbPerSecond: bytes / us, ...more };
}
