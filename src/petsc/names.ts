import { TuttiError } from "../errors.js";
import { textAt } from "../native/index.js";
import { listed, nearestFirst } from "../nearest.js";
import { petsc } from "./runtime.js";
import { addressAt } from "./unknown-type.js";

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

/** The number of a name in a list of PETSc's; `what` begins the error about one that is not in it. */
export function numberOf<T extends string>(what: string, names: readonly T[], name: T): number {
  const number = names.indexOf(name);
  if (number >= 0) return number;
  const message = `${what} must be one of ${listed(nearestFirst(name, names))}, found ${name}`;
  throw new TuttiError("argument", message, { found: name, names });
}
