/** Every communicator method that can wait or that ranks must agree on. The position is its code in shared memory. */
export const CALLS = [
  "nothing",
  "send",
  "ssend",
  "isend",
  "recv",
  "irecv",
  "wait",
  "sendrecv",
  "probe",
  "iprobe",
  "barrier",
  "bcast",
  "gather",
  "scatter",
  "allgather",
  "alltoall",
  "reduce",
  "allreduce",
  "reduceScatter",
  "scan",
  "exscan",
  "split",
  "dup",
  "sendObject",
  "recvObject",
  "bcastObject",
  "gatherObject",
  "scatterObject",
  "allgatherObject",
  "alltoallObject",
  "reduceObject",
  "allreduceObject",
  "create",
  "cart",
  "sub",
  "graph",
  "neighborAllgather",
  "neighborAlltoall",
  "neighborAllgatherObject",
  "neighborAlltoallObject",
  "haloExchange",
  "splitShared",
] as const;

export type CallName = (typeof CALLS)[number];

/** Codes by name: `CALL.bcast`. */
export const CALL = Object.fromEntries(CALLS.map((name, code) => [name, code])) as Readonly<
  Record<CallName, number>
>;
