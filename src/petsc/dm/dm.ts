import { self } from "../../comm/index.js";
import { type InsertMode, insertMode } from "../indices.js";
import { Mat } from "../mat.js";
import { PetscObject } from "../object.js";
import { petsc } from "../runtime.js";
import { adopt, type Vec } from "../vec.js";

/** A domain that is divided among ranks, with vectors and matrices that belong to it (PETSc's DM). */
export abstract class DM extends PetscObject {
  /** A vector in which every grid point is once, zero. Collective. */
  createGlobalVector(): Vec {
    const { f, scratch } = petsc();
    f.DMCreateGlobalVector(this.handle, scratch.at);
    return adopt(this.comm, scratch.pointer());
  }

  /** A vector of this rank's grid points and those of others that it sees, zero. */
  createLocalVector(): Vec {
    const { f, scratch } = petsc();
    f.DMCreateLocalVector(this.handle, scratch.at);
    return adopt(self(), scratch.pointer());
  }

  /** A matrix with places for the entries of the domain's stencil, zero. Collective. */
  createMatrix(): Mat {
    const { f, scratch } = petsc();
    f.DMCreateMatrix(this.handle, scratch.at);
    return new Mat(this.comm, scratch.pointer());
  }

  /** Brings the values of all grid points that this rank sees into `local`. Collective. */
  globalToLocal(global: Vec, local: Vec, mode: InsertMode = "insert"): void {
    const { f } = petsc();
    const [from, to, how] = [global.handle, local.handle, insertMode(mode)];
    f.DMGlobalToLocalBegin(this.handle, from, how, to);
    f.DMGlobalToLocalEnd(this.handle, from, how, to);
  }

  /** Brings values of `local` into `global`: this rank's own, or with "add" the sum of those of all ranks. Collective. */
  localToGlobal(local: Vec, global: Vec, mode: InsertMode = "insert"): void {
    const { f } = petsc();
    const [from, to, how] = [local.handle, global.handle, insertMode(mode)];
    f.DMLocalToGlobalBegin(this.handle, from, how, to);
    f.DMLocalToGlobalEnd(this.handle, from, how, to);
  }
}
