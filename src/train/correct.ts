import { BinaryCrossEntropy, CrossEntropy, type Loss } from "../nn/index.js";
import { contiguous, type Tensor } from "../tensor/index.js";

/** Whether a model trained with this loss says classes, so that its answers are right or wrong. */
export function saysClasses(loss: Loss): boolean {
  return loss instanceof CrossEntropy || loss instanceof BinaryCrossEntropy;
}

/**
 * How many rows of logits name their target: the largest of several logits, the first of equals, or the sign of one.
 * Targets are classes; rows of probabilities count by their largest.
 */
export function countCorrect(logits: Tensor, targets: Tensor): number {
  const samples = logits.shape[0];
  const z = contiguous(logits).data as Float32Array | Float64Array;
  const t = contiguous(targets).data as ArrayLike<number>;
  const wide = t.length === z.length && t.length > samples;
  const width = z.length / samples;
  let correct = 0;
  for (let i = 0; i < samples; i++) {
    const target = wide ? largest(t, i * width, width) : Math.round(t[i]);
    const answer = width === 1 ? (z[i] > 0 ? 1 : 0) : largest(z, i * width, width);
    if (answer === target) correct++;
  }
  return correct;
}

function largest(values: ArrayLike<number>, start: number, count: number): number {
  let best = 0;
  for (let j = 1; j < count; j++) if (values[start + j] > values[start + best]) best = j;
  return best;
}
