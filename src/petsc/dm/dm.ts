import { self } from "../../comm/index.js";
import { type InsertMode, insertMode, requireLength } from "../indices.js";
import { Mat } from "../mat.js";
import { PetscObject } from "../object.js";
import { petsc } from "../runtime.js";
import { adopt, type Vec } from "../vec.js";

/** Numbers of entries of a rank. */
export interface Lengths {
  /** Of a global vector. */
  readonly global: number;
  /** Of a local vector. */
  readonly local: number;
}

/** A domain that is divided among ranks, with vectors and matrices that belong to it (PETSc's DM). */
export abstract class DM extends PetscObject {
  /** How many entries of this rank a global and a local vector have, once that is known. */
  protected abstract readonly lengths: Lengths | undefined;

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
    this.#requireVectors("globalToLocal", global, local);
    const { f } = petsc();
    // in every step of many programs; taking lists apart would be most of what V8 compiles here
    const from = global.handle;
    const to = local.handle;
    const how = insertMode(mode);
    f.DMGlobalToLocalBegin(this.handle, from, how, to);
    f.DMGlobalToLocalEnd(this.handle, from, how, to);
  }

  /** Brings values of `local` into `global`: this rank's own, or with "add" the sum of those of all ranks. Collective. */
  localToGlobal(local: Vec, global: Vec, mode: InsertMode = "insert"): void {
    this.#requireVectors("localToGlobal", global, local);
    const { f } = petsc();
    const [from, to, how] = [local.handle, global.handle, insertMode(mode)];
    f.DMLocalToGlobalBegin(this.handle, from, how, to);
    f.DMLocalToGlobalEnd(this.handle, from, how, to);
  }

  /** PETSc does not look, and would read and write beside vectors of other lengths. */
  #requireVectors(call: string, global: Vec, local: Vec): void {
    const { lengths } = this;
    if (lengths === undefined) return;
    requireLength(call, "the global vector", global.arrayRead.length, lengths.global);
    requireLength(call, "the local vector", local.arrayRead.length, lengths.local);
  }
}
