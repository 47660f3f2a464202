import { gradientStep } from "./gradient-step.js";
import { Iterate } from "./iterate.js";
import type { Run } from "./methods.js";
import { dot, norm, scaled } from "./vectors.js";

/** The last two gradients, g and the new one h, and the direction d between them, as their products. */
interface Products {
  readonly gg: number;
  readonly hh: number;
  readonly gh: number;
  readonly gd: number;
  readonly hd: number;
}

/** How much of the last direction the next one keeps, by the rules' usual names. */
export const CG_TYPES = {
  /** Fletcher and Reeves (1964). */
  fr: ({ gg, hh }) => hh / gg,
  /** Polak and Ribière (1969). */
  pr: ({ gg, hh, gh }) => (hh - gh) / gg,
  /** The same, never negative (Powell 1986; Gilbert and Nocedal 1992). */
  prp: ({ gg, hh, gh }) => Math.max((hh - gh) / gg, 0),
  /** Hestenes and Stiefel (1952). */
  hs: ({ hh, gh, gd, hd }) => (hh - gh) / (hd - gd),
  /** Dai and Yuan (1999). */
  dy: ({ hh, gd, hd }) => hh / (hd - gd),
} as const satisfies Readonly<Record<string, (products: Products) => number>>;

/** A rule of conjugate gradients by name. */
export type CGType = keyof typeof CG_TYPES;

/** It starts anew when successive gradients are so far from orthogonal, hᵀg over ‖h‖² (Powell 1977). */
const SLANTED = 0.2;

/**
 * Nonlinear conjugate gradients: d = −∇f(x) + β d.
 *
 * Source: Nocedal and Wright, "Numerical Optimization" (2006), section 5.2; restarts as Powell's, with TAO's first steps.
 */
export const cg: Run = (problem, x) => {
  const betaOf = CG_TYPES[problem.options.cgType ?? "prp"];
  const at = new Iterate(problem, x);
  const { gradient } = at;
  const direction = new Float64Array(x.length);
  const previous = new Float64Array(x.length);
  let size = norm(gradient);
  let step = 0;
  const descend = (first: number) => {
    scaled(-1, gradient, direction);
    step = first;
  };
  descend(gradientStep(at.value, size));
  while (!problem.isOver(x, at.value, size, at.step)) {
    if (!(dot(gradient, direction) < 0)) descend(gradientStep(at.value, size));
    previous.set(gradient);
    if (!at.move(direction, step)) {
      descend(gradientStep(at.value, size));
      if (!at.move(direction, step)) {
        descend(1);
        if (!at.move(direction, step)) return problem.stop("DIVERGED_LS_FAILURE");
      }
    }
    const gg = size * size;
    size = norm(gradient);
    const hh = size * size;
    const gh = dot(gradient, previous);
    const gd = dot(previous, direction);
    const hd = dot(gradient, direction);
    const beta = Math.abs(gh) >= SLANTED * hh ? 0 : betaOf({ gg, hh, gh, gd, hd });
    for (let i = 0; i < x.length; i++) direction[i] = beta * direction[i] - gradient[i];
    step = 1;
  }
};
