// Earthquake waves by halo exchange of PETSc's grids (DMDA).
//
//     npx tutti run -n 1 examples/12-waves.ts --seismogram trace.svg --snapshots field.svg --animation waves.svg
//     npx tutti run --engine mpi -n 4 examples/12-waves.ts --nx 400 --ny 240
//     npx tutti run --engine mpi -n 2 examples/12-waves.ts --check
//
// Waves of speed c in a basin, u_tt = c² Δu - σ u_t + source. A fault shakes one point (a Ricker wavelet, the pulse of
// seismology), a layer along the edges damps what arrives there (σ > 0), and a receiver writes down what it feels. Time
// goes in leapfrog steps: the new field follows from the last two and the five-point Laplacian. A step is: bring halos
// (one local vector, made once), apply the stencil to this rank's points, which is right for any division of the grid, in
// two dimensions too.
//
// The wave needs (distance to the receiver) / c + (delay of the pulse) to be seen. The default end lies behind that.
//
// The published program counted points as if the grid were divided into rows only, and stopped before the wave arrived.
//
// --check replaces source and layer by those of a known solution, u = sin(πx/Lx) sin(πy/Ly) cos(ωt) with damping, and
// halves the widths and the time step twice: the error must become four times smaller each time.

import { writeFileSync } from "node:fs";
import { world } from "tutti/comm";
import { DMDA, type StencilOperator, type Vec } from "tutti/petsc";
import { plot, strongest } from "./support/drawing.js";
import { animation, type Frame, sideBySide } from "./support/frames.js";
import { gatherField } from "./support/grid-field.js";
import { numberOption, options, wholeOption } from "./support/options.js";

const values = options({
  nx: "200",
  ny: "120",
  lx: "20000",
  ly: "12000",
  c: "1500",
  frequency: "0.7",
  absorb: "15",
  steps: "0",
  seismogram: "",
  snapshots: "",
  animation: "",
  check: false,
  time: false,
});

/** A basin: its grid, its size in metres, its speed of waves in m/s. */
interface Basin {
  readonly nx: number;
  readonly ny: number;
  readonly lx: number;
  readonly ly: number;
  readonly c: number;
}

/** Damping σ in 1/s at a place, and the source's acceleration there at a time. */
interface Forcing {
  damping(i: number, j: number): number;
  source(i: number, j: number, t: number): number;
}

/**
 * The wave field at two times, one step apart.
 *
 * The next one follows by (1 + d) u⁺ = 2 u + (c dt)² Δu - (1 - d) u⁻ with d = σ dt / 2: a stencil on u, one factor for what
 * it gives and one for what is kept of u⁻, whose place u⁺ takes.
 */
class Waves implements Disposable {
  readonly grid: DMDA;
  readonly hx: number;
  readonly hy: number;
  /** Number of steps done; the field's time is `step * dt`. */
  step = 0;
  readonly #local: Vec;
  readonly #stencil: StencilOperator;
  readonly #scale: Vec;
  readonly #keep: Vec;
  #now: Vec;
  #before: Vec;

  /** @param dt time step in s */
  constructor(
    readonly basin: Basin,
    readonly forcing: Forcing,
    readonly dt: number,
  ) {
    const { nx, ny, lx, ly, c } = basin;
    [this.hx, this.hy] = [lx / (nx - 1), ly / (ny - 1)];
    const limit = 1 / (c * Math.hypot(1 / this.hx, 1 / this.hy));
    if (dt > limit) throw new RangeError(`the step ${dt} is above the stable one, ${limit}`);
    this.grid = DMDA.create([nx, ny]);
    const [rx, ry] = [((c * dt) / this.hx) ** 2, ((c * dt) / this.hy) ** 2];
    this.#stencil = this.grid.stencil([
      [0, 0, 2 - 2 * rx - 2 * ry],
      [-1, 0, rx],
      [1, 0, rx],
      [0, -1, ry],
      [0, 1, ry],
    ]);
    this.#local = this.grid.createLocalVector();
    this.#now = this.grid.createGlobalVector();
    this.#before = this.grid.createGlobalVector();
    this.#scale = this.grid.createGlobalVector();
    this.fill(this.#scale, (i, j) => 1 / (1 + (forcing.damping(i, j) * dt) / 2));
    this.#keep = this.#scale.copy(); // -(1 - d) / (1 + d) = 1 - 2 / (1 + d)
    this.#keep.scale(-2);
    this.#keep.shift(1);
  }

  get field(): Vec {
    return this.#now;
  }

  /** Sets the field at time 0 and one step before. */
  start(now: (i: number, j: number) => number, before: (i: number, j: number) => number): void {
    this.fill(this.#now, now);
    this.fill(this.#before, before);
  }

  /** Sets this rank's entries of a vector by their place in the grid. */
  fill(vec: Vec, value: (i: number, j: number) => number): void {
    const entries = this.grid.array(vec);
    this.forEach((i, j) => {
      entries.set(value(i, j), i, j);
    });
  }

  /** Calls `visit` with each grid point of this rank. */
  forEach(visit: (i: number, j: number) => void): void {
    const { start, size } = this.grid.corners;
    for (let j = start[1]; j < start[1] + size[1]; j++)
      for (let i = start[0]; i < start[0] + size[0]; i++) visit(i, j);
  }

  /** One leapfrog step; the edges stay 0. `at` lists the grid points where the source acts. */
  advance(at: Iterable<readonly [i: number, j: number]>): void {
    this.grid.globalToLocal(this.#now, this.#local);
    this.#stencil.apply(this.#local, this.#before, { scale: this.#scale, keep: this.#keep });
    for (const point of at) this.#push(point);
    const next = this.#before;
    this.#before = this.#now;
    this.#now = next;
    this.step++;
  }

  /** Adds what the source does at a grid point in one step. */
  #push([i, j]: readonly [number, number]): void {
    const { grid, dt, step, forcing } = this;
    const next = grid.array(this.#before);
    const scale = grid.arrayRead(this.#scale).at(i, j);
    next.set(next.at(i, j) + dt * dt * scale * forcing.source(i, j, step * dt), i, j);
  }

  [Symbol.dispose](): void {
    const vectors = [this.#now, this.#before, this.#scale, this.#keep, this.#local];
    for (const object of [...vectors, this.grid]) object.destroy();
  }
}

/** The Ricker wavelet of a peak frequency, which is largest at time `delay`. */
function ricker(time: number, frequency: number, delay: number): number {
  const a = (Math.PI * frequency * (time - delay)) ** 2;
  return (1 - 2 * a) * Math.exp(-a);
}

/**
 * What the receiver feels in a basin without edges at a time: the pulse, spread out behind its front as waves in two
 * dimensions are, ∫ s(t - travel cosh θ) dθ / 2πc² over θ from 0.
 */
function endless(time: number, travel: number, c: number, pulse: (time: number) => number): number {
  const [most, parts] = [Math.acosh(Math.max(1, (time + 1) / travel)), 2000];
  let sum = 0;
  for (let k = 0; k < parts; k++) sum += pulse(time - travel * Math.cosh(((k + 0.5) * most) / parts));
  return (sum * most) / parts / (2 * Math.PI * c * c);
}

/** The largest error for a known solution on a grid of so many cells, at time 1. */
function errorOf(cells: number): number {
  const basin = { nx: 2 * cells + 1, ny: cells + 1, lx: 2, ly: 1, c: 1 };
  const [kx, ky, omega, sigma] = [Math.PI / 2, Math.PI, 3, 0.8];
  const shape = (i: number, j: number) => Math.sin((kx * i) / cells) * Math.sin((ky * j) / cells);
  const solution = (i: number, j: number, t: number) => shape(i, j) * Math.cos(omega * t);
  // what u_tt + σ u_t - c² Δu of this solution is
  const source = (i: number, j: number, t: number) =>
    shape(i, j) *
    ((kx ** 2 + ky ** 2 - omega ** 2) * Math.cos(omega * t) - sigma * omega * Math.sin(omega * t));
  const steps = 2 * cells;
  const dt = 1 / steps;
  using waves = new Waves(basin, { damping: () => sigma, source }, dt);
  waves.start(
    (i, j) => solution(i, j, 0),
    (i, j) => solution(i, j, -dt),
  );
  const inside: [number, number][] = [];
  waves.forEach((i, j) => {
    if (i > 0 && j > 0 && i < basin.nx - 1 && j < basin.ny - 1) inside.push([i, j]);
  });
  while (waves.step < steps) waves.advance(inside);
  const found = waves.grid.arrayRead(waves.field);
  let error = 0;
  waves.forEach((i, j) => {
    error = Math.max(error, Math.abs(found.at(i, j) - solution(i, j, 1)));
  });
  return waves.grid.comm.allreduce(error, { op: "max" });
}

/** Checks the order of convergence in space and time together. */
function check(say: (text: string) => void): void {
  let before = Number.NaN;
  for (const cells of [16, 32, 64]) {
    const error = errorOf(cells);
    const order = Math.log2(before / error);
    say(`${cells} cells: error ${error.toExponential(3)}${cells > 16 ? `, order ${order.toFixed(3)}` : ""}`);
    if (order < 1.9) throw new Error(`the order of convergence is ${order}, not 2`);
    before = error;
  }
}

/** The earthquake. */
function earthquake(say: (text: string) => void): void {
  const basin = {
    nx: wholeOption("nx", values.nx, 20),
    ny: wholeOption("ny", values.ny, 20),
    lx: numberOption("lx", values.lx, 0),
    ly: numberOption("ly", values.ly, 0),
    c: numberOption("c", values.c, 0),
  };
  const frequency = numberOption("frequency", values.frequency, 0);
  const absorb = wholeOption("absorb", values.absorb, 0);
  const { nx, ny, c } = basin;
  const [hx, hy] = [basin.lx / (nx - 1), basin.ly / (ny - 1)];
  const dt = 0.6 / (c * Math.hypot(1 / hx, 1 / hy));
  const place = (x: number, y: number) => [Math.round(x * (nx - 1)), Math.round(y * (ny - 1))] as const;
  const [source, receiver] = [place(0.25, 0.5), place(0.8, 0.5)];
  const delay = 1.2 / frequency;
  const travel = Math.hypot((receiver[0] - source[0]) * hx, (receiver[1] - source[1]) * hy) / c;
  const steps = wholeOption("steps", values.steps, 0) || Math.ceil((travel + 2.5 * delay) / dt);

  // Damping grows with the square of the depth in the layer, from 0: waves enter it almost without reflection.
  const depth = (i: number, j: number) => Math.max(0, absorb - Math.min(i, j, nx - 1 - i, ny - 1 - j));
  const strongestDamping = absorb === 0 ? 0 : (3 * c * Math.log(1000)) / (2 * absorb * Math.min(hx, hy));
  using waves = new Waves(
    basin,
    {
      damping: (i, j) => (absorb === 0 ? 0 : strongestDamping * (depth(i, j) / absorb) ** 2),
      // a square kilometre shaken, all of it at one point
      source: (_i, _j, t) => (1e6 / (hx * hy)) * ricker(t, frequency, delay),
    },
    dt,
  );
  const { grid } = waves;
  const { comm, corners } = grid;
  const owns = ([i, j]: readonly [number, number]) =>
    [i, j].every((at, axis) => at >= corners.start[axis] && at < corners.start[axis] + corners.size[axis]);
  const here = owns(source) ? [source] : [];

  const trace = new Float64Array(steps);
  const frames: Frame[] = [];
  const frameAt = (step: number) => Math.floor((8 * step) / steps);
  const pictured = values.snapshots !== "" || values.animation !== "";
  comm.barrier();
  const begin = comm.wtime();
  while (waves.step < steps) {
    waves.advance(here);
    if (owns(receiver)) trace[waves.step - 1] = grid.arrayRead(waves.field).at(...receiver);
    if (pictured && frameAt(waves.step) > frameAt(waves.step - 1)) {
      const field = gatherField(grid, waves.field);
      if (field !== undefined) frames.push({ ...field, time: waves.step * dt });
    }
  }
  const seconds = comm.wtime() - begin;
  // only the receiver's rank has entries that are not 0
  comm.allreduce(trace, { out: trace });

  const peak = strongest(trace);
  const arrival = trace.findIndex((u) => Math.abs(u) > 0.05 * peak);
  const times = Float64Array.from(trace, (_, k) => (k + 1) * dt);
  say(`${nx} × ${ny} points, ${steps} steps of ${dt.toFixed(5)} s to ${(steps * dt).toFixed(2)} s`);
  say(`the peak of the pulse travels ${travel.toFixed(2)} s and leaves at ${delay.toFixed(2)} s`);
  say(`receiver: first motion at ${times[arrival].toFixed(2)} s, peak ${peak.toExponential(9)}`);
  const pulse = (t: number) => 1e6 * ricker(t, frequency, delay);
  // what comes back from the layers, which are never quite black, takes at least as long as by a mirror at their front
  const echo = Math.min(
    ...[0, 1].flatMap((axis) => {
      const [h, n] = [[hx, hy][axis], grid.sizes[axis]];
      const along = (receiver[1 - axis] - source[1 - axis]) * [hy, hx][axis];
      const sum = source[axis] + receiver[axis];
      return [sum - 2 * absorb, 2 * (n - 1 - absorb) - sum].map(
        (across) => Math.hypot(along, across * h) / c,
      );
    }),
  );
  const direct = times.filter((t) => t < echo);
  const exact = direct.map((t) => endless(t, travel, c, pulse));
  const miss = strongest(exact.map((u, k) => u - trace[k])) / strongest(exact);
  say(
    `until ${echo.toFixed(2)} s, largest difference to waves without edges: ${(100 * miss).toFixed(1)} % of their peak`,
  );
  say(`norm of the field at the end ${waves.field.norm().toExponential(9)}`);
  if (values.time) say(`${((1e6 * seconds) / steps).toFixed(2)} µs a step`);
  if (comm.rank !== 0) return;
  if (values.seismogram !== "")
    writeFileSync(values.seismogram, plot(times, trace, { x: "time in s", y: "at the receiver" }));
  if (values.snapshots !== "") writeFileSync(values.snapshots, sideBySide(frames));
  if (values.animation !== "") writeFileSync(values.animation, animation(frames));
}

function main(): void {
  const { rank } = world();
  const say = (text: string) => {
    if (rank === 0) console.log(text);
  };
  if (values.check) check(say);
  else earthquake(say);
}

main();
