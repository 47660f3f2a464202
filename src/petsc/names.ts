import { TuttiError } from "../errors.js";
import { textAt, viewMemory } from "../native/index.js";
import { listed, nearestFirst } from "../nearest.js";
import { ERR_UNKNOWN_TYPE } from "./errors.js";
import { petsc } from "./runtime.js";

/** How many names an error lists. */
const SHOWN = 6;

/**
 * Runs what sets a type by name; adds the nearest registered names to PETSc's error of an unknown one.
 *
 * @param list PETSc's variable with the names, such as `KSPList`
 * @param library where that variable is
 */
export function withNearest(list: string, name: string, set: () => void, library = petsc().library): void {
  try {
    set();
  } catch (error) {
    if (!(error instanceof TuttiError) || error.data.petscCode !== ERR_UNKNOWN_TYPE) throw error;
    const nearest = nearestFirst(name, registered(list, library)).slice(0, SHOWN);
    const hint = `; the nearest of its types are ${listed(nearest)}`;
    throw new TuttiError(
      "argument",
      error.message + hint,
      { ...error.data, found: name, nearest },
      { cause: error },
    );
  }
}

/** The names that PETSc has in one of its lists of types. */
export function registered(list: string, library = petsc().library): string[] {
  const { f, scratch } = petsc();
  f.PetscFunctionListGet(addressAt(library.address(list)), scratch.at, scratch.at + 8);
  const [names, count] = [scratch.pointer(0), scratch.ints[2]];
  return Array.from({ length: count }, (_, i) => textAt(addressAt(names + 8 * i)));
}

/**
 * The name of an enumeration's value, as PETSc prints it.
 *
 * @param table PETSc's variable that points to the names, such as `KSPConvergedReasons`
 */
export function enumName(table: string, value: number, library = petsc().library): string {
  return textAt(addressAt(addressAt(library.address(table)) + 8 * value));
}

/** The names of an enumeration's values, in lower case and in the order of their numbers from 0. */
export function enumNames(table: string): string[] {
  const names: string[] = [];
  for (let at = petsc().library.address(table); addressAt(at) !== 0; at += 8)
    names.push(textAt(addressAt(at)));
  return names.slice(0, -2).map((name) => name.toLowerCase()); // then come the name of the type and a prefix
}

function addressAt(address: number): number {
  return Number(new BigUint64Array(viewMemory(address, 8))[0]);
}

/** The number of a name in a list of PETSc's; `what` begins the error about one that is not in it. */
export function numberOf<T extends string>(what: string, names: readonly T[], name: T): number {
  const number = names.indexOf(name);
  if (number >= 0) return number;
  const message = `${what} must be one of ${listed(nearestFirst(name, names))}, found ${name}`;
  throw new TuttiError("argument", message, { found: name, names });
}
