import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mpiPlacement, peers, python, run } from "./support.js";

/** What the peers in C need; without it they are left out. */
export const INSTALL = "apt-get install gcc pkg-config libpetsc-real3.18-dev libpetsc3.18-dev-examples";

/** Optimisation of the C compiler: Debian's own for PETSc, and what this processor has. */
export type Optimization = "-O2" | "-O3 -march=native";

/** Programs in C for PETSc, compiled into a private folder that goes with them. */
export class CPeers implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), "tutti-bench-"));

  private constructor(readonly flags: readonly string[]) {}

  /** The compiler and PETSc's headers; undefined, with the reason on the terminal, where either is missing. */
  static find(): CPeers | undefined {
    const wanted = ["--cflags", "--libs", "PETSc", "ompi-c"];
    const { status, stdout } = spawnSync("pkg-config", wanted, { encoding: "utf8" });
    const compiler = spawnSync("cc", ["--version"]);
    if (status === 0 && compiler.status === 0) return new CPeers(stdout.trim().split(/\s+/));
    console.log(`peers in C left out: no compiler, or no headers of PETSc (${INSTALL})`);
    return undefined;
  }

  /** Compiles a file of `bench/peers/`, or one at an absolute path; the program's path. */
  compile(source: string, optimization: Optimization): string {
    const file = source.startsWith("/") ? source : `${peers}/${source}`;
    const program = join(
      this.#folder,
      `${source.replaceAll(/\W/g, "_")}${optimization.replaceAll(/\W/g, "_")}`,
    );
    run("cc", [...optimization.split(" "), "-o", program, file, ...this.flags, "-lm"]);
    return program;
  }

  /** One of PETSc's own examples, if they are installed. */
  example(path: string): string | undefined {
    const { stdout } = spawnSync("pkg-config", ["--variable=prefix", "PETSc"], { encoding: "utf8" });
    const file = join(stdout.trim(), "share/petsc/examples/src", path);
    return existsSync(file) ? file : undefined;
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true });
  }
}

/** What a program prints as JSON, on one process. */
export const figures = <T = Record<string, number>>(program: string, ...args: string[]): T =>
  JSON.parse(run(program, args));

/** The same of a program on `ranks` processes of Debian's Open MPI. */
export const mpiFigures = <T = Record<string, number>>(
  ranks: number,
  program: string,
  ...args: string[]
): T => JSON.parse(run("mpirun", [...mpiPlacement(ranks), program, ...args]));

/** Where Debian puts petsc4py, for the interpreter's path; undefined if it is not there. */
export function petsc4pyFolder(): string | undefined {
  const root = "/usr/lib/petscdir";
  const versions = list(root).filter((name) => /^petsc\d/.test(name));
  const builds = versions.flatMap((version) =>
    list(join(root, version)).map((build) => join(root, version, build)),
  );
  return builds
    .filter((build) => build.endsWith("-real"))
    .map((build) => join(build, "lib/python3/dist-packages"))
    .find((folder) => list(folder).includes("petsc4py"));
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** The figures of a script for petsc4py. */
export const petsc4py = <T = Record<string, number>>(folder: string, script: string, ...args: string[]): T =>
  JSON.parse(run(python, [`${peers}/${script}`, ...args], { PYTHONPATH: folder }));

/** What a script for petsc4py prints on `ranks` processes. */
export const mpiPetsc4py = (ranks: number, folder: string, script: string, ...args: string[]): string =>
  run("mpirun", [...mpiPlacement(ranks), python, `${peers}/${script}`, ...args], { PYTHONPATH: folder });
