// The T2 of one voxel of an MRI scan: a nonlinear least-squares fit by PETSc's TAO.
//
//     npx tutti run --engine mpi -n 2 examples/08-t2-fit.ts
//     npx tutti run -n 1 examples/08-t2-fit.ts -tao_type bnls -tao_monitor
//
// After an excitation the signal of a voxel decays, S(t) = A exp(-t / T2). Measured at echo times tᵢ with noise, it shall
// tell A and T2: those that minimise f = ½ Σ rᵢ², rᵢ = A exp(-tᵢ / T2) - Sᵢ, with
//
//     ∂f/∂A = Σ rᵢ exp(-tᵢ / T2),   ∂f/∂T2 = Σ rᵢ A exp(-tᵢ / T2) tᵢ / T2²,
//
// and both positive, which bounds hold them to. The echoes are divided among the ranks; sums over them are allreduces,
// which give every rank the same bits: a line search must take the same step everywhere. The two unknowns are a vector of
// PETSc's, divided too, so that a rank may have one of them or none: a Scatter, made once, brings both to everybody.
//
// The noise comes from counter-based random numbers: number i is the same whichever rank draws it. Methods that need
// second derivatives (-tao_type bnls, bntr, nls …) get the exact Hessian.
//
// Two checks: the gradient is compared with central differences of f, and the estimates come with standard errors, from
// the curvature of f and the size of the noise, within which the truth should lie.

import { world } from "tutti/comm";
import { Mat, Scatter, TAO, Vec } from "tutti/petsc";
import { normal } from "tutti/tensor";
import { numberOption, options, wholeOption } from "./support/options.js";

/** A typical sequence of echo times, in milliseconds. */
const TIMES = [10, 20, 40, 60, 80, 120, 160, 200, 240, 280];
const FIRST_GUESS = [0.8, 50];
const LOWER_BOUNDS = [1e-6, 1e-3];

const given = options({ amplitude: "1", t2: "85", noise: "0.02", seed: "0" });
const [trueA, trueT2] = [numberOption("amplitude", given.amplitude, 0), numberOption("t2", given.t2, 0)];
const noise = numberOption("noise", given.noise);
if (noise < 0) throw new RangeError(`--noise must be a number from 0, found ${given.noise}`);
const seed = wholeOption("seed", given.seed, 0);

const comm = world();
const say = (line: string) => {
  if (comm.rank === 0) console.log(line);
};

// The echoes of this rank.
const share = (rank: number) => Math.floor((rank * TIMES.length) / comm.size);
const times = TIMES.slice(share(comm.rank), share(comm.rank + 1));
const errors = normal([times.length], { seed, first: share(comm.rank), deviation: noise }).data;
const signal = times.map((t, i) => trueA * Math.exp(-t / trueT2) + Number(errors[i]));

/** f, ∂f/∂A, ∂f/∂T2, ∂²f/∂A², ∂²f/∂A∂T2, ∂²f/∂T2². Collective. */
function evaluate([a, t2]: ArrayLike<number> & Iterable<number>): Float64Array {
  const sums = new Float64Array(6);
  for (const [i, t] of times.entries()) {
    const decay = Math.exp(-t / t2);
    const slope = (decay * t) / t2 ** 2; // of the decay along T2
    const r = a * decay - signal[i];
    sums[0] += (r * r) / 2;
    sums[1] += r * decay;
    sums[2] += r * a * slope;
    sums[3] += decay * decay;
    sums[4] += decay * a * slope + r * slope;
    sums[5] += (a * slope) ** 2 + r * a * slope * (t / t2 ** 2 - 2 / t2);
  }
  return comm.allreduce(sums);
}

using x = Vec.createMPI(2);
const [begin, end] = x.ownershipRange;
/** Gives a vector the entries of this rank of what everybody knows. */
const fill = (vec: Vec, all: ArrayLike<number>) => {
  for (let i = begin; i < end; i++) vec.array[i - begin] = all[i];
};

const { scatter, target } = Scatter.toAll(x);
/** Both unknowns, on every rank. Collective. */
const unknowns = (from: Vec): Float64Array => {
  scatter.scatter(from, target);
  return target.array;
};

/** The largest difference between the gradient and central differences of f, over the size of the gradient. Collective. */
function gradientError(at: readonly number[]): number {
  const [, ...gradient] = evaluate(at);
  let [worst, size] = [0, 0];
  for (const k of [0, 1]) {
    const h = 1e-5 * at[k];
    const shifted = (by: number) => evaluate(at.map((value, i) => (i === k ? value + by : value)))[0];
    worst = Math.max(worst, Math.abs((shifted(h) - shifted(-h)) / (2 * h) - gradient[k]) * at[k]);
    size = Math.max(size, Math.abs(gradient[k]) * at[k]);
  }
  if (worst > 1e-6 * size) throw new Error(`the gradient is not that of f: off by ${worst / size}`);
  return worst / size;
}

using hessian = Mat.createDense(2);
using lower = x.duplicate();
using upper = x.duplicate();
fill(lower, LOWER_BOUNDS);
upper.set(Number.POSITIVE_INFINITY);

using tao = TAO.create();
tao.setType("blmvm");
tao.setObjectiveGradient((at, g) => {
  const [f, ...gradient] = evaluate(unknowns(at));
  fill(g, gradient);
  return f;
});
tao.setHessian((at, h) => {
  const [, , , aa, at2, t2t2] = evaluate(unknowns(at));
  const rows = [
    [aa, at2],
    [at2, t2t2],
  ];
  for (let i = begin; i < end; i++) h.setValues([i], [0, 1], rows[i]);
  h.assemble();
}, hessian);
tao.setVariableBounds(lower, upper);
tao.setTolerances({ gatol: 1e-9, grtol: 0 });
tao.setFromOptions();

say("--- PETSc TAO MRI T2 Fit ---");
say(
  `Gradient at the first guess against central differences: error ${gradientError(FIRST_GUESS).toExponential(1)}`,
);
fill(x, FIRST_GUESS);
const { converged, reason, iterations } = tao.solve(x);
const solution = Float64Array.from(unknowns(x));
const [f, , , aa, at2, t2t2] = evaluate(solution);
const determinant = aa * t2t2 - at2 * at2;
const [errorA, errorT2] = [t2t2, aa].map((entry) => noise * Math.sqrt(entry / determinant));

say(`${tao.type}: ${reason} after ${iterations} iterations`);
say(`True parameters: amplitude = ${trueA.toFixed(3)}, T2 = ${trueT2.toFixed(1)} ms`);
say(`Estimated parameters: amplitude = ${solution[0].toFixed(3)}, T2 = ${solution[1].toFixed(1)} ms`);
say(`Standard errors: amplitude ± ${errorA.toPrecision(3)}, T2 ± ${errorT2.toPrecision(3)} ms`);
say(`Final objective value: ${f.toExponential(3)}`);
for (const object of [scatter, target]) object.destroy();
if (!converged) throw new Error(`the fit has not converged: ${reason}`);
