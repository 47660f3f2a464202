/** Methods of {@link leastSquares}: of Tutti's own, and of PETSc's TAO. */
export const METHODS = { tutti: ["lm"], tao: ["brgn", "pounders"] } as const;

/** A method by name. */
export type LeastSquaresMethod = (typeof METHODS)["tutti" | "tao"][number];
