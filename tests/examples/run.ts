import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Project, type Result } from "../cli/tutti.js";
import { FAMILIES, libraryOf, mpiexecOf } from "../support/mpi.js";

type Family = (typeof FAMILIES)[number]["family"];

/** Where a program runs: alone in its process, without a launcher; on so many threads; on so many processes that MPI connects. */
export type Place = "self" | number | { readonly family: Family; readonly size: number };

/** Every place that programs are tested in; a family of MPI that is not installed is a skipped test instead. */
export const PLACES: readonly Place[] = ["self", 1, 2, 3, 4, ...FAMILIES.flatMap(processes)];

function processes({ family, install }: (typeof FAMILIES)[number]): Place[] {
  if (mpiexecOf(family) !== undefined) return [2, 4].map((size) => ({ family, size }));
  test(`on ${family}`, { skip: `${family} is not installed: ${install}` });
  return [];
}

export function ranksOf(place: Place): number {
  return place === "self" ? 1 : typeof place === "number" ? place : place.size;
}

export function engineOf(place: Place): string {
  return place === "self" ? "self" : typeof place === "number" ? "threads" : "mpi";
}

export function titleOf(place: Place): string {
  if (place === "self") return "without a launcher";
  return typeof place === "number" ? `on ${place} threads` : `on ${place.size} processes of ${place.family}`;
}

/** Runs an example in a project, whatever comes of it. */
export function startExample(
  project: Project,
  name: string,
  place: Place,
  ...args: string[]
): Promise<Result> {
  const file = fileURLToPath(new URL(`../../../examples/${name}.ts`, import.meta.url));
  if (place === "self") return project.tutti(["exec", file, ...args]);
  const ranks = ["-n", String(ranksOf(place)), file, ...args];
  if (typeof place === "number") return project.tutti(["run", ...ranks]);
  return project.tutti(["run", "--engine", "mpi", ...ranks], libraryOf(place.family));
}

/** What the example prints; it must succeed and complain about nothing. */
export async function runExample(name: string, place: Place, ...args: string[]): Promise<string> {
  using project = new Project({});
  const { code, stdout, stderr } = await startExample(project, name, place, ...args);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  return stdout;
}

/** What the example complains about; it must fail and print nothing. */
export async function failExample(name: string, place: Place, ...args: string[]): Promise<string> {
  using project = new Project({});
  const { code, stdout, stderr } = await startExample(project, name, place, ...args);
  assert.deepEqual({ code, stdout }, { code: 1, stdout: "" });
  return stderr;
}

/** Where programs with PETSc run: on one rank, or on so many processes that Open MPI connects. */
export const PETSC_RANKS = [1, 2, 4];

/** What an example with PETSc prints on so many ranks; it must succeed and complain about nothing. */
export async function runPetsc(name: string, ranks: number, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runOnProcesses(name, ranks, args);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  return stdout;
}

/** What an example with PETSc complains about on so many ranks; it must fail. */
export async function failPetsc(name: string, ranks: number, ...args: string[]): Promise<string> {
  const { code, stderr } = await runOnProcesses(name, ranks, args);
  assert.equal(code, 1);
  return stderr;
}

async function runOnProcesses(name: string, ranks: number, args: readonly string[]) {
  using project = new Project({});
  const file = fileURLToPath(new URL(`../../../examples/${name}.ts`, import.meta.url));
  const engine = ranks === 1 ? [] : ["--engine", "mpi"];
  const command = ["run", ...engine, "-n", String(ranks), file, ...args];
  // Open MPI 4.1 tidies up after a process without launcher only when that has ended, and leaves empty folders
  const env = { ...libraryOf("Open MPI"), OMPI_MCA_orte_tmpdir_base: tmpdir() };
  return await project.tutti(command, env);
}

/** The parts of `text` that the groups of `pattern` match, as numbers. */
export function numbersIn(text: string, pattern: RegExp): number[] {
  const found = pattern.exec(text);
  assert.ok(found, `${pattern} is not in\n${text}`);
  return found.slice(1).map(Number);
}

/** The path of a file for a program to write; `using` removes it. */
export function temporaryFile(name: string): Disposable & { readonly path: string } {
  const folder = mkdtempSync(join(tmpdir(), "tutti-example-"));
  return {
    path: join(folder, name),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
