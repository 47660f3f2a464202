import type { HandleLetter } from "../comm/mpi/abi.js";
import { TuttiError } from "../errors.js";
import { type Library, type NativeCallback, nativeCallback } from "../native/index.js";
import { ERR_UNKNOWN_TYPE, unknownType } from "./unknown-type.js";

/** What a callback returns to PETSc when it has thrown (`PETSC_ERR_USER`). */
export const ERR_USER = 83;
const INITIAL = 0;

/** One line of PETSc's traceback. */
interface Frame {
  readonly function: string;
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

/** Gathers what PETSc says of an error, from the place where it happened outwards, and what a callback has thrown. */
export class Errors {
  private frames: Frame[] = [];
  private thrown: unknown;
  /** What a library below PETSc has said of its own last error. */
  detail = "";
  private readonly handler: NativeCallback;

  constructor(library: Library, comm: HandleLetter) {
    this.handler = nativeCallback(`i:${comm}issiisp`, this.note as (...args: never[]) => number);
    library.function("PetscPushErrorHandler", "i:pp")(this.handler.address, 0);
  }

  /** Keeps what a callback has thrown for the call of PETSc that it comes out of; returns the code for PETSc. */
  keep(error: unknown): number {
    this.thrown ??= error;
    return ERR_USER;
  }

  /** Throws what a function of PETSc, or of a library built on it, means that has returned `code`. */
  raise(library: Library, call: string, code: number): never {
    const { frames, thrown, detail } = this;
    this.frames = [];
    this.thrown = undefined;
    this.detail = "";
    const traceback = frames.map(
      ({ function: name, file, line }) => `${name}() at ${file.replace(/^\.\//, "")}:${line}`,
    );
    const first = frames.findIndex(({ text }) => text.trim() !== "");
    const data = { call, petscCode: code, traceback };
    if (thrown !== undefined) {
      const words = thrown instanceof Error ? thrown.message : String(thrown);
      throw new TuttiError("petsc", `${call}: a callback has thrown: ${words}`, data, { cause: thrown });
    }
    const own = first < 0 ? `error ${code}` : frames[first].text.trim();
    const words = detail === "" || !own.includes("HDF5") ? own : `${own}: ${detail}`;
    const where = frames.length === 0 ? "" : ` (${traceback.join(", ")})`;
    const message = `${call}: PETSc says: ${words}${where}`;
    const unknown =
      code === ERR_UNKNOWN_TYPE ? unknownType(library, frames[first]?.function ?? "", words) : undefined;
    if (unknown === undefined) throw new TuttiError("petsc", message, data);
    const { hint, ...names } = unknown;
    throw new TuttiError("argument", message + hint, { ...data, ...names });
  }

  /** PETSc's error handler; called once for each function that the error passes through. */
  private readonly note = (
    _comm: number,
    line: number,
    name: string,
    file: string,
    code: number,
    kind: number,
    text: string,
  ): number => {
    if (kind === INITIAL) this.frames = [];
    this.frames.push({ function: name, file, line, text: text ?? "" });
    return code;
  };
}
