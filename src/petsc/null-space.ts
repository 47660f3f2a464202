import { type Comm, world } from "../comm/index.js";
import { TuttiError } from "../errors.js";
import { addressOf } from "../native/index.js";
import { PetscObject } from "./object.js";
import { petsc } from "./runtime.js";
import type { Vec } from "./vec.js";

/** Options of {@link NullSpace.create}. */
export interface NullSpaceOptions {
  /** The ranks of the matrix; the world if absent. */
  readonly comm?: Comm;
  /** Whether constant vectors are in it; false if absent. */
  readonly constant?: boolean;
  /** Vectors that span the rest, of length 1 and orthogonal to each other and to constants. */
  readonly vectors?: readonly Vec[];
}

/** How far from 1 or 0 a product of vectors may be, as PETSc has it where it looks. */
const TOLERANCE = 1e-7;

/** Vectors that a matrix makes 0, without which a solver cannot work on a singular system (PETSc's MatNullSpace). */
export class NullSpace extends PetscObject {
  /** The space that is spanned by vectors. Collective. @throws TuttiError `argument` for vectors that are not orthonormal */
  static create({ comm = world(), constant = false, vectors = [] }: NullSpaceOptions): NullSpace {
    requireOrthonormal(vectors, constant);
    const { f, scratch, handleOf } = petsc();
    const handles = BigUint64Array.from([...vectors.map((vec) => BigInt(vec.handle)), 0n]);
    const [has, at] = [Number(constant), addressOf(handles)];
    f.MatNullSpaceCreate(handleOf(comm), has, vectors.length, at, scratch.at);
    const space = new NullSpace(comm, scratch.pointer());
    space.keep("vectors", ...vectors);
    return space;
  }

  /** Takes out of a vector what lies in the space. Collective. */
  remove(vec: Vec): void {
    petsc().f.MatNullSpaceRemove(this.handle, vec.handle);
  }
}

function requireOrthonormal(vectors: readonly Vec[], constant: boolean): void {
  const require = (found: number, wanted: number, what: string): void => {
    if (Math.abs(found - wanted) <= TOLERANCE) return;
    const message = `NullSpace.create: ${what} must be ${wanted}, found ${found}`;
    throw new TuttiError("argument", message, { found, wanted });
  };
  for (const [i, vec] of vectors.entries()) {
    require(vec.norm(), 1, `the length of vectors[${i}]`);
    if (constant) require(vec.sum() / Math.sqrt(vec.size), 0, `the product of vectors[${i}] and constants`);
    for (let j = 0; j < i; j++)
      require(vec.dot(vectors[j]), 0, `the product of vectors[${i}] and vectors[${j}]`);
  }
}
