import type { WrongSample } from "./evaluation.js";
import type { MetricsRecord } from "./metrics.js";
import type { Picture } from "./png.js";

/** All that the report of a run shows, as plain data: structured-cloneable, no tensors. */
export interface RunSummary {
  /** Heading of the report: the name of the run or of its data. */
  readonly name: string;
  /** When training began, ISO 8601. */
  readonly started: string;
  /** Seconds of training; parts of a resumed run add up. */
  readonly seconds: number;
  /** Training samples per second, over all ranks and the whole run; absent for a minimisation. */
  readonly samplesPerSecond?: number;
  /** Why training ended before its last step; absent when it did not. */
  readonly stopped?: string;
  /** The command that made the run, one item an argument: `["tutti", "train", "mnist"]`. */
  readonly command: readonly string[];
  /** Every option with the value that was in force, given or default, in the order to show. */
  readonly options: Readonly<Record<string, OptionValue>>;
  /** Absent where a function of no data was minimised. */
  readonly data?: DataSummary;
  /** Absent where a function without a model was minimised. */
  readonly model?: ModelSummary;
  /** What a minimisation came to; absent for stochastic training. */
  readonly minimum?: MinimumSummary;
  readonly machine: MachineSummary;
  /** Records in order of step: those of `metrics.jsonl`. */
  readonly history: readonly MetricsRecord[];
  /** What the trained model does on data that it was not trained on; absent when there are none. */
  readonly evaluation?: ClassEvaluation | NumberEvaluation;
  /** The other files of the run's folder. */
  readonly files: readonly FileSummary[];
}

/** The value of an option, as it can be shown. */
export type OptionValue = string | number | boolean | null | readonly (string | number)[];

/** What a minimisation came to. */
export interface MinimumSummary {
  readonly method: string;
  /** Why it ended, in PETSc's words: "CONVERGED_GATOL". */
  readonly reason: string;
  readonly variables: number;
  readonly iterations: number;
  readonly value: number;
  readonly gradientNorm: number;
  /** Evaluations of the objective: its value alone, with its gradient, and products with its Hessian. */
  readonly values: number;
  readonly gradients: number;
  readonly products: number;
}

/** What was learnt from. */
export interface DataSummary {
  /** Where the samples come from: a data set's name or the paths of files. */
  readonly source: string;
  readonly trainingSamples: number;
  readonly validationSamples?: number;
  readonly testSamples?: number;
  /** Shape of the input of one sample. */
  readonly inputShape: readonly number[];
  /** What is predicted, in words: "10 classes", "column price". */
  readonly target: string;
}

/** What was trained. */
export interface ModelSummary {
  readonly layers: readonly LayerSummary[];
  /** Trainable numbers in all layers. */
  readonly parameters: number;
  readonly dtype: string;
  /** Name of the loss that was minimised. */
  readonly loss: string;
  /** Name of the optimiser. */
  readonly optimizer: string;
}

/** One layer of the network. */
export interface LayerSummary {
  /** Name of the layer in the model: "0", "hidden.1". */
  readonly name: string;
  /** What it is: "Linear 784 → 128", "relu". */
  readonly kind: string;
  /** Shape of its output for one sample. */
  readonly outputShape: readonly number[];
  readonly parameters: number;
}

/** Where the run took place. */
export interface MachineSummary {
  readonly ranks: number;
  /** Engine of the communicator: "self", "threads" or "mpi". */
  readonly engine: string;
  /** Kernel target: "native", "wasm-relaxed" or "wasm". */
  readonly kernels: string;
  /** BLAS library that multiplies matrices, or null if the kernels do it themselves. */
  readonly blas: string | null;
  /** Version of Tutti. */
  readonly tutti: string;
  /** Version of Node.js. */
  readonly node: string;
  /** Operating system and architecture: "linux x64 6.1". */
  readonly platform: string;
  readonly cpu: string;
  /** Logical processors that this process may use. */
  readonly cores: number;
  readonly memoryBytes: number;
}

/** One file of the folder of a run. */
export interface FileSummary {
  /** Path relative to the run's folder, with forward slashes. */
  readonly path: string;
  readonly description: string;
}

/** Which data an evaluation was made on. */
export type EvaluatedSet = "test" | "validation" | "training";

/** Evaluation of a classifier. */
export interface ClassEvaluation {
  readonly kind: "classes";
  readonly set: EvaluatedSet;
  /** Mean loss of a sample. */
  readonly loss: number;
  /** Name of each class. */
  readonly classes: readonly string[];
  /** Made by `confusionMatrix`: flat, row-major, rows are true classes. */
  readonly confusion: ArrayLike<number>;
  /** Chosen by `mostWrong`, the worst first. */
  readonly mostWrong: readonly WrongExample[];
}

/** A wrongly classified sample and how to show it. */
export interface WrongExample extends WrongSample {
  /** The input itself, when it is an image. */
  readonly image?: Picture;
  /** Where the sample stands, when its index does not say it: "table.csv, line 17". */
  readonly source?: string;
}

/** Evaluation of a model that predicts numbers. */
export interface NumberEvaluation {
  readonly kind: "numbers";
  readonly set: EvaluatedSet;
  /** Mean loss of a sample. */
  readonly loss: number;
  readonly targets: readonly NumberTarget[];
}

/** True and predicted values of one number. */
export interface NumberTarget {
  readonly name: string;
  readonly truths: ArrayLike<number>;
  readonly predictions: ArrayLike<number>;
}
