import { TuttiError } from "../errors.js";
import { ffi } from "./ffi.js";
import { type Signature, signatureTypes } from "./signature.js";

/** A C function as a JavaScript function. */
// biome-ignore lint/suspicious/noExplicitAny: what it takes and gives is in its signature, not in its type.
export type NativeFunction = (...args: any[]) => any;

/** A loaded shared library. */
export class Library {
  /** What it was loaded by: a path, or a name that the system's loader knows. */
  readonly path: string;
  readonly #handle: ReturnType<ReturnType<typeof ffi>["load"]>;

  constructor(path: string, handle: ReturnType<ReturnType<typeof ffi>["load"]>) {
    this.path = path;
    this.#handle = handle;
  }

  /** Whether the library exports `name`. */
  has(name: string): boolean {
    try {
      this.#handle.symbol(name);
      return true;
    } catch {
      return false;
    }
  }

  /**
   * The address of the exported variable or function `name`.
   *
   * @throws TuttiError `library` if there is no such symbol.
   */
  address(name: string): number {
    try {
      return Number(this.#handle.symbol(name));
    } catch (cause) {
      throw this.#missing("symbol", name, cause);
    }
  }

  /**
   * The exported function `name`. Calls block this thread; arguments are not checked beyond their types.
   *
   * @throws TuttiError `library` if there is no such function.
   */
  function(name: string, signature: Signature): NativeFunction {
    const { result, parameters } = signatureTypes(signature);
    try {
      return this.#handle.func(name, result, parameters);
    } catch (cause) {
      throw this.#missing("function", name, cause);
    }
  }

  #missing(kind: "symbol" | "function", name: string, cause: unknown): TuttiError {
    const message = `${this.path} has no ${kind} ${name}; another version of the library may be installed`;
    return new TuttiError("library", message, { library: this.path, name }, { cause });
  }
}

/** How to load a library. */
export interface LoadOptions {
  /** Lets libraries that are loaded later see its symbols (`RTLD_GLOBAL`). */
  readonly global?: boolean;
}

/**
 * Loads the shared library at `path`, or the one that the system's loader finds by that name.
 *
 * @throws TuttiError `library` with the loader's words.
 */
export function loadLibrary(path: string, options: LoadOptions = {}): Library {
  try {
    return new Library(path, ffi().load(path, { global: options.global === true }));
  } catch (cause) {
    if (cause instanceof TuttiError) throw cause;
    const reason = (cause as Error).message.replace(/^Failed to load shared library: /, "");
    throw new TuttiError("library", `cannot load ${path}: ${reason}`, { library: path, reason }, { cause });
  }
}
