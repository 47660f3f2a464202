import type { Comm } from "../comm/index.js";
import type { NdArray, TargetColumn } from "../data/index.js";
import type { Loss, Module } from "../nn/index.js";
import { add, cast, mul, sigmoid, softmax, type Tensor } from "../tensor/index.js";
import { evaluate, type Prepare, predict } from "./evaluate.js";
import { datasetOf, type Problem, type Samples } from "./problem.js";
import {
  type ClassEvaluation,
  confusionMatrix,
  type EvaluatedSet,
  mostWrong,
  type NumberEvaluation,
  type WrongExample,
} from "./report/index.js";

/** Turns logits into probabilities, and scaled numbers into numbers in the target's unit. */
export function finishOf(target: TargetColumn): (output: Tensor) => Tensor {
  if (target.kind === "class") return softmax;
  if (target.kind === "binary") return sigmoid;
  // In double precision: of a mean far from 0 little would be left of single precision.
  return (output) => add(mul(cast(output, "float64"), target.std), target.mean);
}

function evaluatedSamples({ train, validation, test }: Problem): [EvaluatedSet, Samples] {
  if (test) return ["test", test];
  return validation ? ["validation", validation] : ["training", train];
}

/** How many wrongly answered samples a report shows. */
const MOST_WRONG = 40;

/** What the trained model does on the samples that it knows least: test data, else those set aside, else those it learnt. Collective. */
export function evaluateRun(
  model: Module,
  problem: Problem,
  loss: Loss,
  prepare: Prepare,
  comm: Comm,
): ClassEvaluation | NumberEvaluation {
  const [set, samples] = evaluatedSamples(problem);
  const { target } = problem;
  const dataset = datasetOf(samples);
  const { loss: mean } = evaluate(model, dataset, loss, comm, prepare);
  const outputs = predict(model, dataset, comm, prepare, finishOf(target));
  if (target.kind === "number") {
    const width = outputs.length / dataset.length;
    const column = (values: ArrayLike<number>, j: number) =>
      Float64Array.from({ length: dataset.length }, (_, i) => values[i * width + j]);
    const truths = Float64Array.from(samples.targets.data, (value) => value * target.std + target.mean);
    const targets = Array.from({ length: width }, (_, j) => ({
      name: width === 1 ? target.name : `${target.name} ${j}`,
      truths: column(truths, j),
      predictions: column(outputs, j),
    }));
    return { kind: "numbers", set, loss: mean, targets };
  }
  const { classes } = target;
  const labels = samples.targets.data;
  const predictions = mostLikely(outputs, dataset.length);
  return {
    kind: "classes",
    set,
    loss: mean,
    classes,
    confusion: confusionMatrix(labels, predictions, classes.length),
    mostWrong: mostWrong(outputs, labels, MOST_WRONG).map(
      (wrong): WrongExample => ({
        ...wrong,
        image: imageOf(samples.inputs, wrong.index),
        source: placeOf(problem, samples.rows?.[wrong.index] ?? wrong.index),
      }),
    ),
  };
}

/** Where a sample stands in its file: rows of a table are counted from 1, after the header. */
const placeOf = ({ input }: Problem, index: number): string =>
  input.kind === "table" ? `row ${index + 1}` : `#${index}`;

/** The class of each row of probabilities: the largest, or from one half on where there is only that of class 1. */
export function mostLikely(probabilities: Float64Array, samples: number): Int32Array {
  const width = probabilities.length / samples;
  return Int32Array.from({ length: samples }, (_, i) => {
    const row = probabilities.subarray(i * width, (i + 1) * width);
    return width === 1 ? Number(row[0] > 0.5) : row.indexOf(Math.max(...row));
  });
}

/** A sample as a picture, if samples are grey or colour images of bytes. */
function imageOf({ dtype, shape, data }: NdArray, index: number): WrongExample["image"] {
  const [, height, width, channels = 1] = shape;
  if (dtype !== "uint8" || shape.length < 3 || shape.length > 4 || (channels !== 1 && channels !== 3))
    return undefined;
  const size = height * width * channels;
  return {
    width,
    height,
    channels,
    pixels: Uint8Array.from(data.subarray(index * size, (index + 1) * size)),
  };
}
