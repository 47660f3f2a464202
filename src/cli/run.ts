import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { MAX_RANKS } from "../comm/threads/job.js";
import { launch } from "../comm/threads/launch.js";
import { bundle } from "./bundle.js";
import { MAX_PROCESSES, runMpi } from "./run-mpi.js";

interface RunOptions {
  ranks: number;
  engine: "threads" | "mpi";
  tag?: true;
  check?: true;
}

/** `tutti run`: a script on N ranks. */
export function register(program: Command): void {
  program
    .command("run")
    .description("Run a TypeScript or JavaScript script on N ranks.")
    .passThroughOptions()
    .argument("<script>", "the script, which every rank runs")
    .argument("[args...]", "what the script sees in process.argv")
    .addOption(ranksOption("threads or processes"))
    .addOption(
      new Option("--engine <engine>", "what carries the ranks")
        .choices(["threads", "mpi"])
        .default("threads"),
    )
    .option("--tag", "begin each line of output with the rank that printed it")
    .addOption(checkOption())
    .action(run);
}

/** The option `--check`, which ranks find in their environment. */
export function checkOption(): Option {
  return new Option("--check", "compare what ranks call, and explain why they wait, on MPI too (slower)");
}

/** The option `-n`, with its default and its bounds: those of threads, or of ranks that may be processes as well. */
export function ranksOption(what: "threads" | "threads or processes" = "threads"): Option {
  const most = what === "threads" ? MAX_RANKS : MAX_PROCESSES;
  return new Option("-n, --ranks <N>", "number of ranks")
    .default(Math.min(availableParallelism(), MAX_RANKS), "number of cores")
    .argParser((text) => {
      const ranks = Number(text);
      if (/^\d+$/.test(text) && ranks >= 1 && ranks <= most) return ranks;
      throw new InvalidArgumentError(
        `It must be a whole number from 1 to ${most}: ranks are ${what} of this computer, each with its own ` +
          "JavaScript heap, and gain nothing beyond its cores. For those of more computers there is mpiexec.",
      );
    });
}

async function run(script: string, args: string[], { ranks, engine, tag, check }: RunOptions): Promise<void> {
  if (check) process.env.TUTTI_CHECK = "1";
  const entry = await bundle(script);
  const scriptPath = resolve(script);
  process.exitCode =
    engine === "mpi"
      ? await runMpi({ size: ranks, entry, scriptPath, argv: args, tag: tag === true })
      : await launch({ size: ranks, entry, scriptPath, argv: args, tag });
}
