import type { ErrorCode } from "../errors.js";

/** Codes of errors that only a bug in a program can raise: its author needs the stack. */
const BUGS: ReadonlySet<ErrorCode> = new Set(["freed", "truncate", "deadlock", "mismatch", "aborted"]);

/**
 * What to print of a TuttiError raised by one of our own commands: the message alone, since its stack says nothing about
 * the user's files and options. Undefined for other errors, which need theirs.
 */
export function mistake(error?: { readonly code: ErrorCode; readonly message: string }): string | undefined {
  if (error === undefined || BUGS.has(error.code)) return undefined;
  return error.message.startsWith("tutti ") ? error.message : `tutti: ${error.message}`;
}
