import type { IS } from "./is.js";
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

const FIELD_SPLITS = { additive: 0, multiplicative: 1, "symmetric-multiplicative": 2, schur: 4 } as const;

/** All parts at once, one after the other, forwards and backwards, or by the Schur complement of the first of two. */
export type FieldSplitType = keyof typeof FIELD_SPLITS;

/** A preconditioner, part of a {@link KSP} (PETSc's PC). */
export class PC extends PetscObject {
  /** Chooses the method. */
  setType(type: PCType): void {
    petsc().f.PCSetType(this.handle, type);
  }

  /** Makes this a preconditioner that the program applies: `y ← M⁻¹ x`. */
  setShell(apply: (x: Vec, y: Vec) => void): void {
    const { f } = petsc();
    this.setType("shell");
    const address = this.callback("i:ppp", (_: number, x: number, y: number) =>
      apply(this.borrow(Vec, x), this.borrow(Vec, y)),
    );
    f.PCShellSetApply(this.handle, address);
  }

  /** For `"fieldsplit"`: names a part of the unknowns, whose solver has options like `-fieldsplit_NAME_pc_type`. Collective. */
  setFieldSplitIS(name: string, unknowns: IS): void {
    petsc().f.PCFieldSplitSetIS(this.handle, name, unknowns.handle);
    this.keep(`field ${name}`, unknowns);
  }

  /** For `"fieldsplit"`: how the solvers of the parts work together. */
  setFieldSplitType(type: FieldSplitType): void {
    petsc().f.PCFieldSplitSetType(this.handle, FIELD_SPLITS[type]);
  }

  /** Which library factors matrices: `"mumps"`, `"superlu_dist"`, `"petsc"`. */
  setFactorSolverType(type: "petsc" | "mumps" | "superlu_dist" | (string & {})): void {
    petsc().f.PCFactorSetMatSolverType(this.handle, type);
  }

  /** y ← M⁻¹ x. Collective. */
  apply(x: Vec, y: Vec): void {
    petsc().f.PCApply(this.handle, this.peer(x), this.peer(y));
  }

  protected override setPrefix(prefix: string): void {
    petsc().f.PCSetOptionsPrefix(this.handle, prefix);
  }
}
