export { DM } from "./dm/dm.js";
export { type BoundaryType, type Box, DMDA, type DMDAOptions, type StencilType } from "./dm/dmda.js";
export { GridArray } from "./dm/grid-array.js";
export { type BoxMeshOptions, type CellGeometry, DMPlex, type SectionOptions } from "./dm/plex.js";
export { type Stencil, StencilArray } from "./dm/stencil-array.js";
export { type StencilFactors, StencilOperator, type Taps } from "./dm/stencil-operator.js";
export type { Indices, InsertMode, Values } from "./indices.js";
export { IS, type ISOptions } from "./is.js";
export { type Convergence, KSP, type KSPMonitor, type KSPTolerances, type KSPType } from "./ksp.js";
export { LGMap, type LGMapOptions } from "./lg-map.js";
export { LogStage } from "./log-stage.js";
export { type AijOptions, Mat, type MatOptions, type MatSizes, type ShellOperations } from "./mat.js";
export { NullSpace, type NullSpaceOptions } from "./null-space.js";
export { garbageCleanup, liveObjects, PetscObject } from "./object.js";
export { options } from "./options.js";
export { type FieldSplitType, PC, type PCType } from "./pc.js";
export { type ProgressOptions, progress } from "./progress.js";
export { initialize } from "./runtime.js";
export { Scatter, type ScatterMode } from "./scatter.js";
export type { Size } from "./sizes.js";
export {
  SNES,
  type SNESFunction,
  type SNESJacobian,
  type SNESTolerances,
  type SNESType,
} from "./snes.js";
export {
  TAO,
  type TAOConvergence,
  type TAOState,
  type TAOTolerances,
  type TAOType,
} from "./tao.js";
export { type ExactFinalTime, TS, type TSConvergence, type TSEvents, type TSType } from "./ts.js";
export { type NormType, Vec, type VecOptions } from "./vec.js";
export { Viewer, type ViewerFormat, type ViewerMode } from "./viewer.js";
