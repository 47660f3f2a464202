import { variables } from "../minimize/problems/jet.js";
import { MODELS, type Model } from "./nist/models.js";
import { type Certified, readCertified } from "./nist/read.js";

/** A data set for nonlinear regression with certified results, and the model that they are for. */
export interface Regression extends Certified {
  readonly name: string;
  readonly model: Model;
}

/**
 * The 27 sets of NIST, Statistical Reference Datasets (1999), which are in the public domain; data, first guesses and
 * certified results are read from the published files.
 */
export const REGRESSIONS: readonly Regression[] = Object.entries(MODELS).map(([name, model]) => ({
  name,
  model,
  ...readCertified(name),
}));

/** The residuals of a regression for some of its data, with exact derivatives that are none of the toolkit's. */
export function residualsOf({ x, y, model }: Regression, first = 0, end = x.length) {
  const [xs, ys] = [x.slice(first, end), y.slice(first, end)];
  return {
    count: xs.length,
    residuals: (b: Float64Array, r: Float64Array) => {
      for (const [i, [x1, x2]] of xs.entries()) r[i] = (model(Array.from(b), x1, x2) as number) - ys[i];
    },
    jacobian: (b: Float64Array, jacobian: Float64Array) => {
      const at = variables(b, 1);
      for (const [i, [x1, x2]] of xs.entries()) {
        const value = model(at, x1, x2);
        if (typeof value !== "number") jacobian.set(value.gradient, i * b.length);
      }
    },
  };
}
