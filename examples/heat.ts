// The heat equation in two dimensions by domain decomposition.
//
//     npx tutti run -n 4 examples/heat.ts --cells 64 --refine 3 --picture heat.svg
//
// A square plate, its edges kept at 0, starts with the temperature sin(mπx) sin(nπy) and cools by u_t = κ Δu.
// Finite differences turn this into: the new value of a point is a mean of its old value and those of its four
// neighbours. Ranks form a grid over the plate; each owns a rectangle of points, surrounded by a halo one point
// wide that holds copies of the neighbours' outermost points. A step is: exchange halos, then update, as if alone.
//
// Three checks. A Fourier mode is an eigenvector of the discrete equation, so that the exact discrete result is
// known: each step multiplies it by 1 - κ dt (λx + λy) with λx = (2 sin(mπh/2) / h)². The continuous result is
// known, too: the mode decays like exp(-κ (m² + n²) π² t). And since dt goes with h², halving h must make the
// difference to it four times smaller.

import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { PROC_NULL, world } from "tutti/comm";

const { values } = parseArgs({
  options: {
    cells: { type: "string", default: "64" },
    refine: { type: "string", default: "1" },
    m: { type: "string", default: "1" },
    n: { type: "string", default: "2" },
    time: { type: "string", default: "0.02" },
    kappa: { type: "string", default: "1" },
    picture: { type: "string" },
  },
});
const [cells, refine, m, n] = [
  whole("cells", values.cells, 2),
  whole("refine", values.refine, 1),
  whole("m", values.m, 1),
  whole("n", values.n, 1),
];
const [time, kappa] = [positive("time", values.time), positive("kappa", values.kappa)];
if (Math.max(m, n) >= cells) throw new RangeError(`--cells must be more than --m and --n, found ${cells}`);

const comm = world();

// The grid of ranks, as square as the number of ranks allows: squares have the shortest halos for their area.
let gridRows = Math.floor(Math.sqrt(comm.size));
while (comm.size % gridRows !== 0) gridRows--;
const gridColumns = comm.size / gridRows;
const gridRow = Math.floor(comm.rank / gridColumns);
const gridColumn = comm.rank % gridColumns;
if (cells - 1 < gridColumns)
  throw new RangeError(`--cells must be more than the ${gridColumns} ranks side by side, found ${cells}`);

// At the edge of the plate the neighbour is PROC_NULL, nobody: messages from and to it do nothing, and the halo
// there keeps the 0 of the boundary condition. So the code below has no special cases.
const up = gridRow > 0 ? comm.rank - gridColumns : PROC_NULL;
const down = gridRow < gridRows - 1 ? comm.rank + gridColumns : PROC_NULL;
const left = gridColumn > 0 ? comm.rank - 1 : PROC_NULL;
const right = gridColumn < gridColumns - 1 ? comm.rank + 1 : PROC_NULL;

/** A rank's rectangle of the inner points of a plate, row by row, with its halo; x goes along a row. */
class Block {
  readonly rows: number;
  readonly columns: number;
  /** Numbers of the first owned row and column among the inner points of the plate. */
  readonly firstRow: number;
  readonly firstColumn: number;
  /** Length of a row with its halo. */
  readonly stride: number;
  private old: Float64Array;
  private new: Float64Array;
  private readonly leaving: Float64Array;
  private readonly arriving: Float64Array;

  constructor(inner: number) {
    const share = (part: number, parts: number) => Math.floor((part * inner) / parts);
    this.firstRow = share(gridRow, gridRows);
    this.firstColumn = share(gridColumn, gridColumns);
    this.rows = share(gridRow + 1, gridRows) - this.firstRow;
    this.columns = share(gridColumn + 1, gridColumns) - this.firstColumn;
    this.stride = this.columns + 2;
    this.old = new Float64Array((this.rows + 2) * this.stride);
    this.new = new Float64Array(this.old.length);
    this.leaving = new Float64Array(this.rows);
    this.arriving = new Float64Array(this.rows);
  }

  get values(): Float64Array {
    return this.old;
  }

  /** Calls `visit` with each owned point's place in `values` and its row and column among the inner points of the plate. */
  forEach(visit: (at: number, row: number, column: number) => void): void {
    for (let i = 0; i < this.rows; i++)
      for (let j = 0; j < this.columns; j++)
        visit((i + 1) * this.stride + j + 1, this.firstRow + i, this.firstColumn + j);
  }

  /** Everybody sends up and receives from below, then the other way round, then both ways sideways. */
  exchangeHalos(): void {
    const { rows, columns } = this;
    comm.sendrecv(this.row(1), up, this.row(rows + 1), down);
    comm.sendrecv(this.row(rows), down, this.row(0), up);
    this.shiftColumn(1, left, columns + 1, right);
    this.shiftColumn(columns, right, 0, left);
  }

  /** One step of explicit Euler with r = κ dt / h². */
  step(r: number): void {
    const { rows, columns, stride, old: u, new: v } = this;
    for (let i = 1; i <= rows; i++) {
      for (let at = i * stride + 1, end = at + columns; at < end; at++)
        v[at] = u[at] + r * (u[at - stride] + u[at + stride] + u[at - 1] + u[at + 1] - 4 * u[at]);
    }
    [this.old, this.new] = [this.new, this.old];
  }

  /** The owned points of a row lie side by side and go as they are; a view of them costs nothing. */
  private row(i: number): Float64Array {
    return this.old.subarray(i * this.stride + 1, i * this.stride + 1 + this.columns);
  }

  /** The points of a column are a row apart: they are packed before they go, and unpacked where they arrive. */
  private shiftColumn(from: number, dest: number, to: number, source: number): void {
    const { rows, stride, old, leaving, arriving } = this;
    for (let i = 0; i < rows; i++) leaving[i] = old[(i + 1) * stride + from];
    comm.sendrecv(leaving, dest, arriving, source);
    if (source !== PROC_NULL) for (let i = 0; i < rows; i++) old[(i + 1) * stride + to] = arriving[i];
  }
}

/** Cools a plate of `cells` × `cells` cells down; gives its block and the largest errors of all ranks. */
function cool(cells: number) {
  const h = 1 / cells;
  // Explicit Euler is stable up to r = 1/4; a whole number of steps ends exactly at `time`.
  const steps = Math.ceil((kappa * time) / (0.2 * h * h));
  const r = (kappa * time) / (steps * h * h);
  const block = new Block(cells - 1);
  const mode = (row: number, column: number) =>
    Math.sin(m * Math.PI * h * (column + 1)) * Math.sin(n * Math.PI * h * (row + 1));

  block.forEach((at, row, column) => {
    block.values[at] = mode(row, column);
  });
  comm.barrier();
  const start = comm.wtime();
  for (let step = 0; step < steps; step++) {
    block.exchangeHalos();
    block.step(r);
  }
  const seconds = comm.allreduce(comm.wtime() - start, { op: "max" });

  const sine = (k: number) => 2 * Math.sin((k * Math.PI * h) / 2);
  const discrete = (1 - r * (sine(m) ** 2 + sine(n) ** 2)) ** steps;
  const continuous = Math.exp(-kappa * (m * m + n * n) * Math.PI ** 2 * time);
  const errors = new Float64Array(2);
  block.forEach((at, row, column) => {
    const u = block.values[at];
    const u0 = mode(row, column);
    errors[0] = Math.max(errors[0], Math.abs(u - discrete * u0));
    errors[1] = Math.max(errors[1], Math.abs(u - continuous * u0));
  });
  comm.allreduce(errors, { op: "max", out: errors });
  return { block, steps, seconds, discreteError: errors[0], continuousError: errors[1] };
}

if (comm.rank === 0) console.log(`${gridRows} × ${gridColumns} ranks, mode (${m}, ${n}), time ${time}`);
let before = Number.NaN;
for (let level = 0; level < refine; level++) {
  const size = cells * 2 ** level;
  const { block, steps, seconds, discreteError, continuousError } = cool(size);
  if (comm.rank === 0) {
    const order = level === 0 ? "" : `, order ${Math.log2(before / continuousError).toFixed(3)}`;
    const rate = ((steps * (size - 1) ** 2) / seconds / 1e6).toFixed(0);
    console.log(
      `${size} × ${size} cells, ${steps} steps: error to the discrete solution ${discreteError.toExponential(1)}, ` +
        `to the continuous one ${continuousError.toExponential(3)}${order} (${rate} million points/s)`,
    );
  }
  before = continuousError;
  // The difference scheme is followed to rounding, or something is wrong with the halos.
  if (discreteError > 1e-12) throw new Error(`the discrete solution is missed by ${discreteError}`);
  if (values.picture !== undefined && level === refine - 1) picture(values.picture, block, size - 1);
}

/** Gathers the field on rank 0, which draws it. Collective. */
function picture(file: string, block: Block, inner: number): void {
  const mine = new Float64Array(block.rows * block.columns);
  let next = 0;
  block.forEach((at) => {
    mine[next++] = block.values[at];
  });
  const places = comm.gatherObject([block.firstRow, block.firstColumn, block.rows, block.columns]);
  const all = comm.gather(mine, { counts: comm.allgather(Int32Array.of(mine.length)) });
  if (!places || !all) return;

  const field = new Float64Array(inner * inner);
  let from = 0;
  for (const [firstRow, firstColumn, rows, columns] of places) {
    for (let i = 0; i < rows; i++, from += columns)
      field.set(all.subarray(from, from + columns), (firstRow + i) * inner + firstColumn);
  }
  writeFileSync(file, drawing(field, inner));
  console.log(`picture in ${file}`);
}

/** The field as an SVG drawing in bands of colour, from blue (the coldest) through white (0) to red (the hottest). */
function drawing(field: Float64Array, inner: number): string {
  const BANDS = 10; // on either side of 0
  const most = field.reduce((most, u) => Math.max(most, Math.abs(u)), Number.MIN_VALUE);
  const paths = new Map<number, string>();
  for (let row = 0; row < inner; row++) {
    for (let column = 0, start = 0; column < inner; column = start) {
      const bandOf = (at: number) => Math.round((field[row * inner + at] / most) * BANDS);
      const band = bandOf(column);
      for (start = column + 1; start < inner && bandOf(start) === band; ) start++;
      // y grows upwards in the plate and downwards in a drawing
      const run = `M${column} ${inner - 1 - row}h${start - column}v1h${column - start}z`;
      paths.set(band, (paths.get(band) ?? "") + run);
    }
  }
  const colour = (band: number) => {
    const pale = Math.round(255 * (1 - Math.abs(band) / BANDS));
    return band > 0 ? `rgb(255,${pale},${pale})` : `rgb(${pale},${pale},255)`;
  };
  const shapes = Array.from(paths, ([band, d]) => `<path fill="${colour(band)}" d="${d}"/>`).join("\n");
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${inner} ${inner}" width="512" height="512" ` +
    `shape-rendering="crispEdges">\n${shapes}\n</svg>\n`
  );
}

function whole(name: string, text: string, least: number): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= least) return number;
  throw new RangeError(`--${name} must be a whole number from ${least}, found ${text}`);
}

function positive(name: string, text: string): number {
  const number = Number(text);
  if (number > 0 && number < Number.POSITIVE_INFINITY) return number;
  throw new RangeError(`--${name} must be a positive number, found ${text}`);
}
