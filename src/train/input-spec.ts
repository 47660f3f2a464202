import {
  checkTableSchema,
  elementCount,
  featureNames,
  type NdArray,
  type TableSchema,
} from "../data/index.js";
import { TuttiError } from "../errors.js";
import { cast, type FloatDType, keep, mul, reshape, sub, tensor } from "../tensor/index.js";
import type { Prepare } from "./evaluate.js";

/** How what a file holds becomes the inputs of a model; kept with the model, so that later files are read alike. Plain data. */
export type InputSpec = TableInput | ArrayInput;

/** Rows of a table, turned into numbers by its schema as they are read. */
export interface TableInput {
  readonly kind: "table";
  readonly schema: TableSchema;
}

/** Arrays of this shape for each sample: (x − mean) / std, with one number for all elements or one for each. */
export interface ArrayInput {
  readonly kind: "array";
  readonly shape: readonly number[];
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/**
 * Mean and standard deviation over the samples `rows` of an array, read from the file `path`, whose axis 0 counts them:
 * of all elements together where a sample has several axes, as pictures have, else of each feature.
 *
 * @throws TuttiError `format` if a variance overflows.
 */
export function fitArray(path: string, { shape, data }: NdArray, rows: Int32Array): ArrayInput {
  const width = elementCount(shape.slice(1));
  const groups = shape.length > 2 ? 1 : width;
  const count = (rows.length * width) / groups;
  // Sums of differences from the first: a constant is its mean exactly, and rounding does not pass for variation.
  const first = Float64Array.from(data.subarray(rows[0] * width, rows[0] * width + groups));
  const mean = sumsOver(data, rows, width, first, 1).map((sum, group) => first[group] + sum / count);
  const variance = sumsOver(data, rows, width, mean, 2).map((sum) => sum / count);
  const wrong = variance.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) {
    const where = groups === 1 ? "" : ` of feature ${wrong}`;
    const message = `'${path}': the variance${where} overflows; rescale the numbers`;
    throw new TuttiError("format", message, { file: path });
  }
  const std = Array.from(variance, (value) => Math.sqrt(value) || 1); // what never varies is only shifted
  return { kind: "array", shape: shape.slice(1), mean: [...mean], std };
}

/** Sums over samples of (x − shift) or its square: over all elements with one shift, or for each element with its own. */
function sumsOver(
  data: NdArray["data"],
  rows: Int32Array,
  width: number,
  shift: Float64Array,
  power: 1 | 2,
): Float64Array {
  const sums = new Float64Array(shift.length);
  const [common] = shift;
  for (const row of rows) {
    const start = row * width;
    if (shift.length === 1) {
      let sum = 0;
      for (let i = start; i < start + width; i++) {
        const difference = data[i] - common;
        sum += power === 1 ? difference : difference * difference;
      }
      sums[0] += sum;
    } else {
      for (let j = 0; j < width; j++) {
        const difference = data[start + j] - shift[j];
        sums[j] += power === 1 ? difference : difference * difference;
      }
    }
  }
  return sums;
}

/** How many numbers a model takes for one sample. */
export function inputWidth(input: InputSpec): number {
  return input.kind === "table" ? featureNames(input.schema).length : elementCount(input.shape);
}

/** The conversion of batches that an {@link InputSpec} describes: inputs become [samples, width] of `dtype`. */
export function prepareOf(input: InputSpec, dtype: FloatDType): Prepare {
  const width = inputWidth(input);
  if (input.kind === "table") return ({ inputs, targets }) => ({ inputs: cast(inputs, dtype), targets });
  const constant = (values: readonly number[]) =>
    values.length === 1 ? values[0] : keep(tensor([...values], { dtype }));
  const shift = constant(input.mean);
  const scale = constant(input.std.map((deviation) => 1 / deviation));
  return ({ inputs, targets }) => {
    const flat = cast(reshape(inputs, [inputs.shape[0], width]), dtype);
    return { inputs: mul(sub(flat, shift), scale), targets };
  };
}

/** Whether a value, as it comes from JSON, is an {@link InputSpec}; `where` says where it came from. @throws TuttiError `format`. */
export function isInputSpec(value: unknown, where: string): value is InputSpec {
  if (typeof value !== "object" || value === null) return false;
  const { kind, schema, shape, mean, std } = value as Record<string, unknown>;
  if (kind === "table") return checkTableSchema(schema, where).columns.length > 0;
  if (kind !== "array" || !areNumbers(shape) || !areNumbers(mean) || !areNumbers(std)) return false;
  const width = elementCount(shape);
  const isOneOrAll = ({ length }: readonly number[]) => length === 1 || length === width;
  return (
    shape.every((size) => Number.isSafeInteger(size) && size > 0) &&
    isOneOrAll(mean) &&
    isOneOrAll(std) &&
    std.every((deviation) => deviation > 0)
  );
}

const areNumbers = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every(Number.isFinite);

/**
 * Checks that samples of `inputs`, read from the file `path`, are what a model takes: of the shape that it was trained
 * on, and finite numbers.
 *
 * @throws TuttiError `shape`; `format` that names the first sample that holds something else.
 */
export function requireInputs(path: string, inputs: NdArray, { shape }: ArrayInput): void {
  const found = inputs.shape.slice(1);
  if (inputs.shape.length === 0 || found.join() !== shape.join()) {
    const message = `'${path}' has samples of shape [${found.join(", ")}], the model takes [${shape.join(", ")}]`;
    throw new TuttiError("shape", message, { file: path, found, wanted: shape });
  }
  requireFinite(path, inputs);
}

/** Checks that every number is finite. @throws TuttiError `format` that names the first sample with one that is not. */
export function requireFinite(path: string, { dtype, shape, data }: NdArray): void {
  if (dtype !== "float32" && dtype !== "float64") return;
  const wrong = data.findIndex((value: number) => !Number.isFinite(value));
  if (wrong < 0) return;
  const sample = Math.floor(wrong / (data.length / shape[0]));
  const message = `'${path}': sample ${sample} holds ${data[wrong]}; wanted finite numbers`;
  throw new TuttiError("format", message, { file: path, sample });
}
