import { TuttiError } from "../../errors.js";

/**
 * Counts of samples by true class (row) and predicted class (column): a flat row-major matrix of `classes × classes`.
 * Matrices of parts of the data add up, so ranks can sum theirs with one allreduce.
 * Throws "argument" when the lengths differ and "index" when a class is not an integer from 0 to `classes` − 1.
 */
export function confusionMatrix(
  labels: ArrayLike<number>,
  predictions: ArrayLike<number>,
  classes: number,
): Float64Array {
  if (labels.length !== predictions.length) {
    throw new TuttiError(
      "argument",
      `confusionMatrix: predictions has length ${predictions.length}, labels ${labels.length}; they must be equal`,
      { labels: labels.length, predictions: predictions.length },
    );
  }
  const matrix = new Float64Array(classes * classes);
  for (let i = 0; i < labels.length; i++) {
    requireClass("confusionMatrix", "labels", i, labels[i], classes);
    requireClass("confusionMatrix", "predictions", i, predictions[i], classes);
    matrix[labels[i] * classes + predictions[i]]++;
  }
  return matrix;
}

/** How well one class is told from the others. */
export interface ClassFigures {
  /** Samples that are of this class. */
  readonly support: number;
  /** Samples that were predicted to be of this class. */
  readonly predicted: number;
  /** Samples of this class that were predicted to be so. */
  readonly correct: number;
  /** Correct share of the samples of this class; NaN when there is none. */
  readonly recall: number;
  /** Correct share of the predictions of this class; NaN when there is none. */
  readonly precision: number;
}

/** Figures of each class of a confusion matrix made by {@link confusionMatrix}. Throws "shape" when it is not square. */
export function classFigures(matrix: ArrayLike<number>): ClassFigures[] {
  const classes = Math.round(Math.sqrt(matrix.length));
  if (classes * classes !== matrix.length) {
    throw new TuttiError("shape", `classFigures: a matrix of ${matrix.length} counts is not square`, {
      length: matrix.length,
    });
  }
  return Array.from({ length: classes }, (_, c) => {
    let [support, predicted] = [0, 0];
    for (let other = 0; other < classes; other++) {
      support += matrix[c * classes + other];
      predicted += matrix[other * classes + c];
    }
    const correct = matrix[c * classes + c];
    return { support, predicted, correct, recall: correct / support, precision: correct / predicted };
  });
}

/** A sample whose class was predicted wrongly. */
export interface WrongSample {
  /** Position of the sample in the data that were evaluated, from 0. */
  readonly index: number;
  readonly label: number;
  readonly predicted: number;
  /** Probability that the model gave to the class it predicted. */
  readonly probability: number;
  /** Probability that the model gave to the true class. */
  readonly labelProbability: number;
}

/**
 * The `k` wrongly classified samples whose true class was given the least probability, the worst first; equals in
 * order of index. Fewer when fewer are wrong.
 *
 * `probabilities` is row-major, `labels.length` rows with one column a class; or one column, the probability of
 * class 1 of two. The first of equal probabilities is the prediction. NaN counts as the worst.
 * Throws "shape" when the sizes do not fit and "index" when a label is not a class.
 */
export function mostWrong(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  k: number,
): WrongSample[] {
  if (labels.length === 0) return [];
  const columns = probabilities.length / labels.length;
  if (!Number.isInteger(columns) || columns === 0) {
    throw new TuttiError(
      "shape",
      `mostWrong: probabilities has ${probabilities.length} values, not a whole row for each of ${labels.length} labels`,
      { probabilities: probabilities.length, labels: labels.length },
    );
  }
  const classes = Math.max(columns, 2);
  const probabilityOf = (sample: number, c: number) => {
    const p = probabilities[sample * columns + Math.min(c, columns - 1)];
    return columns === 1 && c === 0 ? 1 - p : p;
  };
  const wrong: WrongSample[] = [];
  for (let index = 0; index < labels.length; index++) {
    const label = labels[index];
    requireClass("mostWrong", "labels", index, label, classes);
    let predicted = 0;
    for (let c = 1; c < classes; c++)
      if (probabilityOf(index, c) > probabilityOf(index, predicted)) predicted = c;
    const labelProbability = probabilityOf(index, label);
    if (predicted === label && !Number.isNaN(labelProbability)) continue;
    wrong.push({ index, label, predicted, probability: probabilityOf(index, predicted), labelProbability });
  }
  const rank = ({ labelProbability }: WrongSample) =>
    Number.isNaN(labelProbability) ? -1 : labelProbability;
  return wrong.sort((a, b) => rank(a) - rank(b) || a.index - b.index).slice(0, k);
}

/**
 * The 95 % interval of a share of which `correct` of `total` independent trials were counted.
 *
 * Source: Wilson, "Probable inference, the law of succession, and statistical inference", JASA 1927.
 */
export function wilsonInterval(correct: number, total: number): readonly [number, number] {
  const z = 1.959963984540054;
  const share = correct / total;
  const centre = (share + (z * z) / (2 * total)) / (1 + (z * z) / total);
  const half =
    (z / (1 + (z * z) / total)) * Math.sqrt((share * (1 - share)) / total + (z * z) / (4 * total * total));
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}

/** How far predicted numbers are from the true ones. */
export interface NumberFigures {
  /** Root of the mean squared error, in the target's unit. */
  readonly rmse: number;
  /** Mean absolute error, in the target's unit. */
  readonly mae: number;
  /** Share of the target's variance that is explained; NaN when the target does not vary. */
  readonly r2: number;
}

/** Figures of one numeric target over all samples. Throws "argument" when the lengths differ. */
export function numberFigures(truths: ArrayLike<number>, predictions: ArrayLike<number>): NumberFigures {
  const n = truths.length;
  if (predictions.length !== n) {
    throw new TuttiError(
      "argument",
      `numberFigures: predictions has length ${predictions.length}, truths ${n}; they must be equal`,
      { truths: n, predictions: predictions.length },
    );
  }
  let [mean, squares, absolutes, variance] = [0, 0, 0, 0];
  for (let i = 0; i < n; i++) mean += truths[i] / n;
  for (let i = 0; i < n; i++) {
    const error = predictions[i] - truths[i];
    squares += error * error;
    absolutes += Math.abs(error);
    variance += (truths[i] - mean) ** 2;
  }
  return {
    rmse: Math.sqrt(squares / n),
    mae: absolutes / n,
    r2: variance > 0 ? 1 - squares / variance : NaN,
  };
}

function requireClass(fn: string, argument: string, i: number, value: number, classes: number): void {
  if (Number.isInteger(value) && value >= 0 && value < classes) return;
  throw new TuttiError(
    "index",
    `${fn}: ${argument}[${i}] is ${value}; classes are the integers from 0 to ${classes - 1}`,
    { index: i, value, classes },
  );
}
