export type { Differences } from "./differences.js";
export { LeastSquaresFit } from "./fit.js";
export { leastSquares } from "./least-squares.js";
export type { LeastSquaresMethod } from "./methods.js";
export type { LeastSquaresOptions, LeastSquaresReason, LeastSquaresState } from "./options.js";
export type { Fittable, Residuals } from "./residuals.js";
