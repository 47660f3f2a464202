import { type Command, Option } from "commander";
import { launch } from "../../comm/threads/launch.js";
import type { FloatDType } from "../../tensor/index.js";
import { ranksOption } from "../run.js";
import { positiveInteger, widths } from "./options.js";

/** What `tutti bench train` measures. */
export interface TrainBench {
  readonly layers: readonly number[];
  readonly batchPerRank: number;
  readonly dtype: FloatDType;
  readonly activation: string;
  readonly steps: number;
  readonly warmup: number;
  readonly shards?: number;
  readonly json?: true;
}

const RANK_MAIN = new URL("./train-rank.js", import.meta.url);

/** `tutti bench train`: a data-parallel training step. */
export function register(bench: Command): void {
  bench
    .command("train")
    .description(
      "Time a data-parallel training step of a multilayer perceptron: forward, backward, allreduce, SGD.",
    )
    .addOption(ranksOption())
    .option("--layers <widths>", "features of input, hidden layers and output", widths, [784, 256, 128, 10])
    .option("--batch-per-rank <samples>", "samples that each rank has in a step", positiveInteger, 64)
    .addOption(new Option("--dtype <dtype>", "precision").choices(["float32", "float64"]).default("float32"))
    .option("--activation <name>", "between the layers: relu, tanh, sigmoid …", "relu")
    .option("--steps <count>", "steps whose median is taken", positiveInteger, 300)
    .option("--warmup <count>", "steps before these", positiveInteger, 200)
    .option(
      "--shards <count>",
      "shards of a global batch, for the same bits on every number of ranks",
      positiveInteger,
    )
    .option("--json", "print one JSON object")
    .action(run);
}

async function run({ ranks, ...options }: TrainBench & { ranks: number }): Promise<void> {
  process.exitCode = await launch({
    size: ranks,
    entry: RANK_MAIN,
    scriptPath: RANK_MAIN.pathname,
    argv: [JSON.stringify(options satisfies TrainBench)],
  });
}
