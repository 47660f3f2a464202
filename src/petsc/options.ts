import { textAt } from "../native/index.js";
import { petsc } from "./runtime.js";

const LONGEST = 4096;

/** PETSc's database of options, which its `setFromOptions` read. Names begin with a dash: `"-ksp_type"`. */
export const options = {
  /** Sets an option, as if it stood on the command line; without a value for switches. */
  set(name: string, value?: string | number): void {
    petsc().f.PetscOptionsSetValue(0, dashed(name), value === undefined ? null : String(value));
  },

  /** Sets all options of a line: `"-ksp_type cg -ksp_monitor"`. */
  insert(line: string): void {
    petsc().f.PetscOptionsInsertString(0, line);
  },

  /** Whether an option is set. */
  has(name: string): boolean {
    const { f, scratch } = petsc();
    scratch.ints[0] = 0; // a bool of one byte leaves the others as they are
    f.PetscOptionsHasName(0, null, dashed(name), scratch.at);
    return scratch.ints[0] !== 0;
  },

  /** The value of an option as text; undefined if it is not set. */
  get(name: string): string | undefined {
    const { f, scratch } = petsc();
    const { at } = scratch;
    scratch.ints[0] = 0;
    f.PetscOptionsGetString(0, null, dashed(name), at + 8, LONGEST, at);
    return scratch.ints[0] === 0 ? undefined : textAt(at + 8);
  },

  /** Removes an option. */
  delete(name: string): void {
    petsc().f.PetscOptionsClearValue(0, dashed(name));
  },
} as const;

function dashed(name: string): string {
  return name.startsWith("-") ? name : `-${name}`;
}
