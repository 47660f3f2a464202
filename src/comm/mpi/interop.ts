import type { Comm } from "../comm.js";
import type { MpiTransport } from "./transport.js";

/** What a library built on MPI needs of a communicator of engine mpi. */
export interface MpiComm {
  /** MPI's handle, as C expects it by value. */
  readonly handle: number;
  /** Name of the binary interface. */
  readonly abi: string;
  /** The library that the engine has loaded. */
  readonly library: string;
}

/** MPI's own communicator behind `comm`; undefined on other engines. It lives as long as `comm`. */
export function mpiCommOf(comm: Comm): MpiComm | undefined {
  if (comm.engine !== "mpi") return undefined;
  const { comm: handle, mpi } = (comm as unknown as { readonly transport: MpiTransport }).transport;
  return { handle, abi: mpi.abi.name, library: mpi.library.path };
}
