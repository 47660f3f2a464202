import { type Comm, world } from "../comm/index.js";
import { TuttiError } from "../errors.js";
import { type Indices, intArray, placeOf } from "./indices.js";
import { PetscObject } from "./object.js";
import { petsc } from "./runtime.js";

const COPY_VALUES = 0;

/** The global numbers of a rank's own numbering from 0, ghosts included (PETSc's ISLocalToGlobalMapping). */
export class LGMap extends PetscObject {
  /**
   * Global numbers in the order of the local ones. Collective.
   *
   * @param blockSize entries that belong together, of which each number stands for all
   */
  static create(globals: Indices, { comm = world(), blockSize = 1 }: LGMapOptions = {}): LGMap {
    const { f, scratch, handleOf } = petsc();
    const list = intArray(globals);
    const at = placeOf(list);
    f.ISLocalToGlobalMappingCreate(handleOf(comm), blockSize, list.length, at, COPY_VALUES, scratch.at);
    return new LGMap(comm, scratch.pointer());
  }
}

/** Options of {@link LGMap.create}. */
export interface LGMapOptions {
  /** The ranks of the vectors and matrices; the world if absent. */
  readonly comm?: Comm;
  readonly blockSize?: number;
}

/** The error of setting values by local numbers where there are none; PETSc would take them for global ones. */
export function noLocalNumbers(kind: "Vec" | "Mat"): TuttiError {
  return new TuttiError("argument", `setValuesLocal: this ${kind} has no local numbers; call setLGMap first`);
}
