import { statSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { world } from "../comm/index.js";
import {
  ArrayDataset,
  csvLines,
  encodeTable,
  loadMnist,
  type NdArray,
  readArray,
  readCsv,
  writeCsv,
} from "../data/index.js";
import { TuttiError } from "../errors.js";
import { finishOf, loadModel, type ModelCard, mostLikely, predict, prepareOf } from "../train/index.js";
import { requireInputs } from "../train/input-spec.js";
import { isTable } from "../train/problem.js";
import { shortest, withoutNoise } from "./decimals.js";

/** `tutti predict`: what a trained network says of new data. */
export function register(program: Command): void {
  program
    .command("predict")
    .description("Apply a trained network to new data; predictions and probabilities are written as CSV.")
    .argument("<run>", "folder of a run, or a model.safetensors")
    .argument("<data>", "table.csv, x.npy, an IDX file, or mnist for its test images")
    .option("--out <file>", "where the CSV goes; standard output if absent")
    .action(run);
}

function run(path: string, data: string, { out }: { out?: string }): void {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory();
  const { model, card } = loadModel(isFolder ? join(path, "model.safetensors") : path);
  const inputs = readInputs(data, card);
  const prepare = prepareOf(card.input, card.dtype);
  const outputs = predict(model, new ArrayDataset(inputs), world(), prepare, finishOf(card.target));
  const { names, rows } = tabulate(outputs, inputs.shape[0], card);
  if (out === undefined) print(csvLines(names, rows));
  else writeCsv(out, names, rows);
}

function readInputs(data: string, { input, dtype }: ModelCard): NdArray {
  if (input.kind === "table")
    return encodeTable(readCsv(data), input.schema, { dtype, targets: false }).inputs;
  if (isTable(data)) {
    const message = `tutti predict: '${data}' is a table, but the model takes arrays of shape [${input.shape.join(", ")}]`;
    throw new TuttiError("argument", message, { file: data });
  }
  const inputs = data === "mnist" ? loadMnist().test.images : readArray(data);
  requireInputs(data, inputs, input);
  return inputs;
}

/** One row a sample: the prediction and, for classes, the probability of each. */
function tabulate(outputs: Float64Array, samples: number, { target, dtype }: ModelCard) {
  const width = outputs.length / samples;
  const row = (i: number) => Array.from(outputs.subarray(i * width, (i + 1) * width));
  const rows = <T>(make: (i: number) => T) => Array.from({ length: samples }, (_, i) => make(i));
  if (target.kind === "number") {
    const names =
      width === 1 ? [target.name] : Array.from({ length: width }, (_, j) => `${target.name} ${j}`);
    return { names, rows: rows((i) => row(i).map((value) => withoutNoise(value, target.std, dtype))) };
  }
  const predictions = mostLikely(outputs, samples);
  const probabilities = (i: number) => (width === 1 ? [1 - outputs[i], outputs[i]] : row(i));
  return {
    names: ["prediction", ...target.classes.map((name) => `probability of ${name}`)],
    rows: rows((i) => [
      target.classes[predictions[i]],
      ...probabilities(i).map((value) => shortest(value, dtype)),
    ]),
  };
}

function print(lines: Iterable<string>): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    // Whoever has read enough, such as `head`, closes the pipe.
    if (error.code !== "EPIPE") console.error(`tutti predict: cannot write the output: ${error.message}`);
    process.exit(error.code === "EPIPE" ? 0 : 1);
  });
  for (const text of lines) process.stdout.write(text);
}
