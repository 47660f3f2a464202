import { TuttiError } from "../../errors.js";
import { cast, type DType, reshape, type Shape, sum, Tensor, tensor } from "../../tensor/index.js";
import type { SampleWeights } from "./loss.js";

// What all losses do with targets and weights before anything is differentiated.

/** Options of the losses of classification. */
export interface ClassOptions {
  /** Weight of each class, in their order: samples of a class count that many times. Default 1 each. */
  classWeights?: readonly number[];
}

/**
 * `target` in a shape and dtype. Shapes may differ in axes of length 1: a column of targets fits a vector of outputs,
 * which broadcasting would silently make a matrix of.
 */
export function fit(where: string, target: Tensor, shape: Shape, dtype: DType): Tensor {
  const long = (lengths: Shape) => lengths.filter((length) => length !== 1).join();
  if (long(target.shape) !== long(shape))
    throw new TuttiError(
      "shape",
      `${where}: the target has shape [${target.shape.join(", ")}], expected [${shape.join(", ")}]`,
      { target: target.shape, expected: shape },
    );
  const same = target.shape.join() === shape.join();
  return cast(same ? target : reshape(target, shape), dtype);
}

/** Weights of samples in a shape that broadcasts over the other axes of `like`. */
export function perSample(where: string, weights: SampleWeights, like: Tensor): Tensor {
  const w = asVector(where, weights, like, like.dtype);
  return like.ndim === 1 ? w : reshape(w, [w.size, ...like.shape.slice(1).fill(1)]);
}

function asVector(where: string, weights: SampleWeights, like: Tensor, dtype: DType): Tensor {
  const w = weights instanceof Tensor ? cast(weights, dtype) : tensor([...weights], { dtype });
  if (w.ndim !== 1 || w.size !== like.shape[0])
    throw new TuttiError(
      "shape",
      `${where}: weights have shape [${w.shape.join(", ")}], expected [${like.shape[0] ?? ""}], one for each sample`,
      { weights: w.shape, output: like.shape },
    );
  return w;
}

/** Sum of the weights of the samples of `output`, in double precision. */
export const total = (where: string, weights: SampleWeights, output: Tensor): number =>
  sum(asVector(where, weights, output, "float64")).item();

/** Elements of one sample. */
export const rowSize = ({ shape }: Tensor): number =>
  shape.slice(1).reduce((product, length) => product * length, 1);

/** Refuses class weights that are not as many as the classes, or negative. */
export function checkClasses(where: string, classWeights: readonly number[], classes: number): void {
  if (classWeights.length === classes && classWeights.every((w) => w >= 0 && Number.isFinite(w))) return;
  throw new TuttiError(
    "argument",
    `${where}: classWeights are [${classWeights.join(", ")}], expected ${classes} numbers of at least 0`,
    { classWeights, classes },
  );
}
