// PETSc from TypeScript beside the same in C and in petsc4py.
//   node dist/bench/petsc.js [bratu|accessors|waves|assembly …] [rounds]
// The peers need Debian's gcc, pkg-config, libpetsc-real3.18-dev, libpetsc3.18-dev-examples, python3-petsc4py, openmpi-bin.
// What is not there is left out.
import { fileURLToPath } from "node:url";
import { median } from "../src/cli/bench/timing.js";
import {
  CPeers,
  figures,
  mpiFigures,
  mpiPetsc4py,
  type Optimization,
  petsc4py,
  petsc4pyFolder,
} from "./petsc-peers.js";
import { roundsOf, run, tutti } from "./support.js";

const OPTIMIZATIONS: readonly Optimization[] = ["-O2", "-O3 -march=native"];
const CASES = { bratu, accessors, waves, assembly };

const names = process.argv.slice(2).filter((word) => !/^\d/.test(word));
const rounds = roundsOf(process.argv.slice(2).find((word) => /^\d/.test(word)) ?? "7");
const unknown = names.find((name) => !Object.hasOwn(CASES, name));
if (unknown !== undefined) throw new Error(`${unknown} is not one of ${Object.keys(CASES).join(", ")}`);
using compiled = CPeers.find();
const python = petsc4pyFolder();
for (const [name, measure] of Object.entries(CASES))
  if (names.length === 0 || names.includes(name)) measure();

/** Evaluations of the Bratu problem's residual and Jacobian on 256 × 256 points, and the whole solve. */
function bratu(): void {
  const options = ["-ksp_type", "cg", "-pc_type", "gamg", "-snes_rtol", "1e-8", "-ksp_rtol", "1e-5"];
  const ours = compiledScript("petsc/bratu.js");
  const contenders: Contenders = { Tutti: () => figures(process.execPath, ours, ...options) };
  for (const [title, program] of inC("petsc_bratu.c")) contenders[title] = () => figures(program, ...options);
  const results = interleaved(contenders);
  const pythons = python === undefined ? [] : [petsc4py(python, "petsc4py_bratu.py", ...options)];
  for (const [figure, title, most] of [
    ["residual", "residual, ms", 1.3],
    ["jacobian", "Jacobian, ms", 1.3],
    ["solve", "whole solve (cg, gamg), ms", 1.15],
  ] as const) {
    console.log(`Bratu 256 × 256: ${title}`);
    compare(results, figure, most);
    if (figure === "solve") continue;
    for (const found of pythons) {
      const times = found[figure] / median(results.Tutti.map((row) => row[figure]));
      console.log(
        `  petsc4py ${found[figure].toFixed(1)}; Tutti is ${times.toFixed(0)} times faster (wanted: 10)`,
      );
    }
  }
  petscExample();
}

/** PETSc's own example of the problem; its log counts the evaluations in the solve. */
function petscExample(): void {
  const file = compiled?.example("snes/tutorials/ex5.c");
  if (compiled === undefined || file === undefined) return;
  const program = compiled.compile(file, "-O2");
  const options = "-da_grid_x 256 -da_grid_y 256 -par 6 -ksp_type cg -pc_type gamg -log_view".split(" ");
  const log = run(program, options);
  for (const event of ["SNESFunctionEval", "SNESJacobianEval"]) {
    const [, count, seconds] = new RegExp(`^${event} +(\\d+) +\\S+ +(\\S+)`, "m").exec(log)!;
    console.log(`  PETSc's ex5.c: ${event} ${((1e3 * Number(seconds)) / Number(count)).toFixed(3)} ms each`);
  }
}

/** Entries of grids by accessors, beside indices and the kernel. */
function accessors(): void {
  const results = interleaved({
    Tutti: () => figures(process.execPath, compiledScript("petsc/accessors.js")),
  });
  console.log("A step of the waves on one rank, without halos, µs");
  for (const [figure, title] of [
    ["accessors", "at() and set()"],
    ["indices", "an index for each"],
    ["running", "one running index"],
    ["stencil", "DMDA.stencil"],
  ])
    console.log(`  ${title.padEnd(20)} median ${median(results.Tutti.map((row) => row[figure])).toFixed(1)}`);
}

/** 1,100 steps of the waves' program on 2 ranks: whole process, and a step beside a loop in C. */
function waves(): void {
  const step = /([\d.]+) µs a step/;
  const whole = ["run", "--engine", "mpi", "-n", "2", "examples/12-waves.ts", "--steps"];
  const long = 11_000;
  const contenders: Contenders = {
    Tutti: () => {
      const start = performance.now();
      const text = tutti(...whole, "1100", "--time");
      const process = (performance.now() - start) / 1000;
      const later = Number(step.exec(tutti(...whole, `${long}`, "--time"))![1]);
      return { process, step: Number(step.exec(text)![1]), long: later };
    },
  };
  for (const [title, program] of inC("petsc_waves.c"))
    contenders[title] = () => {
      const { step } = mpiFigures(2, program);
      return { step, long: step };
    };
  const results = interleaved(contenders);
  console.log("Waves 200 × 120, 1,100 steps, 2 ranks: whole process, s");
  compare({ Tutti: results.Tutti }, "process");
  console.log("  (wanted: at most 1.18)");
  if (python !== undefined) {
    const start = performance.now();
    mpiPetsc4py(2, python, "petsc4py_waves.py");
    const seconds = (performance.now() - start) / 1000;
    const times = seconds / median(results.Tutti.map(({ process }) => process));
    console.log(`  petsc4py ${seconds.toFixed(1)}; Tutti is ${times.toFixed(0)} times faster`);
  }
  console.log("a step, µs");
  compare(results, "step", 1.5);
  console.log(`a step of ${long.toLocaleString("en")}, most of them compiled for good, µs`);
  compare(results, "long", 1.5);
}

/** The 5-point Laplacian with 1,000,000 rows by COO assembly. */
function assembly(): void {
  const ours = compiledScript("petsc/laplacian.js");
  const contenders: Contenders = { Tutti: () => figures(process.execPath, ours) };
  for (const [title, program] of inC("petsc_laplacian.c")) contenders[title] = () => figures(program);
  const results = interleaved(contenders);
  console.log("Laplacian, 1,000,000 rows: from index arrays to assembled, ms");
  compare(results, "assembly", 1.5);
  console.log("new values, ms");
  compare(results, "values", 1.5);
}

type Contenders = Record<string, () => Record<string, number>>;

function compiledScript(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

/** A program in C with each optimisation, where there is a compiler. */
function inC(source: string): [title: string, program: string][] {
  if (compiled === undefined) return [];
  return OPTIMIZATIONS.map((level) => [`C ${level}`, compiled.compile(source, level)]);
}

/** Runs the contenders in turn, `rounds` times; what each has printed. */
function interleaved(contenders: Contenders): Record<string, Record<string, number>[]> {
  const results = Object.fromEntries(
    Object.keys(contenders).map((name) => [name, [] as Record<string, number>[]]),
  );
  for (let round = 0; round < rounds; round++)
    for (const [name, measure] of Object.entries(contenders)) results[name].push(measure());
  return results;
}

/** Prints one figure of all contenders, and the ratio of Tutti's to each. */
function compare(results: Record<string, Record<string, number>[]>, figure: string, most?: number): void {
  const digits = (value: number) => value.toLocaleString("en", { maximumSignificantDigits: 3 });
  const times = (name: string) => results[name].map((row) => row[figure]);
  for (const name of Object.keys(results)) {
    const ratio = median(times("Tutti")) / median(times(name));
    const best = Math.min(...times("Tutti")) / Math.min(...times(name));
    const wanted = most === undefined ? "" : ` (wanted: at most ${most})`;
    const comparison =
      name === "Tutti"
        ? ""
        : `; ratio of Tutti's ${ratio.toFixed(2)}, of the best ${best.toFixed(2)}${wanted}`;
    console.log(
      `  ${name.padEnd(20)} median ${digits(median(times(name)))}, best ${digits(Math.min(...times(name)))}${comparison}`,
    );
  }
}
