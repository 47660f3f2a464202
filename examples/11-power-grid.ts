// A power grid and the failure of a line: a graph Laplacian, solved by PETSc.
//
//     npx tutti run --engine mpi -n 4 examples/11-power-grid.ts --nx 80 --ny 40 --load 0.8 --fail 1610,1611 --picture city.svg
//     npx tutti run -n 1 examples/11-power-grid.ts --case examples/cases/wscc9.m --fail 5-6
//
// Buses are joined by lines of conductance g. Kirchhoff's current law says that what flows out of a bus is what it feeds in,
//
//     Σⱼ gᵢⱼ (vᵢ - vⱼ) = pᵢ,   or   L v = p
//
// with the Laplacian L of the graph. L alone is singular (only differences of voltages drive currents), so the voltages of
// some buses must be given. Those are eliminated: they are no unknowns, and what flows towards them at their voltage,
// gᵢⱼ vⱼ, goes to the right-hand side. So there is one place that says what their voltage is, and L, without their rows and
// columns, is symmetric and positive definite: conjugate gradients, with algebraic multigrid, which coarsens the graph.
//
// The network is a city (--nx streets × --ny avenues, --load drawn in all), or a MATPOWER case (--case file.m). Of a case the
// DC power flow is found, which has the same equations: v are the angles of the voltages, g = 1 / x, p powers. With
// --fail A,B the line between buses A and B fails, and the flows before and after are shown. Buses that are cut off by it from
// all given voltages are dark.
//
// The check: with all voltages known, every rank adds up what flows out of its share of the buses, line by line.

import { writeFileSync } from "node:fs";
import { basename } from "node:path";
import { world } from "tutti/comm";
import { KSP, Mat, Scatter } from "tutti/petsc";
import { parseCase, readCase } from "./support/matpower.js";
import { networkMap } from "./support/network-map.js";
import { numberOption, options, wholeOption } from "./support/options.js";
import { caseNetwork, cityNetwork, type Network } from "./support/power-network.js";

/** Networks of at most so many lines are shown as a whole. */
const SHOWN = 40;
/** How many lines of larger ones are shown. */
const LARGEST = 5;

const given = options({ nx: "40", ny: "20", load: "0.8", case: "", fail: "", picture: "" });
const comm = world();
const say = (line: string) => {
  if (comm.rank === 0) console.log(line);
};

/** Potentials of all buses (NaN where it is dark), flows of all lines, and how they were found. */
interface State {
  readonly potentials: Float64Array;
  readonly flows: Float64Array;
  /** What flows out of each bus with given potential, beyond its own injection. */
  readonly supply: ReadonlyMap<number, number>;
}

function makeNetwork(): Network {
  if (given.case === "") {
    const [nx, ny] = [wholeOption("nx", given.nx, 5), wholeOption("ny", given.ny, 5)];
    return cityNetwork(nx, ny, numberOption("load", given.load));
  }
  // one rank reads the file; what is wrong with it is then an error on every rank
  const read = () => {
    try {
      return { text: readCase(given.case) };
    } catch (error) {
      return { text: "", error: String(error) };
    }
  };
  const { text, error } = comm.bcastObject(comm.rank === 0 ? read() : undefined) as ReturnType<typeof read>;
  if (error !== undefined) throw new RangeError(`--case: ${error}`);
  const file = basename(given.case);
  return caseNetwork(file, parseCase(text, file));
}

const network = makeNetwork();
const { buses, lines, potential, flow } = network;

/** The lines that --fail names: all circuits between two buses. */
function failingLines(): ReadonlySet<number> {
  if (given.fail === "") return new Set();
  const names = given.fail.split(/[,-]/);
  const [a, b] = names.map((name) => buses.findIndex((bus) => bus.name === name.trim()));
  if (names.length !== 2 || a < 0 || b < 0)
    throw new RangeError(`--fail must be two buses of the network, as in 1,2 or 1-2, found ${given.fail}`);
  const found = new Set([...lines.keys()].filter((l) => joins(l, a) && joins(l, b)));
  if (found.size > 0 && a !== b) return found;
  const neighbours = lines
    .filter(({ from, to }) => from === a || to === a)
    .map(({ from, to }) => from + to - a);
  throw new RangeError(
    `--fail must name a line, found ${given.fail}; the lines of bus ${buses[a].name} lead to ${neighbours.map((n) => buses[n].name).join(", ")}`,
  );
}

function joins(line: number, bus: number): boolean {
  return lines[line].from === bus || lines[line].to === bus;
}

/** Which buses lines that work connect with one of given potential. */
function supplied(failed: ReadonlySet<number>): boolean[] {
  const neighbours: number[][] = buses.map(() => []);
  for (const [l, { from, to }] of lines.entries()) {
    if (failed.has(l)) continue;
    neighbours[from].push(to);
    neighbours[to].push(from);
  }
  const reached = buses.map(({ fixed }) => fixed !== undefined);
  const next = [...buses.keys()].filter((bus) => reached[bus]);
  for (let bus = next.pop(); bus !== undefined; bus = next.pop()) {
    for (const other of neighbours[bus]) {
      if (reached[other]) continue;
      reached[other] = true;
      next.push(other);
    }
  }
  return reached;
}

/** Finds the potentials without the lines that have failed, and checks Kirchhoff's law. Collective. */
function solve(failed: ReadonlySet<number>): State {
  const reached = supplied(failed);
  const works = (l: number) => !failed.has(l) && reached[lines[l].from];
  /** The unknown of each bus; -1 where the potential is given, or dark. */
  let unknowns = 0;
  const unknown = buses.map(({ fixed }, bus) => (fixed === undefined && reached[bus] ? unknowns++ : -1));

  using laplacian = Mat.createAIJ(unknowns, { nnz: 1 + mostNeighbours() });
  const { right: v, left: p } = laplacian.createVecs();
  const [begin, end] = p.ownershipRange;
  const mine = (row: number) => row >= begin && row < end;
  for (const [bus, { injection }] of buses.entries())
    if (mine(unknown[bus])) p.array[unknown[bus] - begin] = injection;
  for (const [l, { from, to, conductance, shift }] of lines.entries()) {
    if (!works(l)) continue;
    for (const [here, there, sign] of [[from, to, 1] as const, [to, from, -1] as const]) {
      const row = unknown[here];
      if (!mine(row)) continue;
      laplacian.setValue(row, row, conductance, "add");
      p.array[row - begin] += sign * conductance * shift;
      if (unknown[there] >= 0) laplacian.setValue(row, unknown[there], -conductance, "add");
      else p.array[row - begin] += conductance * buses[there].fixed!;
    }
  }
  laplacian.assemble();

  using ksp = KSP.create();
  ksp.setOperators(laplacian);
  ksp.setType("cg");
  ksp.pc.setType("gamg");
  ksp.setTolerances({ rtol: 1e-12 });
  ksp.setFromOptions();
  const { converged, reason, iterations } = ksp.solve(p, v);
  if (!converged)
    throw new Error(
      `the ${potential.name}s were not found: ${reason} after ${iterations} iterations; where reactances are negative try -ksp_type gmres`,
    );
  say(`  ${unknowns} unknowns, ${ksp.type} with ${ksp.pc.type}: ${reason} after ${iterations} iterations`);

  const { scatter, target } = Scatter.toAll(v);
  scatter.scatter(v, target);
  const found = target.arrayRead;
  const potentials = Float64Array.from(buses, ({ fixed }, bus) =>
    unknown[bus] >= 0 ? found[unknown[bus]] : (fixed ?? Number.NaN),
  );
  const flows = Float64Array.from(lines, ({ from, to, conductance, shift }, l) =>
    works(l) ? conductance * (potentials[from] - potentials[to] - shift) : 0,
  );
  for (const object of [scatter, target, v, p]) object.destroy();
  return { potentials, flows, supply: kirchhoff(potentials, flows) };
}

function mostNeighbours(): number {
  const count = new Int32Array(buses.length);
  for (const { from, to } of lines) {
    count[from]++;
    count[to]++;
  }
  return count.reduce((a, b) => Math.max(a, b), 0);
}

/** Prints the largest residual of Kirchhoff's law of all buses; gives what the buses with given potential supply. Collective. */
function kirchhoff(potentials: Float64Array, flows: Float64Array): Map<number, number> {
  const share = (rank: number) => Math.floor((rank * buses.length) / comm.size);
  const [begin, end] = [share(comm.rank), share(comm.rank + 1)];
  const out = new Float64Array(end - begin); // what flows out of the buses of this rank
  for (const [l, { from, to }] of lines.entries()) {
    if (from >= begin && from < end) out[from - begin] += flows[l];
    if (to >= begin && to < end) out[to - begin] -= flows[l];
  }
  let worst = 0;
  const supply: [number, number][] = [];
  for (let bus = begin; bus < end; bus++) {
    const { fixed, injection } = buses[bus];
    if (Number.isNaN(potentials[bus])) continue; // it is dark, and nothing flows
    const residual = out[bus - begin] - injection;
    if (fixed !== undefined) supply.push([bus, residual]);
    else worst = Math.max(worst, Math.abs(residual));
  }
  worst = comm.allreduce(worst, { op: "max" });
  const most = flows.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  say(`  Kirchhoff's law: largest residual of all buses ${show(worst, 1)}, largest flow ${show(most)}`);
  if (worst > 1e-6 * most) throw new Error(`Kirchhoff's law is violated by ${worst}`);
  return new Map(comm.allgatherObject(supply).flat());
}

function show(value: number, digits = 5): string {
  return `${(value * flow.scale).toPrecision(digits)} ${flow.unit}`;
}

const lineName = (l: number) => `${buses[lines[l].from].name}-${buses[lines[l].to].name}`;

/** Prints potentials, what sources give, and the flows of `chosen` lines, beside those of an earlier state. */
function report({ potentials, flows, supply }: State, chosen: readonly number[], before?: State): void {
  const known = [...buses.keys()].filter((bus) => !Number.isNaN(potentials[bus]));
  const sorted = known.sort((a, b) => potentials[a] - potentials[b]);
  const at = (bus: number) =>
    `${(potentials[bus] * potential.scale).toFixed(5)} ${potential.unit} at bus ${buses[bus].name}`;
  say(`  ${potential.name} from ${at(sorted[0])} to ${at(sorted[sorted.length - 1])}`);
  const given = [...supply.values()];
  const [from, into] = [given.filter((p) => p > 0), given.filter((p) => p < 0)].map((all) =>
    all.reduce((a, b) => a + b, 0),
  );
  say(`  buses with given ${potential.name} supply ${show(from)} and take ${show(-into)}`);
  for (const l of chosen) {
    const old = before === undefined ? "" : `${show(before.flows[l])} → `;
    const { rating } = lines[l];
    const over = rating > 0 && Math.abs(flows[l]) > rating ? `, more than its ${show(rating)}` : "";
    say(`  line ${lineName(l)}: ${flow.name} ${old}${show(flows[l])}${over}`);
  }
}

/** All lines of a small network, else those where `size` is largest. */
function largest(size: (line: number) => number): number[] {
  const all = [...lines.keys()];
  if (all.length <= SHOWN) return all;
  const rounded = (line: number) => Number(size(line).toPrecision(8)); // so that rounding decides no tie
  return all.sort((a, b) => rounded(b) - rounded(a) || a - b).slice(0, LARGEST);
}

const failed = failingLines();
say(`${network.title}: ${buses.length} buses, ${lines.length} lines`);
let state = solve(new Set());
report(
  state,
  largest((l) => Math.abs(state.flows[l])),
);
if (failed.size > 0) {
  say(`line ${[...failed].map(lineName).join(", ")} has failed`);
  const before = state;
  state = solve(failed);
  const dark = [...buses.keys()].filter(
    (bus) => Number.isNaN(state.potentials[bus]) && !Number.isNaN(before.potentials[bus]),
  );
  if (dark.length > 0) say(`  cut off and dark: bus ${dark.map((bus) => buses[bus].name).join(", ")}`);
  report(
    state,
    largest((l) => Math.abs(state.flows[l] - before.flows[l])),
    before,
  );
}
if (given.picture !== "" && comm.rank === 0) {
  writeFileSync(given.picture, networkMap(network, state.potentials, state.flows, failed));
  console.log(`picture in ${given.picture}`);
}
