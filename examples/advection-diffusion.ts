// Advection, diffusion and reaction on a ring, by PETSc's time integrators.
//
//     npx tutti run --engine mpi -n 4 examples/advection-diffusion.ts --points 64 --refine 3
//
// A substance is carried along a ring with velocity c, spreads with diffusivity κ and decays with rate ρ:
// u_t = -c u_x + κ u_xx - ρ u. Diffusion is stiff, its time scale h²/κ far below that of everything else: treated
// explicitly it would dictate tiny steps. Advection is not, and explicit methods treat it well. An IMEX method does each
// in its own way; TS is told so by two functions, F(t, u, u') = u' - κ u_xx + ρ u, implicit, and G(t, u) = -c u_x,
// explicit.
//
// Two checks. A sine wave on a ring is an eigenvector of central differences, so the solution of the equations that are
// left after discretising in space is known: what the program differs from it is the error of time integration alone,
// and must shrink with the order of the method. The solution of the differential equation is known, too: the rest of
// the error must shrink with h².
//
// Options of PETSc work: -ts_type, -ts_arkimex_type, -ts_monitor, -ksp_type, -log_view.

import { parseArgs } from "node:util";
import { world } from "tutti/comm";
import { DMDA, options, TS } from "tutti/petsc";

const { values } = parseArgs({
  options: {
    points: { type: "string", default: "64" },
    refine: { type: "string", default: "3" },
    steps: { type: "string", default: "10" },
    waves: { type: "string", default: "2" },
    time: { type: "string", default: "0.25" },
    velocity: { type: "string", default: "1" },
    diffusivity: { type: "string", default: "0.01" },
    rate: { type: "string", default: "0.5" },
  },
  strict: false, // what is left over is for PETSc
});
const whole = (name: "points" | "refine" | "steps" | "waves", least: number) => {
  const number = Number(values[name]);
  if (Number.isSafeInteger(number) && number >= least) return number;
  throw new RangeError(`--${name} must be a whole number from ${least}, found ${values[name]}`);
};
const real = (name: "time" | "velocity" | "diffusivity" | "rate") => {
  const number = Number(values[name]);
  if (number >= 0 && number < Number.POSITIVE_INFINITY) return number;
  throw new RangeError(`--${name} must be a number from 0, found ${values[name]}`);
};
const [points, refine, steps, waves] = [
  whole("points", 8),
  whole("refine", 1),
  whole("steps", 1),
  whole("waves", 1),
];
const [time, c, kappa, rho] = [real("time"), real("velocity"), real("diffusivity"), real("rate")];

const comm = world();
const k = 2 * Math.PI * waves;
options.set("-ts_adapt_type", "none"); // steps of one length show the order

/** Integrates on `n` points with `count` steps; the largest differences from both solutions. */
function integrate(n: number, count: number): { inTime: number; inAll: number } {
  const h = 1 / n;
  using da = DMDA.create([n], { comm, boundary: "periodic" });
  using u = da.createGlobalVector();
  using local = da.createLocalVector();
  const [begin] = da.corners.start;
  const [own] = da.corners.size;

  using ts = TS.create(comm);
  ts.setDM(da);
  ts.setType("arkimex");
  ts.setRHSFunction((_, u, g) => {
    da.globalToLocal(u, local);
    const [at, into] = [da.arrayRead(local), da.array(g)];
    for (let i = begin; i < begin + own; i++) into.set((-c * (at.at(i + 1) - at.at(i - 1))) / (2 * h), i);
  });
  ts.setIFunction((_, u, uDot, f) => {
    da.globalToLocal(u, local);
    const [at, rate, into] = [da.arrayRead(local), da.arrayRead(uDot), da.array(f)];
    for (let i = begin; i < begin + own; i++) {
      const bend = (at.at(i + 1) - 2 * at.at(i) + at.at(i - 1)) / h ** 2;
      into.set(rate.at(i) - kappa * bend + rho * at.at(i), i);
    }
  });
  ts.setIJacobian((_time, _u, _uDot, shift, matrix) => {
    const beside = -kappa / h ** 2;
    for (let i = begin; i < begin + own; i++) {
      const places = [i - 1, 0, 0, 0, i, 0, 0, 0, i + 1, 0, 0, 0];
      matrix.setRowStencil([i], places, [beside, shift - 2 * beside + rho, beside]);
    }
    matrix.assemble();
  });
  ts.snes.ksp.setTolerances({ rtol: 1e-12 });
  ts.snes.setTolerances({ rtol: 1e-12 });
  ts.setTimeStep(time / count);
  ts.setMaxTime(time);
  ts.setExactFinalTime("matchstep");
  ts.setFromOptions();

  for (let i = 0; i < own; i++) u.array[i] = Math.sin(k * h * (begin + i));
  const { converged, reason } = ts.solve(u);
  if (!converged) throw new Error(`the integration has ended with ${reason}`);

  // central differences see the wave with another speed and another diffusion
  const speed = (c * Math.sin(k * h)) / (k * h);
  const diffusion = kappa * ((2 * Math.sin((k * h) / 2)) / h) ** 2;
  let [inTime, inAll] = [0, 0];
  for (let i = 0; i < own; i++) {
    const x = h * (begin + i);
    const discrete = Math.exp(-(diffusion + rho) * time) * Math.sin(k * (x - speed * time));
    const exact = Math.exp(-(kappa * k * k + rho) * time) * Math.sin(k * (x - c * time));
    inTime = Math.max(inTime, Math.abs(u.array[i] - discrete));
    inAll = Math.max(inAll, Math.abs(u.array[i] - exact));
  }
  const largest = (error: number) => comm.allreduce(error, { op: "max" });
  return { inTime: largest(inTime), inAll: largest(inAll) };
}

function report(lines: readonly { what: string; error: number }[]): void {
  for (const [level, { what, error }] of lines.entries()) {
    const order = level === 0 ? "" : `, order ${Math.log2(lines[level - 1].error / error).toFixed(2)}`;
    if (comm.rank === 0) console.log(`${what}: error ${error.toExponential(3)}${order}`);
  }
}

const levels = Array.from({ length: refine }, (_, level) => 2 ** level);
if (comm.rank === 0) console.log(`in time, against the solution on ${points} points`);
report(
  levels.map((factor) => {
    const { inTime } = integrate(points, steps * factor);
    return { what: `${steps * factor} steps`, error: inTime };
  }),
);
if (comm.rank === 0) console.log("in space and time, against the solution of the differential equation");
report(
  levels.map((factor) => {
    const { inAll } = integrate(points * factor, 4 * steps * factor);
    return { what: `${points * factor} points`, error: inAll };
  }),
);
