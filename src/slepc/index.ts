export {
  type EigenConvergence,
  type Eigenvalue,
  EPS,
  type EPSType,
  type ErrorType,
  type ProblemType,
  type WhichEigenpairs,
} from "./eps.js";
export { ST, type STType } from "./st.js";
export { type SingularConvergence, SVD, type SVDType, type WhichTriplets } from "./svd.js";
