/** Plain data that an error carries beside its message, for programs that want to act on it. */
export type ErrorData = Readonly<Record<string, unknown>>;

/**
 * The base of every error that Tutti raises on purpose.
 *
 * The message names the function, the argument, what was found, what was wanted and, where it helps, what to do.
 * `code` is stable across releases; `data` holds the same facts as values.
 */
export class TuttiError extends Error {
  override readonly name = "TuttiError";
  readonly code: ErrorCode;
  readonly data: ErrorData;

  constructor(code: ErrorCode, message: string, data: ErrorData = {}, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.data = data;
    captureStack(this);
  }
}

/** Frames that a stack needs to come from the depths of Tutti to the user's line. */
const DEPTH = 50;

/** Makes the stack of an error that of the present line, where it is thrown rather than where it was found. */
export function captureStack(error: Error): void {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = Math.max(limit, DEPTH);
  Error.captureStackTrace(error);
  Error.stackTraceLimit = limit;
}

/** Every code a {@link TuttiError} can have, with what it means. */
export type ErrorCode =
  | "argument" //     an argument has the wrong type, range or length
  | "shape" //        shapes of tensors do not fit each other
  | "dtype" //        an operation does not take this dtype
  | "freed" //        an object was used after its scope ended or after it was freed
  | "memory" //       the heap of this rank is exhausted
  | "index" //        an index is out of range
  | "file" //         a file cannot be read or written (data.file)
  | "format" //       a file's content is not what its format says (data.file, data.line or data.offset)
  | "truncate" //     a message is larger than the buffer that receives it
  | "deadlock" //     ranks wait for what can never come
  | "aborted" //      another rank failed or called abort
  | "mismatch" //     ranks disagree about something they must share
  | "library" //      a shared library or kernel target cannot be used
  | "diverged" //     a loss or a parameter is not finite any more
  | "petsc" //        PETSc or SLEPc reports an error (data.petscCode, data.traceback)
  | "checkpoint" //   a checkpoint does not belong to this model or is damaged
  | "unsupported"; // a valid request that this engine, target or version does not serve

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file or folder",
  ENOTDIR: "a part of the path is a file, not a folder",
  EEXIST: "a file of that name is there",
  EISDIR: "it is a folder",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the file system is read-only",
  ENOSPC: "no space left on the device",
  EDQUOT: "the disk quota is used up",
  EFBIG: "the file would be larger than the system allows",
  EIO: "the device or the file system has failed",
  EMFILE: "too many files are open",
  ENAMETOOLONG: "the name is too long",
  ESPIPE: "it is a pipe, which has no places to read or write at",
};

/** Why a call of the system on a file has failed, in words and with the system's code where it has one. */
export function systemReason(cause: unknown): string {
  const { code, message } = cause as { readonly code?: string; readonly message: string };
  return code === undefined ? message : `${REASONS[code] ?? message} (${code})`;
}
