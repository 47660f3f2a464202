import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileError } from "../data/files.js";
import { type NdArray, readSafetensors, toNdArray, writeSafetensors } from "../data/index.js";
import { TuttiError } from "../errors.js";
import type { ParameterVector } from "../nn/index.js";
import type { Optimizer } from "../optim/index.js";
import { assign, scope, type Tensor, tensor } from "../tensor/index.js";

/** Where a training stands, beside the numbers in its vectors. */
export interface Progress {
  /** Optimiser steps done. */
  step: number;
  /** Seconds of training so far. */
  seconds: number;
  /** Sums of loss, of correct samples and of samples since the last metrics record. */
  sums: { loss: number; correct: number; samples: number };
}

/** What must be the same for a training to go on with the same bits: its options, as text by name. */
export type Recipe = Readonly<Record<string, string>>;

const FORMAT = "tutti.checkpoint.1";
const NAME = /^step-(\d{8,})\.safetensors$/;
/** What is left of a checkpoint whose process was killed while it wrote. */
const LEFTOVER = /^\.step-\d{8,}\.safetensors\..*\.tmp$/;

/**
 * Writes `step-00000123.safetensors` into `folder`: every parameter by name, the optimiser's vectors and numbers, the
 * progress and the recipe. Atomic: the file is whole or not there. Of older checkpoints the newest stay, `keep` in all.
 *
 * @throws TuttiError `file`; no earlier checkpoint is lost then.
 */
export function saveCheckpoint(
  folder: string,
  parameters: ParameterVector,
  optimizer: Optimizer,
  progress: Progress,
  recipe: Recipe = {},
  keep = 3,
): string {
  const numbers: Record<string, number> = {};
  const arrays: [string, NdArray][] = [];
  for (const { name, value } of parameters) arrays.push([`model.${name}`, toNdArray(value)]);
  for (const [name, value] of Object.entries(optimizer.state())) {
    if (typeof value === "number") numbers[name] = value;
    else arrays.push([`optimizer.${name}`, toNdArray(value)]);
  }
  const path = join(folder, `step-${String(progress.step).padStart(8, "0")}.safetensors`);
  onFile("make the folder", folder, () => mkdirSync(folder, { recursive: true }));
  writeSafetensors(path, arrays, [
    ["format", FORMAT],
    ["progress", JSON.stringify(progress)],
    ["optimizer", JSON.stringify({ method: methodOf(optimizer), numbers })],
    ["recipe", JSON.stringify(recipe)],
  ]);
  for (const old of listCheckpoints(folder).slice(0, -keep)) remove(old);
  return path;
}

/** The checkpoints in `folder`, oldest first; none if there is no such folder. @throws TuttiError `file`. */
export function listCheckpoints(folder: string): string[] {
  return filesIn(folder)
    .filter((name) => NAME.test(name))
    .sort((a, b) => Number(NAME.exec(a)![1]) - Number(NAME.exec(b)![1]))
    .map((name) => join(folder, name));
}

/** Removes half-written files of killed processes from `folder`, into which nobody may write now. @throws TuttiError `file`. */
export function removeLeftovers(folder: string): void {
  for (const name of filesIn(folder)) if (LEFTOVER.test(name)) remove(join(folder, name));
}

/**
 * Reads a checkpoint into the parameters and the optimiser, and returns the progress.
 *
 * @throws TuttiError `file`; `format` if it is damaged; `checkpoint` if it is not one, or is of another model, optimiser
 *   or recipe. Nothing is changed then.
 */
export function loadCheckpoint(
  path: string,
  parameters: ParameterVector,
  optimizer: Optimizer,
  recipe: Recipe = {},
): Progress {
  const { tensors, metadata } = readSafetensors(path);
  const fail: Fail = (found) => {
    throw new TuttiError("checkpoint", `loadCheckpoint: '${path}' ${found}`, { file: path });
  };
  const format = metadata.get("format");
  if (format !== FORMAT)
    fail(`is not a checkpoint: its format is ${format ?? "not given"}, wanted ${FORMAT}`);
  const { saved, method, numbers, progress } = readTexts(metadata, path);
  if (method !== methodOf(optimizer))
    fail(`was made with the optimiser ${method}, this training has ${methodOf(optimizer)}`);
  requireRecipe(saved, recipe, fail);
  const state = Object.entries(optimizer.state());
  const vectors = state.filter((entry): entry is [string, Tensor] => typeof entry[1] !== "number");
  const wanted = state.filter(([, value]) => typeof value === "number").map(([name]) => name);
  if (Object.keys(numbers).sort().join() !== wanted.sort().join())
    fail(`has the optimiser's numbers ${Object.keys(numbers).join(", ")}, wanted ${wanted.join(", ")}`);
  requireArrays(
    tensors,
    new Map<string, Tensor>([
      ...[...parameters].map(({ name, value }): [string, Tensor] => [`model.${name}`, value]),
      ...vectors.map(([name, value]): [string, Tensor] => [`optimizer.${name}`, value]),
    ]),
    fail,
  );
  scope(() => {
    const read = (name: string) => {
      const { data, shape, dtype } = tensors.get(name)!;
      return tensor(data, { shape, dtype });
    };
    // What can fail, for want of memory, comes first.
    const values = [...parameters].map(({ name }) => read(`model.${name}`));
    const loaded = vectors.map(([name]) => [name, read(`optimizer.${name}`)]);
    optimizer.load({ ...numbers, ...Object.fromEntries(loaded) });
    for (const [i, value] of values.entries()) assign(parameters.values[i], value);
  });
  return progress;
}

/** Throws, by `fail`, that something was found instead of what is wanted. */
type Fail = (found: string) => never;

function requireRecipe(saved: Recipe, recipe: Recipe, fail: Fail): void {
  for (const name of new Set([...Object.keys(saved), ...Object.keys(recipe)])) {
    if (saved[name] === recipe[name]) continue;
    const made = saved[name] === undefined ? `without ${name}` : `with ${name} ${saved[name]}`;
    fail(`was made ${made}, this training has ${recipe[name] ?? "none"}`);
  }
}

function requireArrays(
  found: ReadonlyMap<string, NdArray>,
  wanted: ReadonlyMap<string, Tensor>,
  fail: Fail,
): void {
  const unknown = [...found.keys()].filter((name) => !wanted.has(name));
  if (unknown.length > 0) fail(`holds ${unknown.join(", ")}, which this model and optimiser do not have`);
  for (const [name, { dtype, shape }] of wanted) {
    const array = found.get(name) ?? fail(`has no ${name}; it is of another model or optimiser`);
    if (array.dtype === dtype && array.shape.join() === shape.join()) continue;
    const is = `${array.dtype} [${array.shape.join(", ")}]`;
    fail(`has ${name} as ${is}, this training has it as ${dtype} [${shape.join(", ")}]`);
  }
}

const methodOf = (optimizer: Optimizer): string => optimizer.constructor.name;

interface Texts {
  readonly saved: Recipe;
  readonly method: string;
  readonly numbers: Record<string, number>;
  readonly progress: Progress;
}

/** What stands in the metadata; throws `format` unless it is what {@link saveCheckpoint} writes. */
function readTexts(metadata: ReadonlyMap<string, string>, path: string): Texts {
  const read = <T>(name: string, isRight: (value: T) => boolean): T => {
    try {
      const value = JSON.parse(metadata.get(name)!) as T;
      if (isRight(value)) return value;
    } catch {
      // Not JSON, or not an object: damaged either way.
    }
    const message = `loadCheckpoint: '${path}' is damaged: its ${name} is ${metadata.get(name) ?? "missing"}`;
    throw new TuttiError("format", message, { file: path });
  };
  const finite = (record: object) => Object.values(record).every(Number.isFinite);
  const whole = (value: number) => Number.isSafeInteger(value) && value >= 0;
  const { method, numbers } = read<Pick<Texts, "method" | "numbers">>(
    "optimizer",
    (value) => typeof value.method === "string" && finite(value.numbers),
  );
  const progress = read<Progress>(
    "progress",
    ({ step, seconds, sums }) =>
      whole(step) && seconds >= 0 && finite([seconds, sums.loss, sums.correct]) && whole(sums.samples),
  );
  const saved = read<Recipe>("recipe", (value) =>
    Object.values(value).every((text) => typeof text === "string"),
  );
  return { saved, method, numbers, progress };
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw fileError("checkpoints", "read the folder", folder, cause);
  }
}

const remove = (path: string): void => onFile("remove", path, () => rmSync(path, { force: true }));

function onFile(verb: string, path: string, body: () => void): void {
  try {
    body();
  } catch (cause) {
    throw fileError("checkpoints", verb, path, cause);
  }
}
