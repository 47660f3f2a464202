import type { TypedArray } from "../elements.js";
import type { Transport } from "../transport.js";
import { type CollectiveName, nonblocking } from "./functions.js";
import type { Mpi } from "./mpi.js";
import { MpiRequest } from "./requests.js";

/** What collectives need to know of a communicator. */
export interface Group {
  readonly mpi: Mpi;
  readonly comm: number;
  readonly rank: number;
  readonly size: number;
  readonly name: string;
  /** Carries what belongs to collectives and never meets the user's messages. */
  readonly lane?: Pick<Transport, "send" | "recv" | "isend" | "irecv">;
  must(call: number, code: number): void;
}

/** A call of one of MPI's collectives, made ready but for the communicator, which is its last argument. */
export interface Prepared {
  readonly name: CollectiveName;
  readonly args: readonly number[];
  /** What the library works on, to be kept as long as it does. */
  readonly memory: readonly (TypedArray | undefined)[];
  /** What remains to be done here when the library is done. */
  readonly finish?: () => void;
}

/** Makes the call and returns when it is complete. */
export function perform(group: Group, call: number, { name, args, finish }: Prepared): void {
  group.must(call, group.mpi.f[name](...args, group.comm));
  finish?.();
}

/** Makes the call's nonblocking form; `result` says what the request gives when it is complete. */
export function start<T>(
  group: Group,
  call: number,
  { name, args, memory, finish }: Prepared,
  result: () => T,
): MpiRequest<T> {
  const { mpi, comm } = group;
  const request = new MpiRequest<T>(mpi, memory, (code) => {
    group.must(call, code);
    finish?.();
    return result();
  });
  return request.started(mpi.f[nonblocking(name)](...args, comm, request.slot));
}
