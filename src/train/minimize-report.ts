import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Comm, world } from "../comm/index.js";
import { kernels } from "../kernels/index.js";
import { Sequential } from "../nn/index.js";
import type { MinimizeResult, MinimizeState } from "../optim/index.js";
import { definedOnly } from "./fit-options.js";
import type { ModelObjective } from "./objective.js";
import {
  type DataSummary,
  MetricsLog,
  type ModelSummary,
  type OptionValue,
  type RunSummary,
  thisMachine,
  writeReport,
} from "./report/index.js";
import { modelSummary } from "./run-summary.js";

/** What a {@link MinimizeReport} tells beside what it sees. */
export interface MinimizeReportOptions {
  /** Heading. */
  readonly name: string;
  /** How the minimum is looked for: the name of the method. */
  readonly method: string;
  /** The ranks that minimise, of which rank 0 writes; `world()` if absent. */
  readonly comm?: Comm;
  /** Options to show, in their order. */
  readonly options?: Readonly<Record<string, OptionValue>>;
  /** The objective, if it is that of a model, whose layers are shown. */
  readonly objective?: ModelObjective;
  /** What the objective's samples are, if there are any. */
  readonly data?: DataSummary;
  /** The command that a person typed; `process.argv` if absent. */
  readonly command?: readonly string[];
}

/**
 * The report of a minimisation, with the files that a training leaves: `metrics.jsonl`, a line an iteration while it runs,
 * and `report.html` and `loss.png` at its end. Rank 0 writes; the others do nothing.
 *
 * @example
 * using report = new MinimizeReport("runs/bowl", { name: "bowl", method: "lmvm" });
 * await report.write(minimize(f, x0, { method: "lmvm", monitor: report.monitor }));
 * @throws TuttiError `file` if a file cannot be written
 */
export class MinimizeReport {
  readonly #folder: string;
  readonly #options: MinimizeReportOptions;
  readonly #comm: Comm;
  readonly #log: MetricsLog | undefined;
  readonly #started = new Date().toISOString();
  readonly #start = performance.now();

  /** @param folder made if it is not there; files of an earlier report are replaced */
  constructor(folder: string, options: MinimizeReportOptions) {
    this.#folder = folder;
    this.#options = options;
    this.#comm = options.comm ?? world();
    if (this.#comm.rank !== 0) return;
    mkdirSync(folder, { recursive: true });
    this.#log = MetricsLog.create(join(folder, "metrics.jsonl"));
  }

  /** To be called with the state after each iteration: the monitor of `minimize`, or a part of one. */
  readonly monitor = ({ iteration, value, gradientNorm, step }: MinimizeState): void => {
    this.#log?.append({
      ...{ step: iteration, epoch: iteration, time: this.#seconds },
      ...{ loss: value, gradientNorm, stepLength: step },
    });
  };

  /** Writes the page and the picture. */
  async write(result: MinimizeResult): Promise<void> {
    if (this.#log === undefined) return;
    const { name, method, options = {}, objective, data, command = process.argv } = this.#options;
    const { converged, explanation, reason, iteration, x, ...figures } = result;
    const comm = this.#comm;
    const { target, blas } = kernels();
    const summary: RunSummary = {
      ...{ name, started: this.#started, seconds: this.#seconds },
      stopped: explanation === undefined ? undefined : `${reason}: ${explanation}`,
      command,
      options: { ...options, ranks: comm.size },
      model: objective && modelOf(objective, method),
      data,
      minimum: { method, reason, iterations: iteration, variables: x.length, ...figures },
      machine: { ...thisMachine(), ranks: comm.size, engine: comm.engine, kernels: target, blas },
      history: this.#log.records,
      files: FILES,
    };
    await writeReport(this.#folder, definedOnly(summary));
  }

  /** Closes the log. */
  dispose(): void {
    this.#log?.close();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  get #seconds(): number {
    return (performance.now() - this.#start) / 1000;
  }
}

function modelOf({ model, loss, parameters }: ModelObjective, method: string): ModelSummary {
  const layers = model instanceof Sequential ? model.layers : [model];
  return {
    ...modelSummary({ layers }),
    ...{ parameters: parameters.count, dtype: parameters.dtype, loss: loss.name, optimizer: method },
  };
}

const FILES = [
  { path: "metrics.jsonl", description: "value, gradient norm and step of every iteration" },
  { path: "loss.png", description: "the value as a picture" },
];
