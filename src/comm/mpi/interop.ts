import type { Comm } from "../comm.js";
import type { MpiComm, Transport } from "../transport.js";

/** MPI's own communicator behind `comm`; undefined on other engines. It lives as long as `comm`. */
export function mpiCommOf(comm: Comm): MpiComm | undefined {
  return (comm as unknown as { readonly transport: Transport }).transport.mpiComm;
}
