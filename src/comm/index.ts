export * from "./comm.js";
export type { NumberArray, TypedArray } from "./elements.js";
export type { BlockOp, ElementOp, Op, OpName } from "./ops.js";
export { type PendingRequests, type Request, testAll, testAny, waitAll, waitAny } from "./request.js";
export { Status } from "./status.js";
export { dimsCreate } from "./topology/dims.js";
export { HaloExchange, type HaloOptions, haloExchange } from "./topology/halo.js";
export type { CartComm, CartOptions, GraphComm, NeighborComm, Shift } from "./topology/types.js";
export { self, world } from "./world.js";
