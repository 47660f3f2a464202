import { relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { captureStack } from "../../errors.js";
import { isInternal } from "../failure.js";

/**
 * Where the user's program is right now: the innermost frame outside Tutti and Node, as `script.ts:12:8`, by way of
 * source maps if the process has them enabled. A file below the working directory is named relative to it. Undefined if
 * there is no such frame, as in a callback of the event loop.
 *
 * It takes tens of microseconds: for errors only.
 */
export function sourceLine(): string | undefined {
  const here = new Error();
  captureStack(here);
  return lineOf(here.stack ?? "");
}

/** The same for the stack of an error. */
export function lineOf(stack: string): string | undefined {
  const frames = stack.split("\n").filter((line) => /^\s+at /.test(line));
  // "at async Promise.all (index 0)" is no place
  const own = frames.find((line) => /:\d+\)?$/.test(line) && !line.includes("node:") && !isInternal(line));
  const [, place, position] =
    /(?:\(|at (?:async )?)((?:file:\/\/)?[^()]*?)((?::\d+)+)\)?$/.exec(own ?? "") ?? [];
  if (place === undefined) return undefined;
  const file = place.startsWith("file:") ? fileURLToPath(place) : place;
  const near = relative(process.cwd(), file);
  return `${near.startsWith(`..${sep}`) ? file : near}${position}`;
}
