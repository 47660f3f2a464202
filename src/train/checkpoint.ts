import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type NdArray, ndarray, readSafetensors, writeSafetensors } from "../data/index.js";
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

/**
 * Writes `step-00000123.safetensors` into `folder`: every parameter by name, the optimiser's vectors and numbers, the
 * progress and the recipe. Atomic: the file is whole or not there. Older checkpoints beyond the newest `keep` are removed.
 *
 * @throws TuttiError `file`; an earlier checkpoint is never lost by that.
 */
export function saveCheckpoint(
  folder: string,
  parameters: ParameterVector,
  optimizer: Optimizer,
  progress: Progress,
  recipe: Recipe,
  keep = 3,
): string {
  mkdirSync(folder, { recursive: true });
  const arrays: [string, NdArray][] = [...parameters].map(({ name, value }) => [
    `model.${name}`,
    toArray(value),
  ]);
  const numbers: Record<string, number> = {};
  for (const [name, value] of Object.entries(optimizer.state())) {
    if (typeof value === "number") numbers[name] = value;
    else arrays.push([`optimizer.${name}`, toArray(value)]);
  }
  const path = join(folder, `step-${String(progress.step).padStart(8, "0")}.safetensors`);
  writeSafetensors(path, arrays, [
    ["format", FORMAT],
    ["progress", JSON.stringify(progress)],
    ["optimizer", JSON.stringify(numbers)],
    ["recipe", JSON.stringify(recipe)],
  ]);
  for (const old of listCheckpoints(folder).slice(0, -keep)) rmSync(old, { force: true });
  return path;
}

/** The checkpoints in `folder`, oldest first; none if there is no such folder. */
export function listCheckpoints(folder: string): string[] {
  try {
    const names = readdirSync(folder).filter((name) => /^step-\d{8,}\.safetensors$/.test(name));
    return names
      .sort((a, b) => Number.parseInt(a.slice(5), 10) - Number.parseInt(b.slice(5), 10))
      .map((name) => join(folder, name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

/**
 * Reads a checkpoint into the parameters and the optimiser, and returns the progress.
 *
 * @throws TuttiError `file`, `format` if it is damaged, `checkpoint` if it is of another model, optimiser or recipe; nothing
 *   is changed then.
 */
export function loadCheckpoint(
  path: string,
  parameters: ParameterVector,
  optimizer: Optimizer,
  recipe: Recipe,
): Progress {
  const { tensors, metadata } = readSafetensors(path);
  const fail = (found: string): never => {
    throw new TuttiError("checkpoint", `loadCheckpoint: '${path}' ${found}`, { file: path });
  };
  if (metadata.get("format") !== FORMAT)
    fail(`is not a checkpoint: its format is ${metadata.get("format") ?? "not given"}, wanted ${FORMAT}`);
  const saved = JSON.parse(metadata.get("recipe") ?? "{}") as Recipe;
  for (const name of new Set([...Object.keys(saved), ...Object.keys(recipe)])) {
    if (saved[name] !== recipe[name])
      fail(`was made with ${name} ${saved[name] ?? "absent"}, this training has ${recipe[name] ?? "none"}`);
  }
  const wanted = [...parameters].map(({ name, value }): [string, Tensor] => [`model.${name}`, value]);
  const state = optimizer.state();
  for (const [name, value] of Object.entries(state)) {
    if (typeof value !== "number") wanted.push([`optimizer.${name}`, value]);
  }
  for (const [name, target] of wanted) {
    const array = tensors.get(name);
    if (array === undefined) fail(`has no ${name}; it is of another model or optimiser`);
    else if (array.dtype !== target.dtype || array.shape.join() !== target.shape.join()) {
      fail(
        `has ${name} as ${array.dtype} [${array.shape.join(", ")}], this model has ${target.dtype} [${target.shape.join(", ")}]`,
      );
    }
  }
  const unknown = [...tensors.keys()].filter((name) => !wanted.some(([known]) => known === name));
  if (unknown.length > 0) fail(`holds ${unknown.join(", ")}, which this model and optimiser do not have`);
  scope(() => {
    const loaded: Record<string, Tensor | number> = JSON.parse(metadata.get("optimizer") ?? "{}");
    for (const [name, target] of wanted) {
      const { data, shape, dtype } = tensors.get(name)!;
      const value = tensor(data, { shape, dtype });
      if (name.startsWith("model.")) assign(target, value);
      else loaded[name.slice("optimizer.".length)] = value;
    }
    optimizer.load(loaded);
  });
  return JSON.parse(metadata.get("progress")!) as Progress;
}

function toArray(value: Tensor): NdArray {
  return ndarray(value.dtype, value.shape, value.data as never);
}
