import { createRequire } from "node:module";
import { arch, availableParallelism, cpus, totalmem } from "node:os";
import type { Command } from "commander";
import { TuttiError } from "../errors.js";
import { findCompiler } from "../kernels/compiler.js";
import { type Availability, describeKernels, type KernelDescription } from "../kernels/index.js";
import { privateFolder } from "../kernels/private-folder.js";
import { describeFfi } from "../native/index.js";
import { findLibraries, type LibraryState } from "./libraries.js";
import { describeMpi, type MpiInfo } from "./mpi-info.js";

/** `tutti info`: what was found on this machine, what is missing, and how to install it. */
export function register(program: Command): void {
  program
    .command("info")
    .description("Show what Tutti finds on this machine, what is missing and how to install it.")
    .option("--json", "as one JSON object")
    .action(({ json }: { json?: true }) => {
      const info = gatherInfo();
      console.log(json ? JSON.stringify(info, null, 2) : asText(info));
    });
}

/** Found, or why not. */
type Found =
  | { readonly path: string; readonly reason: null }
  | { readonly path: null; readonly reason: string };

/** All that `tutti info` tells. */
export interface Info {
  readonly tutti: string;
  readonly node: string;
  readonly platform: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly kernels: KernelDescription;
  readonly compiler: Found;
  /** Folder of the compiled kernels. */
  readonly cache: Found;
  /** What loads shared libraries. */
  readonly ffi: Found;
  /** Libraries of scientific computing. */
  readonly libraries: readonly LibraryState[];
  readonly mpi: MpiInfo;
}

function gatherInfo(): Info {
  const libraries = findLibraries();
  const { version } = createRequire(import.meta.url)("../../../package.json") as { version: string };
  return {
    tutti: version,
    node: process.version,
    platform: `${process.platform} ${arch()}`,
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    kernels: describeKernels(),
    compiler: find(() => findCompiler().command.join(" ")),
    cache: find(privateFolder),
    ffi: find(describeFfi),
    libraries,
    mpi: describeMpi(libraries),
  };
}

function find(search: () => string): Found {
  try {
    return { path: search(), reason: null };
  } catch (error) {
    if (!(error instanceof TuttiError)) throw error;
    return { path: null, reason: error.message };
  }
}

function asText(info: Info): string {
  const { kernels } = info;
  const asked = Object.entries(kernels.requested).map(
    ([what, value]) => `TUTTI_${what.toUpperCase()}=${value}`,
  );
  return [
    section(`Tutti ${info.tutti}`, {
      Node: `${info.node}, ${info.platform}`,
      processor: `${info.cpu}, ${count(info.cores, "core")} available`,
      memory: `${(info.memoryBytes / 2 ** 30).toFixed(1)} GiB`,
    }),
    section(`Kernels: ${kernels.target ?? `none, because ${kernels.error}`} (${asked.join(", ")})`, {
      ...Object.fromEntries(
        Object.entries(kernels.targets).map(([name, target]) => [name, available(target)]),
      ),
      ...(kernels.target && { "matrix product": kernels.blas.used ? kernels.blas.detail! : "own" }),
      BLAS: available(kernels.blas),
      "C compiler": info.compiler.path ?? info.compiler.reason,
      cache: info.cache.path ?? info.cache.reason,
      FFI: info.ffi.path ?? info.ffi.reason,
    }),
    mpiSection(info),
    librarySection("Solvers, for tutti/petsc and tutti/slepc", info, ["PETSc", "SLEPc"]),
    librarySection("Libraries that this version does not use", info, ["FFTW"]),
  ].join("\n\n");
}

function librarySection(heading: string, { libraries }: Info, titles: readonly string[]): string {
  const listed = libraries.filter(({ title }) => titles.includes(title));
  return section(heading, Object.fromEntries(listed.map((library) => [library.title, whereabouts(library)])));
}

function whereabouts({ path, install }: LibraryState): string {
  return path ?? `not found; to install: ${install.join(", or ")}`;
}

function mpiSection({ libraries, mpi }: Info): string {
  const families = libraries.filter(({ title }) => title === "Open MPI" || title === "MPICH");
  const { launchers, srun, startedBy, used, warnings } = mpi;
  const lines: Record<string, string> = {};
  for (const library of families) {
    const launcher = launchers.find(({ family }) => family === library.title);
    const started = launcher && `${launcher.path ?? launcher.command} (${launcher.version})`;
    lines[library.title] = [whereabouts(library), ...(started ? [`launcher ${started}`] : [])].join("; ");
  }
  if (srun !== null) lines.Slurm = srun;
  if (startedBy !== null) {
    const { title, rank = "?", size = "?" } = startedBy;
    lines["this process"] = `rank ${rank} of ${size}, started by ${title}`;
  }
  lines.used = used === null ? "none" : `${used.library} by ${used.launcher}, because ${used.why}`;
  for (const [i, warning] of warnings.entries())
    lines[`warning${warnings.length > 1 ? ` ${i + 1}` : ""}`] = warning;
  return section("MPI, for tutti run --engine mpi and mpiexec", lines);
}

function available({ available, used, detail, reason }: Availability): string {
  const state = used ? "used" : available ? "available" : "not available";
  return [state, detail, reason].filter((part) => part !== null).join("; ");
}

function section(title: string, lines: Readonly<Record<string, string>>): string {
  const width = Math.max(...Object.keys(lines).map((name) => name.length)) + 2;
  return [title, ...Object.entries(lines).map(([name, text]) => `  ${name.padEnd(width)}${text}`)].join("\n");
}

function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? "" : "s"}`;
}
