import { join } from "node:path";
import type { FitOptions } from "./fit-options.js";
import { MetricsLog, type MetricsRecord } from "./report/index.js";
import type { Run } from "./run.js";
import { epochLine, epochMeans } from "./run-lines.js";

/** What rank 0 does while a run trains: keeps the metrics log, prints a line for every epoch, tells how far it is. */
export class RunMonitor implements Pick<FitOptions, "onStart" | "onRecord"> {
  readonly #run: Run;
  readonly #samples: number;
  readonly #stepsPerEpoch: number;
  #log: MetricsLog | undefined;

  constructor(run: Run) {
    this.#run = run;
    [this.#samples] = run.problem.train.inputs.shape;
    this.#stepsPerEpoch = Math.ceil(this.#samples / run.options.batch);
  }

  /** Records of the whole run, those before it was resumed included. */
  get records(): readonly MetricsRecord[] {
    return this.#log?.records ?? [];
  }

  readonly onStart = (step: number): void => {
    const file = join(this.#run.folder, "metrics.jsonl");
    this.#log = step > 0 ? MetricsLog.resume(file, step) : MetricsLog.create(file);
    if (step > 0) console.log(`going on after step ${step} of ${this.#steps}`);
    this.#advance(step);
  };

  readonly onRecord = (record: MetricsRecord): void => {
    const { options, problem } = this.#run;
    this.#log!.append(record);
    this.#advance(record.step);
    if (record.step % this.#stepsPerEpoch !== 0) return;
    const means = epochMeans(this.records, options.batch, this.#samples);
    console.log(epochLine(record, means, options.epochs, problem));
  };

  get #steps(): number {
    return this.#stepsPerEpoch * this.#run.options.epochs;
  }

  #advance(step: number): void {
    if (this.#run.progress) this.#run.progress[0] = step / this.#steps;
  }

  [Symbol.dispose](): void {
    this.#log?.close();
  }
}
