import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import { type ErrorCode, TuttiError } from "../errors.js";

/** An error as text, so that it crosses from a rank's thread to the launcher with nothing lost. */
export interface Failure {
  /** Name, code, message, stack at the user's source lines, and the same for each cause. */
  readonly text: string;
  /** Whether it only says that the job was already ending. */
  readonly aborted: boolean;
  /** The text names all ranks concerned and where they are, and each of them fails with the same. */
  readonly common: boolean;
  /** Code and message of a TuttiError. */
  readonly tutti?: { readonly code: ErrorCode; readonly message: string };
}

/**
 * Describes whatever a script has thrown: name and code, message, stack, and the chain of causes.
 *
 * To be called in the thread where the error was made, whose source maps turn its stack into lines of the user's files.
 */
export function describeFailure(error: unknown): Failure {
  const tutti = isTuttiError(error) ? { code: error.code, message: error.message } : undefined;
  return { text: describe(error), aborted: isAborted(error), common: isCommon(error), tutti };
}

/** Whether it is the explanation of a deadlock. */
function isCommon(error: unknown): boolean {
  return isTuttiError(error) && error.code === "deadlock" && Array.isArray(error.data.waits);
}

function isAborted(error: unknown): boolean {
  for (let e = error, depth = 0; e instanceof Error && depth < MAX_CAUSES; e = e.cause, depth++)
    if (isTuttiError(e) && e.code === "aborted") return true;
  return false;
}

/** By its name, since a script may have loaded a second copy of the class. */
function isTuttiError(error: unknown): error is TuttiError {
  return error instanceof Error && error.name === TUTTI_ERROR && "code" in error;
}

const TUTTI_ERROR = new TuttiError("aborted", "").name;
const MAX_CAUSES = 16; // a chain may be a circle

function describe(error: unknown, depth = 0): string {
  if (!(error instanceof Error))
    return `${inspect(error)} was thrown, which is not an Error and has no stack`;
  let text = [headline(error), ...(isCommon(error) ? [] : frames(error))].join("\n");
  if (depth === MAX_CAUSES) return text;
  if (error instanceof AggregateError)
    for (const one of error.errors) text += `\n  one of its errors: ${indent(describe(one, depth + 1))}`;
  if (error.cause !== undefined) text += `\n  cause: ${indent(describe(error.cause, depth + 1))}`;
  return text;
}

function headline(error: Error): string {
  const code = "code" in error && typeof error.code === "string" ? ` [${error.code}]` : "";
  return `${error.name}${code}: ${error.message}`;
}

function indent(text: string): string {
  return text.replaceAll("\n", "\n  ");
}

const PACKAGE = fileURLToPath(new URL("../../..", import.meta.url));
const LAUNCHER = /\brank-main\.[jt]s\b/;

/** Stack frames that tell the user something: none of Node's, nor of Tutti where it reports the user's mistake. */
function frames(error: Error): string[] {
  const lines = (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  const own = lines.filter((line) => !line.includes("node:internal/") && !LAUNCHER.test(line));
  if (error.name !== TUTTI_ERROR) return own;
  const first = own.findIndex((line) => !isInternal(line));
  return first < 0 ? own : own.slice(first);
}

/** Whether a frame of a stack is in Tutti itself. */
export function isInternal(line: string): boolean {
  return ["src/", "dist/src/", "dist/lib/"].some((folder) => line.includes(PACKAGE + folder));
}
