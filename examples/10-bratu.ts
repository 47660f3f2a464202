// Thermal runaway: the Bratu problem by PETSc's grids (DMDA) and Newton solvers (SNES).
//
//     npx tutti run -n 1 examples/10-bratu.ts --picture heat.svg --branch branch.svg
//     npx tutti run --engine mpi -n 4 examples/10-bratu.ts --nx 129 --ny 129 --lambda 6.5 -snes_monitor
//
// A square body makes heat, more the hotter it is, and is cooled at its edges: -Δu = λ exp(u), u = 0 at the edges.
// Two questions. How hot does it get for a given λ? Newton's method says it, and near the solution each residual is about
// the square of the one before. And how much can λ grow before the body cannot get rid of its heat any more? The steady
// states form a branch (λ, u), which turns back at a fold, λ ≈ 6.808: beyond it there are none, and below it there are
// two, a cool one and a hot one that no body stays in.
//
// At the fold the Jacobian is singular, so that Newton's method for a given λ fails there. Here λ becomes an unknown, too,
// and the mean temperature is given instead, which grows all along the branch. Each Newton step then is two solves with
// the same Jacobian (bordering): J a = -F and J b = -∂F/∂λ; the step is a + dλ b, with dλ from the mean. On the branch,
// 1 / mean(b) is the slope of λ, whose zero is the fold.
//
// Options of PETSc work as they do everywhere: -snes_monitor, -ksp_type gmres -pc_type gamg, -log_view, …

import { writeFileSync } from "node:fs";
import type { Vec } from "tutti/petsc";
import { Bratu } from "./support/bratu.js";
import { bands, plot, svg } from "./support/drawing.js";
import { gatherField } from "./support/grid-field.js";
import { numberOption, options, wholeOption } from "./support/options.js";

const values = options({ nx: "65", ny: "65", lambda: "6", picture: "", branch: "" });
const nx = wholeOption("nx", values.nx, 9);
const ny = wholeOption("ny", values.ny, 9);
const lambda = numberOption("lambda", values.lambda);

/** λ at the fold to the last digit: independent computations in the literature agree on it. */
const PUBLISHED_FOLD = 6.808124;

/** Where the walk along the branch stops; 1.85 is where it ends, infinitely hot in the middle, with λ = 0. */
const MEANS = Array.from({ length: 48 }, (_, k) => 0.025 * (k + 1));

/** The branch of steady states: walks along it by the mean temperature. */
class Branch implements Disposable {
  readonly x: Vec;
  /** The slope of λ over the mean temperature. */
  slope = Number.NaN;
  readonly #f: Vec;
  readonly #a: Vec;
  readonly #b: Vec;

  constructor(readonly problem: Bratu) {
    this.x = problem.grid.createGlobalVector();
    [this.#f, this.#a, this.#b] = [this.x.duplicate(), this.x.duplicate(), this.x.duplicate()];
    problem.snes.ksp.setOperators(problem.jacobian);
    // u = 0 at λ = 0 is the branch's beginning
    this.goTo(0);
  }

  get mean(): number {
    return average(this.x);
  }

  /** Newton's method from where it stands to the steady state of this mean temperature. */
  goTo(mean: number): void {
    const { problem, x } = this;
    const [f, a, b] = [this.#f, this.#a, this.#b];
    const { ksp } = problem.snes;
    for (let iteration = 0; iteration < 30; iteration++) {
      problem.linearize(x);
      problem.residual(x, f);
      f.scale(-1);
      ksp.solve(f, a);
      problem.residualByLambda(x, f);
      f.scale(-1);
      ksp.solve(f, b);
      this.slope = 1 / average(b);
      const change = (mean - this.mean - average(a)) * this.slope;
      a.axpy(change, b);
      x.axpy(1, a);
      problem.lambda += change;
      // quadratic convergence: the step after this one would be below rounding
      if (a.norm("infinity") < 1e-6 * Math.max(1, x.norm("infinity"))) return;
    }
    throw new Error(`Newton's method has found no steady state of mean temperature ${mean}`);
  }

  /** Walks to the fold, between two means where the slope has different signs, by regula falsi (Illinois). */
  goToFold(low: number, high: number): void {
    this.goTo(low);
    let [left, atLeft] = [low, this.slope];
    this.goTo(high);
    let [right, atRight] = [high, this.slope];
    while (Math.abs(this.slope) > 1e-5) {
      const middle = (left * atRight - right * atLeft) / (atRight - atLeft);
      this.goTo(middle);
      const { slope } = this;
      if (Math.sign(slope) === Math.sign(atRight)) [right, atRight, atLeft] = [middle, slope, atLeft / 2];
      else [left, atLeft, atRight] = [middle, slope, atRight / 2];
    }
  }

  [Symbol.dispose](): void {
    for (const vec of [this.x, this.#f, this.#a, this.#b]) vec.destroy();
  }
}

function average(x: Vec): number {
  return x.sum() / x.size;
}

/** The exponent p of convergence, |F| ≈ c |F before|^p, from the last three norms above rounding. */
function convergenceOrder(norms: readonly number[]): number {
  const above = norms.filter((norm) => norm > 1e-12 * norms[0]);
  const [a, b, c] = above.slice(-3);
  return Math.log(c / b) / Math.log(b / a);
}

/** Solves for one λ and draws the temperature. */
function steadyState(say: (text: string) => void): void {
  using problem = new Bratu(nx, ny);
  const { snes, grid } = problem;
  problem.lambda = lambda;
  using x = grid.createGlobalVector();
  const norms: number[] = [];
  snes.setMonitor((iteration, norm) => {
    norms.push(norm);
    say(`  Newton ${iteration}: |F| = ${norm.toExponential(6)}`);
  });
  say(`λ = ${lambda} on ${nx} × ${ny} points`);
  const { converged, reason } = snes.solve(null, x);
  if (!converged) {
    say(
      `no steady state was found (${reason}): ${lambda > PUBLISHED_FOLD ? "the body burns" : "try another λ"}`,
    );
    return;
  }
  say(`${reason}, exponent of convergence ${convergenceOrder(norms).toFixed(2)}`);
  say(`hottest point: ${x.max().value.toFixed(9)}, mean ${average(x).toFixed(9)}`);
  if (values.picture === "") return;
  const field = gatherField(grid, x);
  if (field !== undefined) writeFileSync(values.picture, svg(nx, ny, bands(field)));
  say(`picture in ${values.picture}`);
}

/** Walks along the branch through steady states of growing mean temperature, and the fold among them; gives λ there. */
function foldOf(
  problem: Bratu,
  means: readonly number[],
  visit: (lambda: number, hottest: number) => void,
): number {
  using branch = new Branch(problem);
  let [fold, before] = [Number.NaN, 0];
  for (const mean of means) {
    branch.goTo(mean);
    if (branch.slope < 0 && Number.isNaN(fold)) {
      branch.goToFold(before, mean);
      fold = problem.lambda;
      visit(problem.lambda, branch.x.max().value);
      branch.goTo(mean);
    }
    visit(problem.lambda, branch.x.max().value);
    before = mean;
  }
  return fold;
}

function main(): void {
  using fine = new Bratu(nx, ny);
  const say = (text: string) => {
    if (fine.grid.comm.rank === 0) console.log(text);
  };
  steadyState(say);

  const [lambdas, hottest] = [[0], [0]];
  const fold = foldOf(fine, MEANS, (lambda, max) => {
    lambdas.push(lambda);
    hottest.push(max);
  });
  say(`fold on this grid: λ = ${fold.toFixed(9)}`);
  const mark = { x: fold, y: hottest[lambdas.indexOf(fold)], label: `fold, λ = ${fold.toFixed(3)}` };
  if (values.branch !== "" && fine.grid.comm.rank === 0)
    writeFileSync(values.branch, plot(lambdas, hottest, { x: "λ", y: "hottest point" }, { mark }));

  // The error of the differences goes with the squared widths: a second grid gives what it is at width 0.
  using coarse = new Bratu(Math.ceil(nx / 2), Math.ceil(ny / 2));
  const coarseFold = foldOf(coarse, [0.45, 0.6], () => {});
  const [h, H] = [fine.squaredWidth, coarse.squaredWidth];
  const limit = (H * fold - h * coarseFold) / (H - h);
  const difference = limit - PUBLISHED_FOLD;
  say(`fold at width 0:   λ = ${limit.toFixed(6)}, published ${PUBLISHED_FOLD}`);
  if (!(Math.abs(difference) <= 5e-7 + 3 * H * h)) throw new Error(`the fold is missed by ${difference}`);
}

main();
