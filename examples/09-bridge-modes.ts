// The vibrations of a bridge deck: a generalised eigenvalue problem, solved by SLEPc.
//
//     npx tutti run --engine mpi -n 4 examples/09-bridge-modes.ts --modes 6 --refine 3 --picture modes.svg
//
// A rectangular deck whose edges are held vibrates in modes: shapes u that move up and down as a whole, each with its
// frequency. For waves of speed c they fulfil -c² Δu = ω² u, with f = ω / 2π. The deck is cut into cells of hx × hy
// around nx × ny inner points; each cell balances its inertia with the forces across its sides, which gives
//
//     K u = λ M u,   f = c √λ / 2π,   M = area of the cell,   K = area · five-point Laplacian.
//
// Both matrices belong to cells, so both carry the area hx hy: then λ approaches the continuous problem's as the cells
// shrink. (With the area in M alone, or in K alone, λ is off by that factor and the frequencies run away.)
//
// The lowest modes are wanted. Krylov methods find the largest eigenvalues easily, so SLEPc works on (K - σM)⁻¹ M with
// σ = 0, shift-and-invert, which turns the smallest λ into the largest 1 / λ. All of SLEPc's options work: -eps_type,
// -eps_monitor, -st_pc_type …
//
// Three checks. On a rectangle the discrete problem has a closed form, λ = (4/hx²) sin²(mπhx/2Lx) + (4/hy²) sin²(nπhy/2Ly),
// with shapes sin(mπx/Lx) sin(nπy/Ly). And halving hx and hy must bring f four times closer to the continuous frequency
// (c/2) √((m/Lx)² + (n/Ly)²).

import { writeFileSync } from "node:fs";
import { world } from "tutti/comm";
import { Mat, Scatter, type Vec } from "tutti/petsc";
import { EPS } from "tutti/slepc";
import { bands, svg } from "./support/drawing.js";
import { numberOption, options, wholeOption } from "./support/options.js";

const given = options({
  nx: "59",
  ny: "19",
  lx: "30",
  ly: "10",
  speed: "1",
  modes: "6",
  refine: "1",
  picture: "",
});
const [lx, ly] = [numberOption("lx", given.lx, 0), numberOption("ly", given.ly, 0)];
const speed = numberOption("speed", given.speed, 0);
const refine = wholeOption("refine", given.refine, 1);
let [nx, ny] = [wholeOption("nx", given.nx, 1), wholeOption("ny", given.ny, 1)];
const wanted = wholeOption("modes", given.modes, 1);
if (wanted > nx * ny)
  throw new RangeError(`--modes must be at most the ${nx * ny} points of the grid, found ${wanted}`);

const comm = world();
const say = (line: string) => {
  if (comm.rank === 0) console.log(line);
};

/** A grid of inner points; point (i, j) is unknown j nx + i, and ranks have contiguous parts of them. */
interface Grid {
  readonly nx: number;
  readonly ny: number;
  readonly hx: number;
  readonly hy: number;
}

/** A mode of the closed form: `m` half-waves along the deck and `n` across. */
interface Mode {
  readonly m: number;
  readonly n: number;
  readonly lambda: number;
}

/** Stiffness and mass of the cells. Collective. */
function matrices({ nx, ny, hx, hy }: Grid): { stiffness: Mat; mass: Mat } {
  const area = hx * hy;
  const [alongX, alongY] = [area / hx ** 2, area / hy ** 2];
  const stiffness = Mat.createAIJ(nx * ny, { nnz: 5 });
  const mass = Mat.createAIJ(nx * ny, { nnz: [1, 0] });
  const [begin, end] = stiffness.ownershipRange;
  for (let row = begin; row < end; row++) {
    const [i, j] = [row % nx, Math.floor(row / nx)];
    // neighbours beyond the edges are points of the edge, where u = 0
    if (j > 0) stiffness.setValue(row, row - nx, -alongY);
    if (i > 0) stiffness.setValue(row, row - 1, -alongX);
    stiffness.setValue(row, row, 2 * (alongX + alongY));
    if (i < nx - 1) stiffness.setValue(row, row + 1, -alongX);
    if (j < ny - 1) stiffness.setValue(row, row + nx, -alongY);
    mass.setValue(row, row, area);
  }
  stiffness.assemble();
  mass.assemble();
  return { stiffness, mass };
}

/** The closed form's modes with the lowest frequencies, and enough above them to find those that share a frequency. */
function closedForm({ nx, ny, hx, hy }: Grid): Mode[] {
  const most = wanted + 8; // mode number k has m n ≤ k, since λ grows with m and with n
  const modes: Mode[] = [];
  for (let m = 1; m <= Math.min(nx, most); m++) {
    for (let n = 1; n <= Math.min(ny, most); n++) {
      const [a, b] = [Math.sin((m * Math.PI * hx) / (2 * lx)), Math.sin((n * Math.PI * hy) / (2 * ly))];
      modes.push({ m, n, lambda: ((2 * a) / hx) ** 2 + ((2 * b) / hy) ** 2 });
    }
  }
  return modes.sort((a, b) => a.lambda - b.lambda);
}

const frequency = (lambda: number) => (speed * Math.sqrt(lambda)) / (2 * Math.PI);
const continuous = ({ m, n }: Mode) => (speed / 2) * Math.hypot(m / lx, n / ly);

/**
 * Makes the largest entry of a mode's shape about 1, upwards where the closed form is, and gives the part of it that is
 * none of the closed form's shapes for this eigenvalue. (Modes that share a frequency may come mixed.) Collective.
 */
function compareShape({ nx, ny }: Grid, u: Vec, own: Mode, modes: readonly Mode[]): number {
  const same = modes.filter((mode) => mode === own || Math.abs(mode.lambda / own.lambda - 1) < 0.01);
  using shape = u.duplicate();
  using rest = u.copy();
  const [begin] = u.ownershipRange;
  let sign = 1;
  for (const mode of same) {
    const { m, n } = mode;
    for (const [k] of shape.array.entries()) {
      const [i, j] = [(begin + k) % nx, Math.floor((begin + k) / nx)];
      const [x, y] = [(i + 1) / (nx + 1), (j + 1) / (ny + 1)];
      shape.array[k] = Math.sin(m * Math.PI * x) * Math.sin(n * Math.PI * y);
    }
    const share = u.dot(shape) / shape.dot(shape);
    if (mode === own && share < 0) sign = -1;
    rest.axpy(-share, shape);
  }
  const error = rest.norm() / u.norm();
  u.scale(sign / u.norm("infinity"));
  return error;
}

// the picture: panels of the deck's own shape, two side by side
const [COLUMNS, PANEL] = [Math.min(2, wanted), 400];
const panelHeight = (PANEL - 20) * Math.min(1, ly / lx) + 40;
const panels: string[] = [];
const before = new Map<string, number>(); // distances by mode, one grid before
for (let level = 0; level < refine; level++, nx = 2 * nx + 1, ny = 2 * ny + 1) {
  const grid: Grid = { nx, ny, hx: lx / (nx + 1), hy: ly / (ny + 1) };
  const { stiffness, mass } = matrices(grid);
  using eps = EPS.create();
  eps.setOperators(stiffness, mass);
  eps.setProblemType("ghep");
  eps.setWhichEigenpairs("target-magnitude");
  eps.setTarget(0);
  eps.st.setType("sinvert");
  eps.setDimensions(wanted);
  eps.setTolerances({ tol: 1e-10 });
  eps.setFromOptions();
  const { converged, reason, iterations } = eps.solve();
  say(
    `${nx} × ${ny} points, ${eps.type} with ${eps.st.type}: ${converged} modes in ${iterations} iterations, ${reason}`,
  );
  if (converged < wanted) throw new Error(`only ${converged} of ${wanted} modes have converged`);

  const expected = closedForm(grid);
  const { right: u, left: unused } = stiffness.createVecs();
  const { scatter, target: whole } = Scatter.toZero(u);
  for (let p = 0; p < wanted; p++) {
    const own = expected[p];
    const lambda = eps.getEigenpair(p, u).real;
    const error = Math.abs(lambda / own.lambda - 1);
    const f = frequency(lambda);
    const distance = Math.abs(f / continuous(own) - 1);
    const name = `(${own.m}, ${own.n})`;
    const coarser = before.get(name);
    const order = coarser === undefined ? "" : `, order ${Math.log2(coarser / distance).toFixed(3)}`;
    before.set(name, distance);
    const shapeError = compareShape(grid, u, own, expected);
    say(
      `  mode ${p + 1} ${name}: λ = ${lambda.toPrecision(8)}, f = ${f.toPrecision(8)} Hz, error to the closed form ` +
        `${error.toExponential(1)}, of its shape ${shapeError.toExponential(1)}, to the continuous frequency ` +
        `${distance.toExponential(3)}${order}`,
    );
    if (error > 1e-7)
      throw new Error(`the closed form of mode ${p + 1}, ${own.lambda}, is missed: ${lambda}`);
    if (level < refine - 1) continue;
    scatter.scatter(u, whole);
    if (comm.rank !== 0) continue;
    const field = Float64Array.from(whole.arrayRead);
    if (p === 0) crossSection(field, grid);
    panels.push(panel(field, grid, p, `mode ${p + 1} ${name}: ${f.toPrecision(5)} Hz`));
  }
  for (const object of [u, unused, scatter, whole, stiffness, mass]) object.destroy();
}
if (given.picture !== "" && comm.rank === 0) {
  writeFileSync(
    given.picture,
    svg(COLUMNS * PANEL, Math.ceil(wanted / COLUMNS) * panelHeight, panels.join("\n")),
  );
  console.log(`picture in ${given.picture}`);
}

/** Prints a mode along the middle of the deck. */
function crossSection(field: Float64Array, { nx, ny }: Grid): void {
  const middle = Math.floor((ny - 1) / 2) * nx;
  const steps = Math.min(nx - 1, 10) || 1;
  const places = Array.from({ length: steps + 1 }, (_, k) => Math.round((k * (nx - 1)) / steps));
  console.log(`  mode 1 along the deck: ${places.map((i) => field[middle + i].toFixed(3)).join(" ")}`);
}

/** One mode in the picture: red where the deck is up, blue where it is down. */
function panel(values: Float64Array, { nx, ny }: Grid, p: number, caption: string): string {
  const [left, top] = [(p % COLUMNS) * PANEL + 10, Math.floor(p / COLUMNS) * panelHeight + 30];
  const [width, height] = [PANEL - 20, panelHeight - 40];
  const box = `x="${left}" y="${top}" width="${width}" height="${height}"`;
  return [
    `<text x="${left}" y="${top - 8}" font-family="sans-serif" font-size="14">${caption}</text>`,
    `<svg ${box} viewBox="0 0 ${nx} ${ny}" preserveAspectRatio="none" shape-rendering="crispEdges">`,
    bands({ values, nx, ny }, 1),
    "</svg>",
    `<rect ${box} fill="none" stroke="grey"/>`,
  ].join("\n");
}
