import { TuttiError } from "../errors.js";
import { unseen } from "./names.js";
import { type NdArray, ndarray } from "./ndarray.js";
import { meanAndDeviation } from "./scale.js";
import type { TargetColumn } from "./schema.js";

/** What {@link fitTargets} should make of an array. */
export interface FitTargetsOptions {
  /** Names the array in errors and as a column: the file it comes from. */
  name: string;
  /** What the targets are; found from their values when absent: 0 and 1 are binary, integers classes, floats numbers. */
  kind?: TargetColumn["kind"];
  /** The samples from which mean and standard deviation are computed: those to train on. All when absent. */
  rows?: ArrayLike<number>;
  /** Whether numbers are scaled to mean 0 and standard deviation 1; true when absent. */
  normalize?: boolean;
  /** More different labels than this are an error; 1000 when absent. */
  maxClasses?: number;
}

/**
 * Learns how to turn an array of targets, axis 0 counting the samples, into what a loss takes: the counterpart of
 * `fitTable` for arrays. Labels become classes named by their decimal digits.
 *
 * @throws TuttiError "shape" if classes are not one for each sample; "format", with the index, for a value that is not
 *   finite or not of the kind, for one value only, or for too many classes.
 */
export function fitTargets(array: NdArray, options: FitTargetsOptions): TargetColumn {
  const { name, rows, normalize = true, maxClasses = 1000 } = options;
  const kind = options.kind ?? kindOf(array);
  checkFinite("fitTargets", array, name);
  if (kind === "number")
    return { kind, name, ...(normalize ? scale(array, rows, name) : { mean: 0, std: 1 }) };
  requireOneEach(array, name);
  const labels = new Set<number>();
  for (let i = 0; i < array.data.length; i++) {
    labels.add(array.data[i]);
    if (labels.size > maxClasses) {
      const found = `is the ${maxClasses + 1}th different label`;
      throw problem("fitTargets", name, i, `${found}; say that the target is a number, or raise maxClasses`);
    }
    if (kind === "binary" && array.data[i] !== 0 && array.data[i] !== 1) {
      throw problem("fitTargets", name, i, `is ${array.data[i]}; wanted 0 or 1`);
    }
  }
  if (labels.size < 2) {
    const found = array.data.length === 0 ? "has no samples" : `is ${array.data[0]} for every sample`;
    throw new TuttiError("format", `fitTargets: '${name}' ${found}; there is nothing to learn`, {
      file: name,
    });
  }
  if (kind === "binary")
    return { kind, name, classes: array.dtype === "bool" ? ["false", "true"] : ["0", "1"] };
  return { kind, name, classes: [...labels].sort((a, b) => a - b).map(String) };
}

/**
 * An array of targets as `target` says: [n] int32 for classes, [n] uint8 for a binary target, numbers in their shape and
 * in `dtype`.
 *
 * @throws TuttiError "format" that names the sample of a value that is not finite or a class that training did not have.
 */
export function encodeTargets(
  array: NdArray,
  target: TargetColumn,
  options: { name: string; dtype?: "float32" | "float64" },
): NdArray {
  const { name, dtype = "float32" } = options;
  const { data } = array;
  checkFinite("encodeTargets", array, name);
  if (target.kind === "number") {
    const scaled = ndarray(dtype, array.shape);
    for (let i = 0; i < data.length; i++) scaled.data[i] = (data[i] - target.mean) / target.std;
    return scaled;
  }
  requireOneEach(array, name);
  const encoded = ndarray(target.kind === "class" ? "int32" : "uint8", [data.length]);
  const positions = new Map<number, number>(
    target.classes.map((label, position) => [toLabel(label), position]),
  );
  for (let i = 0; i < data.length; i++) {
    const position = positions.get(data[i]);
    if (position === undefined)
      throw problem("encodeTargets", name, i, unseen(String(data[i]), target.classes, "class"));
    encoded.data[i] = position;
  }
  return encoded;
}

function toLabel(label: string): number {
  return label === "true" ? 1 : label === "false" ? 0 : Number(label);
}

function kindOf({ dtype, data }: NdArray): TargetColumn["kind"] {
  if (dtype === "bool" || data.every((value) => value === 0 || value === 1)) return "binary";
  return dtype === "int32" || dtype === "uint8" ? "class" : "number";
}

function requireOneEach({ shape }: NdArray, name: string): void {
  if (shape.length === 1 || (shape.length === 2 && shape[1] === 1)) return;
  const message = `'${name}' has the shape [${shape.join(", ")}]; classes are one for each sample, [n]`;
  throw new TuttiError("shape", message, { file: name, shape });
}

function checkFinite(reader: string, { dtype, data }: NdArray, name: string): void {
  if (dtype !== "float32" && dtype !== "float64") return;
  const wrong = data.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) throw problem(reader, name, wrong, `is ${data[wrong]}; wanted a finite number`);
}

function scale({ shape, data }: NdArray, rows: ArrayLike<number> | undefined, name: string) {
  const width = shape[0] ? data.length / shape[0] : 0;
  const values = new Float64Array(rows === undefined ? data.length : rows.length * width);
  if (rows === undefined) values.set(data);
  else
    for (let i = 0; i < rows.length; i++)
      values.set(data.subarray(rows[i] * width, (rows[i] + 1) * width), i * width);
  const { mean, std } = meanAndDeviation(values);
  if (Number.isFinite(std)) return { mean, std };
  const found = values.length === 0 ? "has no samples" : "has a variance that overflows; rescale it";
  throw new TuttiError("format", `fitTargets: '${name}' ${found}`, { file: name });
}

function problem(reader: string, file: string, index: number, found: string): TuttiError {
  return new TuttiError("format", `${reader}: '${file}' element ${index} ${found}`, { file, index });
}
