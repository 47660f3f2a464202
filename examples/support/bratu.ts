// The Bratu problem, -Δu = λ exp(u) with u = 0 at the edges of the unit square, by differences of second order.

import { DMDA, type GridArray, type Mat, SNES, type StencilArray, type Vec } from "tutti/petsc";
import { forEachEdgePoint, type Inside, insideOf } from "./grid-points.js";

/** The grid points of a row of the Jacobian: below, left, the point itself, right, above. */
const FIVE_POINTS = [
  [0, -1],
  [-1, 0],
  [0, 0],
  [1, 0],
  [0, 1],
];

/** The discrete problem on a grid of nx × ny points, for any λ. */
export class Bratu implements Disposable {
  lambda = 0;
  readonly grid: DMDA;
  readonly snes = SNES.create();
  readonly jacobian: Mat;
  readonly #local: Vec;
  readonly #hx: number;
  readonly #hy: number;

  constructor(nx: number, ny: number) {
    this.grid = DMDA.create([nx, ny]);
    [this.#hx, this.#hy] = this.grid.sizes.map((n) => 1 / (n - 1));
    this.#local = this.grid.createLocalVector();
    this.jacobian = this.grid.createMatrix();
    const { snes } = this;
    snes.setDM(this.grid);
    snes.setFunction((x, f) => this.residual(x, f));
    snes.setJacobian((x) => this.linearize(x), this.jacobian);
    snes.setTolerances({ rtol: 1e-13 });
    // A direct solver, which does not mind that the Jacobian is nearly singular about the fold; options may change it.
    snes.ksp.setType("preonly");
    // On more ranks each factors the whole: in two dimensions that is little work and saves most messages.
    snes.ksp.pc.setType(this.grid.comm.size > 1 ? "redundant" : "lu");
    snes.ksp.setTolerances({ rtol: 1e-10 });
    snes.setFromOptions();
  }

  /** h² times the sum of squares of both widths, with which the error of λ at the fold grows. */
  get squaredWidth(): number {
    return this.#hx ** 2 + this.#hy ** 2;
  }

  /** f ← -Δx - λ exp(x), times the area of a cell; at the edge, x itself, times the diagonal of the others. */
  residual(x: Vec, f: Vec): void {
    const { grid, lambda } = this;
    grid.globalToLocal(x, this.#local);
    // PETSc's exp of a whole vector takes half the time of Math.exp of each entry
    x.copy(f);
    f.exp();
    const [u, r] = [grid.arrayRead(this.#local), grid.array(f)];
    subtractLaplacian(u, r, insideOf(grid), this.#hx, this.#hy, lambda);
    const diagonal = this.#diagonal;
    forEachEdgePoint(grid, (i, j) => r.set(diagonal * u.at(i, j), i, j));
  }

  /** Computes the Jacobian of the residual at x. The stencil's places beyond the edge are left out by themselves. */
  linearize(x: Vec): void {
    const { grid, jacobian, lambda } = this;
    const entries = grid.stencilArray(jacobian, FIVE_POINTS);
    setRows(entries, grid.arrayRead(x), insideOf(grid), this.#hx, this.#hy, lambda);
    const diagonal = this.#diagonal;
    forEachEdgePoint(grid, (i, j) => entries.set(diagonal, 2, i, j));
    entries.assemble();
  }

  /** f ← the derivative of the residual with respect to λ. */
  residualByLambda(x: Vec, f: Vec): void {
    const { grid } = this;
    x.copy(f);
    f.exp();
    f.scale(-this.#hx * this.#hy);
    const r = grid.array(f);
    forEachEdgePoint(grid, (i, j) => r.set(0, i, j));
  }

  /** What the Laplacian has on the diagonal, times the area of a cell. */
  get #diagonal(): number {
    return 2 * (this.#hy / this.#hx + this.#hx / this.#hy);
  }

  [Symbol.dispose](): void {
    for (const object of [this.snes, this.jacobian, this.#local, this.grid]) object.destroy();
  }
}

/*
 * The two loops over the grid. Each is a function of its own, which V8 compiles while it runs for the first time.
 */

/** The residual inside the edges, where r is exp(u) at first. */
function subtractLaplacian(
  u: GridArray,
  r: GridArray,
  { left, right, bottom, top }: Inside,
  hx: number,
  hy: number,
  lambda: number,
): void {
  const [alongX, alongY, heat] = [hy / hx, hx / hy, hx * hy * lambda];
  // The fastest way through a grid: p and q are the places of a point in the two arrays, and its neighbours below and
  // above are the length of a row away.
  const [from, to, row] = [u.data, r.data, u.strideY];
  for (let j = bottom; j < top; j++) {
    const end = u.index(right, j);
    for (let p = u.index(left, j), q = r.index(left, j); p < end; p++, q++) {
      const horizontal = (2 * from[p] - from[p - 1] - from[p + 1]) * alongX;
      const vertical = (2 * from[p] - from[p - row] - from[p + row]) * alongY;
      to[q] = horizontal + vertical - heat * to[q];
    }
  }
}

/** The rows of the Jacobian inside the edges. */
function setRows(
  entries: StencilArray,
  u: GridArray,
  { left, right, bottom, top }: Inside,
  hx: number,
  hy: number,
  lambda: number,
): void {
  const [alongX, alongY, heat] = [hy / hx, hx / hy, hx * hy * lambda];
  for (let j = bottom; j < top; j++) {
    for (let i = left; i < right; i++) {
      entries.set(-alongY, 0, i, j);
      entries.set(-alongX, 1, i, j);
      entries.set(2 * (alongX + alongY) - heat * Math.exp(u.at(i, j)), 2, i, j);
      entries.set(-alongX, 3, i, j);
      entries.set(-alongY, 4, i, j);
    }
  }
}
