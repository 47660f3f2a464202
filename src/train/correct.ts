import { BinaryCrossEntropy, CrossEntropy, type Loss } from "../nn/index.js";
import { contiguous, type Tensor } from "../tensor/index.js";

/** Whether a model trained with this loss says classes, so that its answers are right or wrong. */
export function saysClasses(loss: Loss): boolean {
  return loss instanceof CrossEntropy || loss instanceof BinaryCrossEntropy;
}

/**
 * How many samples a model that was trained with this loss is right about.
 *
 * Cross-entropy: the largest logit, the first of equals, names the class or the largest of the target's probabilities;
 * of samples with several rows of logits each row counts its part. Binary: each logit is on its target's side; of
 * several, all must be.
 */
export function countCorrect(loss: Loss, logits: Tensor, targets: Tensor): number {
  const samples = logits.shape[0];
  const z = contiguous(logits).data;
  const t = contiguous(targets).data;
  if (loss instanceof BinaryCrossEntropy) {
    const width = z.length / samples;
    let wrong = 0;
    for (let i = 0; i < samples; i++) {
      for (let j = i * width; j < (i + 1) * width; j++) {
        if (z[j] > 0 === t[j] >= 0.5) continue;
        wrong++;
        break;
      }
    }
    return samples - wrong;
  }
  const classes = logits.shape[logits.ndim - 1];
  const rows = z.length / classes;
  const areLabels = t.length === rows;
  let correct = 0;
  for (let row = 0; row < rows; row++) {
    const target = areLabels ? t[row] : largest(t, row * classes, classes);
    if (largest(z, row * classes, classes) === target) correct++;
  }
  return (correct * samples) / rows;
}

function largest(values: ArrayLike<number>, start: number, count: number): number {
  let best = 0;
  for (let j = 1; j < count; j++) if (values[start + j] > values[start + best]) best = j;
  return best;
}
