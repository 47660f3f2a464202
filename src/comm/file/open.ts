import * as fs from "node:fs";
import { TuttiError } from "../../errors.js";
import { CALL } from "../calls.js";
import type { Comm } from "../comm.js";
import { describe } from "../elements.js";
import type { Transport } from "../transport.js";
import { type FileMode, meaningOf } from "./mode.js";
import { FileRanks, fileError } from "./ranks.js";
import type { FileTransport } from "./transport.js";

const call = CALL["File.open"];

/**
 * Opens a file on all ranks of `comm`.
 *
 * The first rank creates and empties it as the mode asks, by Node's own calls on every engine: what that meets is the
 * same everywhere. Then all open what is there.
 */
export function openFile(comm: Comm, path: string, mode: FileMode): FileTransport {
  const ranks = new FileRanks(transportOf(comm));
  if (typeof path !== "string" || path === "" || path.includes("\0"))
    throw wrong("path", "the name of a file", path);
  const { first, access } = meaningOf(mode);
  ranks.requireSame(call, "path and mode", `"${path}", "${mode}"`);
  try {
    ranks.attempt(call, () => ranks.rank === 0 && openFirst(path, first));
    return ranks.attempt(
      call,
      () => transportOf(comm).openFile(call, path, access),
      (file) => file.release(),
    );
  } catch (error) {
    throw fileError(call, "open", path, error);
  }
}

function transportOf(comm: Comm): Transport {
  const { enginePart } = (comm ?? {}) as { enginePart?: (call: number) => Transport };
  if (typeof enginePart !== "function") throw wrong("comm", "a communicator", comm);
  return enginePart.call(comm, call);
}

function openFirst(path: string, flags: string): void {
  const found = fs.statSync(path, { throwIfNoEntry: false });
  // Opening a folder to read succeeds, and opening a pipe waits for its other end.
  if (found?.isDirectory()) throw Object.assign(new Error("EISDIR"), { code: "EISDIR" });
  if (found?.isFIFO()) throw Object.assign(new Error("ESPIPE"), { code: "ESPIPE" });
  fs.closeSync(fs.openSync(path, flags));
}

function wrong(argument: string, wanted: string, found: unknown): TuttiError {
  const message = `File.open: ${argument} must be ${wanted}, found ${describe(found)}`;
  return new TuttiError("argument", message, { call: "File.open", argument });
}
