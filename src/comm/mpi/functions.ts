import { addressOf, type Library, type NativeFunction, type Signature } from "../../native/index.js";
import { type Abi, type HandleLetter, MPICH, openMpi, STANDARD } from "./abi.js";

/**
 * Parameters of the C functions, one letter each: `i` an int, `p` an address or a size of memory, `h` a handle (a communicator,
 * datatype, operation or window). All return an error code.
 */
const PARAMETERS = {
  Init_thread: "ppip",
  Finalize: "",
  Abort: "hi",
  Get_library_version: "pp",
  Error_class: "ip",
  Error_string: "ipp",

  Comm_rank: "hp",
  Comm_size: "hp",
  Comm_set_errhandler: "hh",
  Comm_dup: "hp",
  Comm_split: "hiip",
  Comm_split_type: "hiihp",
  Comm_free: "p",

  Send: "pihiih",
  Ssend: "pihiih",
  Isend: "pihiihp",
  Recv: "pihiihp",
  Irecv: "pihiihp",
  Probe: "iihp",
  Iprobe: "iihpp",
  Mprobe: "iihpp",
  Improbe: "iihppp",
  Mrecv: "pihpp",
  Imrecv: "pihpp",
  Wait: "pp",
  Test: "ppp",
  Get_count: "php",
  Issend: "pihiihp",

  Type_contiguous: "ihp",
  Type_create_struct: "ipppp",
  Type_commit: "p",
  Type_free: "p",

  Win_create: "ppihhp",
  Win_allocate_shared: "pihhpp",
  Win_shared_query: "hippp",
  Win_set_errhandler: "hh",
  Win_free: "p",
  Win_lock: "iiih",
  Win_unlock: "ih",
  Win_lock_all: "ih",
  Win_unlock_all: "h",
  Win_flush: "ih",
  Win_flush_all: "h",
  Win_sync: "h",
  Put: "pihipihh",
  Get: "pihipihh",
  Rput: "pihipihhp",
  Rget: "pihipihhp",
  Accumulate: "pihipihhh",
  Get_accumulate: "pihpihipihhh",
  Fetch_and_op: "pphiphh",
  Compare_and_swap: "ppphiph",
} as const;

/** The same of the collectives, each of which has a nonblocking form that takes one address more. */
const COLLECTIVES = {
  Barrier: "h",
  Bcast: "pihih",
  Gatherv: "pihppphih",
  Scatterv: "ppphpihih",
  Allgather: "pihpihh",
  Allgatherv: "pihppphh",
  Alltoall: "pihpihh",
  Alltoallv: "ppphppphh",
  Reduce: "ppihhih",
  Allreduce: "ppihhh",
  Reduce_scatter: "ppphhh",
  Scan: "ppihhh",
  Exscan: "ppihhh",
} as const;

/** The C functions, without `MPI_`: `f.Send(address, count, type, dest, tag, comm)`. */
export type MpiFunctions = Readonly<Record<FunctionName, (...args: number[]) => number>>;

/** The collectives, without `MPI_`. */
export type CollectiveName = keyof typeof COLLECTIVES;
type FunctionName = keyof typeof PARAMETERS | CollectiveName | `I${Lowercase<CollectiveName>}`;

/** The nonblocking form: `Iallreduce` of `Allreduce`. */
export function nonblocking<N extends CollectiveName>(name: N): `I${Lowercase<N>}` {
  return `I${name.toLowerCase() as Lowercase<N>}`;
}

/** Which of the three binary interfaces a library has. */
export function detectAbi(library: Library): Abi {
  if (library.has("MPI_Abi_get_version")) {
    const version = new Int32Array(2);
    const at = addressOf(version);
    library.function("MPI_Abi_get_version", "i:pp")(at, at + 4);
    // a library that knows the function but has an interface of its own says -1
    if (version[0] > 0) return STANDARD;
  }
  return library.has("ompi_mpi_comm_world") ? openMpi(library) : MPICH;
}

export function bindFunctions(library: Library, handle: HandleLetter): MpiFunctions {
  const started = Object.entries(COLLECTIVES).map(([name, parameters]) => [
    nonblocking(name as CollectiveName),
    `${parameters}p`,
  ]);
  const table = { ...PARAMETERS, ...COLLECTIVES, ...Object.fromEntries(started) };
  return bind(library, handle, table as Record<FunctionName, string>);
}

/** The functions of a table such as that above. */
export function bind<K extends string>(
  library: Library,
  handle: HandleLetter,
  table: Readonly<Record<K, string>>,
): Readonly<Record<K, (...args: number[]) => number>> {
  const bound = Object.entries<string>(table).map(([name, parameters]): [string, NativeFunction] => {
    const signature = `i:${parameters.replaceAll("h", handle)}` as Signature;
    return [name, library.function(`MPI_${name}`, signature)];
  });
  return Object.fromEntries(bound) as Record<K, (...args: number[]) => number>;
}
