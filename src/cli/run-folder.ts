import { mkdirSync, readdirSync, rmdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileError } from "../data/files.js";
import { TuttiError } from "../errors.js";
import { listCheckpoints } from "../train/index.js";

/** The folder of one run of `tutti train`, which exists. */
export class RunFolder {
  readonly path: string;
  /** The outermost folder that was made for it. */
  readonly #made: string | undefined;

  private constructor(path: string, made: string | undefined) {
    this.path = path;
    this.#made = made;
  }

  /** A new folder `runs/<name>-<number>`, whose number no other run has. @throws TuttiError `file`. */
  static numbered(name: string): RunFolder {
    const runs = make("runs");
    for (let number = 1; ; number++) {
      const path = join("runs", `${name}-${String(number).padStart(3, "0")}`);
      try {
        mkdirSync(path);
        return new RunFolder(path, runs ?? path);
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code !== "EEXIST")
          throw fileError("tutti train", "make the folder", path, cause);
      }
    }
  }

  /** The folder that the user names, for a new run. @throws TuttiError `file`; `argument` if it is not empty. */
  static fresh(path: string): RunFolder {
    const made = make(path);
    if (contentOf(path).length === 0) return new RunFolder(path, made);
    const message = `tutti train: '${path}' is not empty; --resume goes on with its run, another --out begins one`;
    throw new TuttiError("argument", message, { folder: path });
  }

  /**
   * The folder of a run that is to go on, or a new one.
   *
   * @throws TuttiError `file`; `argument` if it holds no checkpoint but something else, which a run would write over.
   */
  static resumed(path: string): RunFolder {
    const made = make(path);
    const folder = new RunFolder(path, made);
    if (folder.checkpoint() !== undefined) return folder;
    // What a run leaves that is killed before its first checkpoint.
    const others = contentOf(path).filter((name) => name !== "metrics.jsonl" && name !== "checkpoints");
    if (others.length === 0) return folder;
    const message = `tutti train: '${path}' holds no checkpoint to go on from, but ${others.join(", ")}; --out must name another folder`;
    throw new TuttiError("argument", message, { folder: path });
  }

  /** The newest checkpoint. */
  checkpoint(): string | undefined {
    return listCheckpoints(join(this.path, "checkpoints")).at(-1);
  }

  /** Removes the folder, and those made for it, if nothing is in it. */
  removeIfEmpty(): void {
    if (this.#made === undefined) return;
    for (let path = resolve(this.path); ; path = dirname(path)) {
      try {
        rmdirSync(path);
      } catch {
        return;
      }
      if (path === resolve(this.#made)) return;
    }
  }
}

/** Makes a folder unless there is one; the outermost that had to be made. */
function make(path: string): string | undefined {
  try {
    return mkdirSync(path, { recursive: true });
  } catch (cause) {
    throw fileError("tutti train", "make the folder", path, cause);
  }
}

function contentOf(path: string): string[] {
  try {
    return readdirSync(path);
  } catch (cause) {
    throw fileError("tutti train", "read the folder", path, cause);
  }
}
