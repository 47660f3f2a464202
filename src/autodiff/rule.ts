import type { Node, Tensor } from "../tensor/internal.js";

/** A recorded operation as its rules see it. */
export interface Application<P = unknown> {
  /** What the operation was applied to. Operands that were numbers are still numbers. */
  readonly inputs: Node["inputs"];
  readonly output: Tensor;
  readonly params: P;
}

/**
 * How an operation y = f(x₀, x₁, …) propagates derivatives, written in differentiable operations so that rules have derivatives too.
 *
 * Rules need not care about broadcasting: a cotangent that is larger than its input is summed to the shape of the input,
 * and a tangent that is smaller than the output is broadcast to the shape of the output. Null stands for zero.
 */
export interface Rule<P = unknown> {
  /** Cotangent of input `i` from the cotangent `g` of the output: (∂y/∂xᵢ)ᵀ g. */
  vjp(g: Tensor, at: Application<P>, i: number): Tensor | null;
  /** Tangent of the output from the tangent `d` of input `i` alone: (∂y/∂xᵢ) d. */
  jvp(d: Tensor, at: Application<P>, i: number): Tensor | null;
  /** Writes (or adds) the cotangent of input `i` straight into `out`, if it can. */
  vjpInto?(g: Tensor, at: Application<P>, i: number, out: Tensor, accumulate: boolean): boolean;
}

/** The rule of an operation whose Jacobian is symmetric, as that of an elementwise function: jvp and vjp are the same. */
export function symmetric<P>(rule: Rule<P>["vjp"]): Rule<P> {
  return { vjp: rule, jvp: rule };
}
