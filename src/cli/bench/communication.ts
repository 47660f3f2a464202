import { availableParallelism } from "node:os";
import { type Command, Option } from "commander";
import { findLauncher } from "../../comm/mpi/launcher.js";
import { launch } from "../../comm/threads/launch.js";
import { TuttiError } from "../../errors.js";
import { mistake } from "../mistake.js";
import { ranksOption } from "../run.js";
import { runMpi } from "../run-mpi.js";
import type { Benchmark } from "./benchmark.js";
import { BENCHMARKS } from "./benchmarks.js";
import { MEMORIES, type Memory } from "./message-buffers.js";
import { messageSizes } from "./message-sizes.js";
import { positiveInteger } from "./options.js";
import { plotFile } from "./plot-file.js";

/** What the user asks a benchmark for. */
interface Options {
  readonly ranks: number;
  readonly engine?: "threads" | "mpi";
  readonly bytes?: readonly number[];
  readonly iterations?: number;
  readonly memory?: Memory;
  readonly json?: true;
  readonly plot?: string;
}

/** What the ranks are told. */
export interface CommunicationBench extends Omit<Options, "ranks" | "engine" | "bytes"> {
  readonly name: string;
  /** Sizes of messages in bytes, in the order in which they are measured. */
  readonly sizes: readonly number[];
  /** The number of ranks that the user wants; absent if any will do. */
  readonly ranks?: number;
}

const RANK_MAIN = new URL("./communication-rank.js", import.meta.url);
const LONGEST = 1048576;

/** `tutti bench latency`, `bandwidth`, `allreduce` …: what messages cost, size by size. */
export function register(bench: Command): void {
  for (const [name, benchmark] of Object.entries(BENCHMARKS)) {
    const command = bench
      .command(name)
      .description(`Time messages: ${benchmark.title}.`)
      .addOption(ranksOption("threads or processes").default(benchmark.defaultRanks(availableParallelism())))
      .addOption(
        new Option(
          "--engine <engine>",
          "what carries the ranks (default: mpi under mpiexec, else threads)",
        ).choices(["threads", "mpi"]),
      )
      .option("--iterations <count>", "how often each size is timed; fewer for long ones", positiveInteger)
      .option("--json", "print one JSON object for each size")
      .action((options: Options) => {
        const given = command.getOptionValueSource("ranks") !== "default";
        return run(name, benchmark, options, given);
      });
    if (benchmark.unit === undefined) continue;
    command
      .addOption(
        new Option("--bytes <sizes>", "size of messages, or a range in which each is twice the one before")
          .argParser(messageSizes)
          .default(messageSizes(`${benchmark.unit}:${LONGEST}`), `${benchmark.unit}:${LONGEST}`),
      )
      .addOption(
        new Option("--memory <memory>", "where messages lie: shared, as tensors, or private to a rank")
          .choices(MEMORIES)
          .default("shared"),
      )
      .option("--plot <file>", "draw the figures over the size into this .svg or .png", plotFile);
  }
}

async function run(
  name: string,
  benchmark: Benchmark,
  { ranks, engine, bytes, ...rest }: Options,
  ranksGiven: boolean,
): Promise<void> {
  const sizes = bytes ?? [0];
  checkUnit(name, benchmark.unit ?? 1, sizes);
  const told: CommunicationBench = { name, sizes, ...rest };
  const isRank = engine !== "threads" && findLauncher(process.env) !== undefined;
  if (isRank) {
    measureHere(ranksGiven ? { ...told, ranks } : told);
    return;
  }
  benchmark.checkRanks(ranks);
  const script = {
    size: ranks,
    entry: RANK_MAIN,
    scriptPath: RANK_MAIN.pathname,
    argv: [JSON.stringify(told)],
  };
  process.exitCode =
    engine === "mpi"
      ? await runMpi({ ...script, tag: false })
      : await launch({ ...script, explain: ({ tutti }) => mistake(tutti) });
}

/** Measures on the ranks that `mpiexec` has started, of which this process is one. */
function measureHere(told: CommunicationBench): void {
  process.argv = [process.execPath, RANK_MAIN.pathname, JSON.stringify(told)];
  // Not awaited: what it throws is a failure of this rank.
  import(RANK_MAIN.href);
}

function checkUnit(name: string, unit: number, sizes: readonly number[]): void {
  const wrong = sizes.find((size) => size % unit !== 0);
  if (wrong === undefined) return;
  throw new TuttiError(
    "argument",
    `tutti bench ${name}: messages are numbers of ${unit} bytes, so --bytes must be a multiple of ${unit}, found ${wrong}`,
    { bytes: wrong, unit },
  );
}
