import { readFileSync } from "node:fs";
import { addressOf, type Library, textAt } from "../native/index.js";
import { editDistance, nearestFirst } from "../nearest.js";
import { Scratch } from "./scratch.js";
import { addressAt } from "./unknown-type.js";

/** Where names of options begin that only objects of PETSc and SLEPc ask for; before it may be an object's own prefix. */
const OBJECTS = /(?:^|_)(?=(?:ksp|pc|snes|tao|ts|mat|vec|dm|da|eps|st|svd)_)/;
/** Letters of a name for each that may be mistyped. */
const LETTERS_A_MISTAKE = 4;
const SHOWN = 3;

/**
 * Lines about the options of a command line that nothing has asked for, which PETSc ignores: probably they are mistyped. One
 * that resembles none of PETSc's, or has two dashes, may be the program's own, of which nothing is said.
 *
 * @param libraries PETSc, and what is built on it
 */
export function unusedOptions(libraries: readonly Library[], commandLine: readonly string[]): string[] {
  const given = new Set(commandLine);
  if (given.has("-options_left")) return []; // PETSc itself reports them
  const unused = left(libraries[0]).filter((name) => given.has(name) && !name.startsWith("--"));
  if (unused.length === 0) return [];
  const known = libraries.flatMap(optionsOf);
  return unused.flatMap((name) => {
    const said = describe(name.slice(1), known);
    return said === undefined ? [] : [`warning: option ${name} was not used${said}\n`];
  });
}

function describe(name: string, known: readonly string[]): string | undefined {
  const begin = name.search(OBJECTS);
  const split = begin < 0 ? 0 : begin + Number(name[begin] === "_");
  const [prefix, own] = [name.slice(0, split), name.slice(split)];
  if (known.includes(own)) {
    return begin < 0 ? undefined : ": no object has asked for it"; // PETSc asks for some others only at its end
  }
  const nearest = nearestFirst(own, known);
  const similar = editDistance(own, nearest[0]) <= own.length / LETTERS_A_MISTAKE;
  if (similar) return `; did you mean -${prefix}${nearest[0]}?`;
  const names = nearest.slice(0, SHOWN).map((near) => `-${prefix}${near}`);
  return begin < 0 ? undefined : `; the nearest of PETSc's names are ${names.join(", ")}`;
}

/** The names, with their dash, of the options that are set and that nothing has asked for. */
function left(library: Library): string[] {
  const scratch = new Scratch();
  const [count, names, values] = [scratch.at, scratch.at + 8, scratch.at + 16];
  if (library.function("PetscOptionsLeftGet", "i:pppp")(0, count, names, values) !== 0) return [];
  const list = scratch.pointer(1);
  const texts = Array.from({ length: scratch.ints[0] }, (_, i) => `-${textAt(addressAt(list + 8 * i))}`);
  library.function("PetscOptionsLeftRestore", "i:pppp")(0, count, names, values);
  return texts;
}

/** The names of options, without dash, that stand in a library's file: PETSc has no list of them. */
function optionsOf(library: Library): string[] {
  const text = readFileSync(fileOf(library), "latin1");
  return [...new Set(text.match(/(?<=\0-)[a-z][a-z0-9]*_\w+(?=\0)/g))];
}

/** The file that a library was loaded from (`dladdr`). */
function fileOf(library: Library): string {
  const info = new BigUint64Array(4);
  const somewhere = library.address(library.has("SlepcInitialize") ? "SlepcInitialize" : "PetscInitialize");
  library.function("dladdr", "i:pp")(somewhere, addressOf(info));
  return textAt(Number(info[0]));
}
