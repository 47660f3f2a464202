import { KSP, PetscObject } from "../petsc/index.js";
import { slepc } from "./runtime.js";

/** Spectral transformations by name; others that SLEPc has are accepted too. */
export type STType = "shift" | "sinvert" | "cayley" | "precond" | "filter" | "shell" | (string & {});

/** The transformation of a spectrum that an {@link EPS} works on (SLEPc's ST). */
export class ST extends PetscObject {
  /** Chooses the transformation: `"sinvert"` finds eigenvalues near the target of the solver. */
  setType(type: STType): void {
    slepc().f.STSetType(this.handle, type);
  }

  /** The shift σ, of shift-and-invert (A - σB)⁻¹B for instance. */
  get shift(): number {
    const { f, scratch } = slepc();
    f.STGetShift(this.handle, scratch.at);
    return scratch.doubles[0];
  }

  set shift(shift: number) {
    slepc().f.STSetShift(this.handle, shift);
  }

  /** The solver of the linear systems. */
  get ksp(): KSP {
    const { f, scratch } = slepc();
    f.STGetKSP(this.handle, scratch.at);
    return this.borrow(KSP, scratch.pointer());
  }

  protected override setPrefix(prefix: string): void {
    slepc().f.STSetOptionsPrefix(this.handle, prefix);
  }
}
