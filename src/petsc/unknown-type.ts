import { type Library, textAt, viewMemory } from "../native/index.js";
import { listed, nearestFirst } from "../nearest.js";
import { Scratch } from "./scratch.js";

/** The code of an unknown name of a type (`PETSC_ERR_ARG_UNKNOWN_TYPE`). */
export const ERR_UNKNOWN_TYPE = 86;
/** How many names an error lists. */
const SHOWN = 6;

/** What a function has not known, and what it knows. */
export interface UnknownType {
  readonly found: string;
  /** The most similar names first. */
  readonly nearest: readonly string[];
  /** For the end of a message. */
  readonly hint: string;
}

/**
 * Names near the one that a function such as `KSPSetType` has not found in its list, here `KSPList`, whether the program has
 * given it or an option; undefined where there is no such list.
 *
 * @param text what the function says, with the name at its end
 */
export function unknownType(library: Library, setter: string, text: string): UnknownType | undefined {
  const list = setter.replace(/SetType$/, "List");
  if (list === setter || !library.has(list)) return undefined;
  const found = /\S+$/.exec(text.trim())?.[0] ?? "";
  const nearest = nearestFirst(found, registered(library, list)).slice(0, SHOWN);
  return { found, nearest, hint: `; the nearest of its types are ${listed(nearest)}` };
}

/** The names in one of a library's lists of types. */
function registered(library: Library, list: string): string[] {
  const scratch = new Scratch();
  const get = library.function("PetscFunctionListGet", "i:ppp");
  if (get(addressAt(library.address(list)), scratch.at, scratch.at + 8) !== 0) return [];
  const names = scratch.pointer();
  const texts = Array.from({ length: scratch.ints[2] }, (_, i) => textAt(addressAt(names + 8 * i)));
  return texts.filter((text) => text !== ""); // entries that are empty stand for names taken away
}

/** The address that is written at an address. */
export function addressAt(address: number): number {
  return Number(new BigUint64Array(viewMemory(address, 8))[0]);
}
