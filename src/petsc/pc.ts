import type { NativeCallback } from "../native/index.js";
import { collectiveCallback } from "./callback.js";
import { withNearest } from "./names.js";
import { PetscObject } from "./object.js";
import { petsc } from "./runtime.js";
import { Vec } from "./vec.js";

/** Preconditioners by name; others that PETSc has, such as those of other packages, are accepted too. */
export type PCType =
  | "none"
  | "jacobi"
  | "sor"
  | "lu"
  | "cholesky"
  | "ilu"
  | "icc"
  | "bjacobi"
  | "asm"
  | "gasm"
  | "mg"
  | "gamg"
  | "hypre"
  | "fieldsplit"
  | "composite"
  | "redundant"
  | "ksp"
  | "svd"
  | "mat"
  | "shell"
  | (string & {});

/** A preconditioner, part of a {@link KSP} (PETSc's PC). */
export class PC extends PetscObject {
  #apply: NativeCallback | undefined;

  /** Chooses the method. */
  setType(type: PCType): void {
    withNearest("PCList", type, () => petsc().f.PCSetType(this.handle, type));
  }

  /** Makes this a preconditioner that the program applies: `y ← M⁻¹ x`. */
  setShell(apply: (x: Vec, y: Vec) => void): void {
    const { f } = petsc();
    this.setType("shell");
    const callback = collectiveCallback(this.comm, "i:ppp", (_: number, x: number, y: number) =>
      apply(this.borrow(Vec, x), this.borrow(Vec, y)),
    );
    f.PCShellSetApply(this.handle, callback.address);
    this.#apply?.free();
    this.#apply = callback;
  }

  /** Which library factors matrices: `"mumps"`, `"superlu_dist"`, `"petsc"`. */
  setFactorSolverType(type: "petsc" | "mumps" | "superlu_dist" | (string & {})): void {
    petsc().f.PCFactorSetMatSolverType(this.handle, type);
  }

  /** y ← M⁻¹ x. Collective. */
  apply(x: Vec, y: Vec): void {
    petsc().f.PCApply(this.handle, x.handle, y.handle);
  }

  protected override release(): void {
    this.#apply?.free();
  }
}
