import { TuttiError } from "../../errors.js";
import { describe } from "../elements.js";
import type { Access } from "./transport.js";

/**
 * How a file is opened, in the words of Node's `fs.open`:
 *
 * - `"r"` to read, `"r+"` to read and write a file that exists;
 * - `"w"` to write a file that is empty at first, created if it does not exist; `"wx"` only if it does not exist;
 * - `"a"` to write a file whose content is kept, created if it does not exist, its end being the first `position`;
 * - `"w+"`, `"wx+"`, `"a+"` as these, to read as well.
 */
export type FileMode = "r" | "r+" | "w" | "w+" | "wx" | "wx+" | "a" | "a+";

interface Meaning {
  /** How the first rank opens it, alone, before all others: creates and empties it as asked. */
  readonly first: string;
  /** What all may do afterwards. */
  readonly access: Access;
}

const MEANINGS: Readonly<Record<FileMode, Meaning>> = {
  r: { first: "r", access: "r" },
  "r+": { first: "r+", access: "r+" },
  w: { first: "w", access: "w" },
  "w+": { first: "w+", access: "r+" },
  wx: { first: "wx", access: "w" },
  "wx+": { first: "wx+", access: "r+" },
  a: { first: "a", access: "w" },
  "a+": { first: "a+", access: "r+" },
};

/** What a mode means. @throws TuttiError "argument" */
export function meaningOf(mode: FileMode): Meaning {
  if (Object.hasOwn(MEANINGS, mode)) return MEANINGS[mode];
  const wanted = Object.keys(MEANINGS).join(", ");
  const message = `File.open: mode must be one of ${wanted}, found ${describe(mode)}`;
  throw new TuttiError("argument", message, { call: "File.open", argument: "mode" });
}
