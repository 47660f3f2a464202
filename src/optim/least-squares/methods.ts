/** Methods of {@link leastSquares}: of Tutti's own, and of PETSc's TAO. */
export const METHODS = { tutti: ["lm"], tao: ["brgn", "pounders"] } as const;

/** A method by name. */
export type LeastSquaresMethod = (typeof METHODS)["tutti" | "tao"][number];

/** When each engine stops, beside its limits of iterations and evaluations. */
export const TOLERANCES = {
  tutti: ["ftol", "xtol", "gtol", "factor"],
  tao: ["gatol", "grtol", "gttol", "steptol", "fmin"],
} as const;
