/**
 * What is added to the diagonal of a Hessian that has turned out not to be positive definite, and how that changes.
 *
 * Source: PETSc's TAO, which has it from Dirkse and Ferris, "The PATH solver: a non-monotone stabilization scheme for
 * mixed complementarity problems" (1995).
 */
export class Shift {
  value = 0;

  /** More, as the Hessian is still indefinite. @param size norm of the gradient */
  grow(size: number): void {
    this.value = Math.min(100, Math.max(this.value === 0 ? 1e-4 : 10 * this.value, size / 10));
  }

  /** Less, and in the end nothing, as the step was good. @param size norm of the gradient */
  shrink(size: number): void {
    this.value = Math.min(0.4 * this.value, size / 10);
    if (this.value < 1e-12) this.value = 0;
  }
}
