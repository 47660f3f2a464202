export * from "./comm.js";
export type { NumberArray, TypedArray } from "./elements.js";
export type { BlockOp, ElementOp, Op, OpName } from "./ops.js";
export { type Request, waitAll } from "./request.js";
export { Status } from "./status.js";
export { world } from "./world.js";
