import { existsSync } from "node:fs";
import { join } from "node:path";
import { TuttiError } from "../errors.js";
import { type Library, type LoadOptions, loadLibrary } from "./library.js";

/** What to look for, in the order in which it is tried. */
export interface LibrarySearch extends LoadOptions {
  /** What people call it, for messages. */
  readonly title: string;
  /** An environment variable whose value, a path or a name, is the only one tried when it is set. */
  readonly variable: string;
  /** File names for the system's loader, best first. */
  readonly names: readonly string[];
  /** Folders that the loader does not search; those that do not exist are passed over. */
  readonly folders?: readonly string[];
  /** How to install it, for messages. */
  readonly install: string;
}

/**
 * Finds and loads a shared library.
 *
 * @throws TuttiError `library` with everything that was tried, and how to install it.
 */
export function findLibrary(search: LibrarySearch): Library {
  const { title, variable, names, folders = [], install } = search;
  const forced = process.env[variable];
  const candidates = forced
    ? [forced]
    : [...names, ...folders.flatMap((folder) => names.map((name) => join(folder, name))).filter(existsSync)];
  const failures: string[] = [];
  for (const candidate of candidates) {
    try {
      return loadLibrary(candidate, search);
    } catch (error) {
      failures.push((error as TuttiError).message);
    }
  }
  const advice = forced
    ? `correct or unset ${variable}`
    : `install it (${install}) or name it in ${variable}`;
  const message = `${title} was not found: ${failures.join("; ")}; ${advice}`;
  throw new TuttiError("library", message, { title, candidates, failures });
}
