import type { Functions } from "../petsc/table.js";

/** The functions of SLEPc that are used, with their parameters in the letters of PETSc's table. */
export const FUNCTIONS = {
  EPSCreate: "hp",
  EPSSetOperators: "ppp",
  EPSSetProblemType: "pi",
  EPSSetType: "ps",
  EPSSetOptionsPrefix: "ps",
  EPSSetWhichEigenpairs: "pi",
  EPSSetTarget: "pd",
  EPSSetInterval: "pdd",
  EPSSetDimensions: "piii",
  EPSSetTolerances: "pdi",
  EPSSetInitialSpace: "pip",
  EPSSetFromOptions: "p",
  EPSSolve: "p",
  EPSGetST: "pp",
  EPSGetConverged: "pp",
  EPSGetConvergedReason: "pp",
  EPSGetIterationNumber: "pp",
  EPSGetEigenpair: "pipppp",
  EPSComputeError: "piip",
  EPSMonitorSet: "pppp",

  STSetType: "ps",
  STSetOptionsPrefix: "ps",
  STSetShift: "pd",
  STGetShift: "pp",
  STGetKSP: "pp",
  STSetFromOptions: "p",

  SVDCreate: "hp",
  SVDSetOperators: "ppp",
  SVDSetType: "ps",
  SVDSetOptionsPrefix: "ps",
  SVDSetWhichSingularTriplets: "pi",
  SVDSetDimensions: "piii",
  SVDSetTolerances: "pdi",
  SVDSetFromOptions: "p",
  SVDSolve: "p",
  SVDGetConverged: "pp",
  SVDGetConvergedReason: "pp",
  SVDGetIterationNumber: "pp",
  SVDGetSingularTriplet: "pippp",
  SVDComputeError: "piip",
} as const;

/** The functions of SLEPc. */
export type SlepcFunctions = Functions<typeof FUNCTIONS>;
