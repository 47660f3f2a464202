import { isMainThread } from "node:worker_threads";
import { type Comm, world } from "../comm/index.js";
import { mpiCommOf } from "../comm/mpi/interop.js";
import { leave, runLaterListeners } from "../comm/mpi/process.js";
import { TuttiError } from "../errors.js";
import { addressOf, type Library, type NativeFunction, waitForReaders } from "../native/index.js";
import { Errors } from "./errors.js";
import { loadPetsc, type PetscLibrary } from "./library.js";
import { Scratch } from "./scratch.js";
import { FUNCTIONS, type Functions, type FunctionTable, type PetscFunctions } from "./table.js";
import { unusedOptions } from "./unused-options.js";

const STDERR = 2;

/** PETSc in use: its functions, and what every object needs of it. */
export interface Petsc {
  readonly version: PetscLibrary["version"];
  readonly library: Library;
  readonly f: PetscFunctions;
  readonly errors: Errors;
  readonly scratch: Scratch;
  /** Binds further functions of PETSc or of a library built on it. */
  bind<T extends FunctionTable>(table: T, library?: Library): Functions<T>;
  /** Copies bytes between addresses. */
  copy(to: number, from: number, bytes: number): void;
  /** Writes a number to an address, where C waits for a result. */
  poke(address: number, value: number): void;
  /** The viewer of the standard output, by MPI's handle of the communicator. */
  stdoutViewer(comm: number): number;
  /** MPI's handle for `comm`. @throws TuttiError `unsupported` if PETSc cannot use it */
  handleOf(comm: Comm): number;
}

let running: Petsc | undefined;

/** The options that PETSc reads at its start, if it has not started; this process's arguments if absent. */
let startOptions: readonly string[] | undefined;

/**
 * Starts PETSc with these command line options, such as `["-ksp_monitor"]`. Not needed: the first use of PETSc starts it
 * with the arguments of the script.
 *
 * @throws TuttiError `library` without PETSc, `unsupported` for a build that cannot be served, `petsc` if it runs already
 */
export function initialize(options: readonly string[] = process.argv.slice(2)): void {
  if (running !== undefined) {
    const message = "initialize: PETSc is running already; call it before anything else of PETSc";
    throw new TuttiError("petsc", message);
  }
  startOptions = options;
  petsc();
}

/** PETSc; starts it if need be. */
export function petsc(): Petsc {
  running ??= start();
  return running;
}

function start(): Petsc {
  const everybody = world();
  requireProcesses(everybody);
  const { library, version, abi } = loadPetsc();
  requireSameMpi(everybody, library, abi.name);
  const libraries = new Set([library]);
  const bind = <T extends FunctionTable>(table: T, from: Library = library): Functions<T> => {
    libraries.add(from);
    return bindAll(table, from, abi.handle, (call, code) => errors.raise(from, call, code));
  };
  const options = startOptions ?? process.argv.slice(2);
  waitForReaders(library);
  initializeC(library, options);
  const errors = new Errors(library, abi.handle);
  const f = bind(FUNCTIONS);
  finalizeAtExit(library, everybody, () => {
    if (everybody.rank > 0) return;
    const text = Buffer.from(unusedOptions([...libraries], options).join(""));
    // process.stderr says nothing more in a thread that ends
    if (text.length > 0) library.function("write", "n:ipn")(STDERR, addressOf(text), text.length);
  });
  const handleOf = (comm: Comm): number => {
    requireProcesses(comm);
    return mpiCommOf(comm)?.handle ?? abi.self;
  };
  const scratch = new Scratch();
  const copy = library.function("memcpy", "p:ppn") as Petsc["copy"];
  const poke = (address: number, value: number): void => {
    scratch.doubles[0] = value;
    copy(address, scratch.at, 8);
  };
  const stdoutViewer = library.function("PETSC_VIEWER_STDOUT_", `p:${abi.handle}`);
  return { version, library, f, errors, scratch, bind, copy, poke, stdoutViewer, handleOf };
}

function initializeC(library: Library, options: readonly string[]): void {
  const words = ["tutti", ...options, "-no_signal_handler"].map((word) => Buffer.from(`${word}\0`));
  const argv = BigUint64Array.from([...words.map((word) => BigInt(addressOf(word))), 0n]);
  const code = library.function("PetscInitializeNoPointers", "i:ipss")(
    words.length,
    addressOf(argv),
    null,
    null,
  );
  if (code === 0) return;
  const message = `PetscInitialize of ${library.path} has returned the error ${code}`;
  throw new TuttiError("library", message, { library: library.path, code });
}

function bindAll<T extends FunctionTable>(
  table: T,
  library: Library,
  handle: "i" | "p",
  raise: Raise,
): Functions<T> {
  const bound = Object.entries(table).map(([name, parameters]) => {
    if (!library.has(name)) return [name, () => missing(name, library)];
    const call = library.function(name, `i:${parameters.replaceAll("h", handle)}`);
    return [name, checkedCall(parameters.length)(call, name, raise)];
  });
  return Object.fromEntries(bound);
}

type Raise = (call: string, code: number) => never;
type CheckedCall = (call: NativeFunction, name: string, raise: Raise) => (...args: unknown[]) => void;

const checkedCalls: CheckedCall[] = [];

/**
 * Makes functions with so many parameters that raise the error that a call returns.
 *
 * Written as source because a closure over argument lists takes longer to run, and far longer to compile in every caller.
 */
function checkedCall(parameters: number): CheckedCall {
  const names = Array.from({ length: parameters }, (_, i) => `a${i}`).join();
  const body = `return (${names}) => { const code = call(${names}); if (code !== 0) raise(name, code); };`;
  checkedCalls[parameters] ??= new Function("call", "name", "raise", body) as CheckedCall;
  return checkedCalls[parameters];
}

function missing(name: string, library: Library): never {
  const message = `${name} is not in ${library.path}; another release of the library has it`;
  throw new TuttiError("unsupported", message, { function: name, library: library.path });
}

/** PETSc works on processes that MPI connects. */
function requireProcesses({ engine, size, name }: Comm): void {
  if (engine !== "threads" || size === 1) return;
  const message = `PETSc cannot use ${name}, whose ${size} ranks are threads; start them as processes with tutti run --engine mpi`;
  throw new TuttiError("unsupported", message, { engine, size });
}

function requireSameMpi(comm: Comm, library: Library, abi: string): void {
  const used = mpiCommOf(comm);
  if (used === undefined || used.abi === abi) return;
  const message =
    `PETSc's library ${library.path} is built for ${abi}, but this job runs on ${used.abi} (${used.library}); ` +
    `start it with the launcher of ${abi}, or name a PETSc built for ${used.abi} in TUTTI_PETSC_LIBRARY`;
  throw new TuttiError("mismatch", message, { library: library.path, wanted: abi, found: used.abi });
}

/** PETSc ends, and says what `-log_view` and the like ask for, when this rank ends well. */
function finalizeAtExit(library: Library, { engine }: Comm, before: () => void): void {
  const end = (code: number) => {
    if (engine !== "mpi") runLaterListeners(end, code);
    const exitCode = Number(process.exitCode ?? code);
    if (exitCode === 0) {
      before();
      library.function("PetscFinalize", "i:")();
    }
    library.function("fflush", "i:p")(0);
    // engine mpi ends MPI and the process itself; a thread must not end the process
    if (engine !== "mpi" && isMainThread) leave(library, exitCode);
  };
  process.on("exit", end);
}
