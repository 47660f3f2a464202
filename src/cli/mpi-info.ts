import { existsSync } from "node:fs";
import { isAbsolute } from "node:path";
import { findLauncher, type Launcher } from "../comm/mpi/launcher.js";
import { TuttiError } from "../errors.js";
import { onPath } from "./install.js";
import { howToInstall, type LibraryState } from "./libraries.js";
import { familyOf, findMpiexec, findMpiexecs, type Mpiexec } from "./mpiexec.js";

/** What `tutti info` tells about MPI. */
export interface MpiInfo {
  /** Launchers on the PATH, the preferred one first. */
  readonly launchers: readonly (Mpiexec & { readonly path: string | null })[];
  /** Slurm's own launcher, if it is on the PATH. */
  readonly srun: string | null;
  /** Who has started this very process as one of several, as far as the environment tells. */
  readonly startedBy: Launcher | null;
  /** The launcher and the library of `tutti run --engine mpi`, or of this process under a launcher; null where there is none. */
  readonly used: { readonly launcher: string; readonly library: string; readonly why: string } | null;
  /** What does not belong together. */
  readonly warnings: readonly string[];
}

/** Looks for launchers of MPI, and what they would load. */
export function describeMpi(libraries: readonly LibraryState[]): MpiInfo {
  const launchers = findMpiexecs().map((mpiexec) => ({ ...mpiexec, path: onPath(mpiexec.command) }));
  const startedBy = findLauncher(process.env) ?? null;
  return {
    launchers,
    srun: onPath("srun"),
    startedBy,
    used: whatIsUsed(libraries, startedBy),
    warnings: warningsOf(libraries, launchers, startedBy),
  };
}

const pathOf = (family: string, libraries: readonly LibraryState[]) =>
  libraries.find(({ title }) => title === family)?.path ?? undefined;

function whatIsUsed(libraries: readonly LibraryState[], startedBy: Launcher | null): MpiInfo["used"] {
  const forced = process.env.TUTTI_MPI_LIBRARY || undefined;
  if (startedBy !== null) {
    const { family, likely = "Open MPI", title } = startedBy;
    const other = likely === "MPICH" ? "Open MPI" : "MPICH";
    const found = family
      ? pathOf(family, libraries)
      : (pathOf(likely, libraries) ?? pathOf(other, libraries));
    const library = forced ?? found;
    const why = forced ? "TUTTI_MPI_LIBRARY names the library" : `${title} has started this process`;
    return library === undefined ? null : { launcher: title, library, why };
  }
  const launcher = preferred();
  if (launcher === undefined) return null;
  const library = forced ?? pathOf(launcher.family, libraries);
  const why = forced ? "TUTTI_MPI_LIBRARY names the library" : "it is the first launcher on the PATH";
  return library === undefined ? null : { launcher: launcher.command, library, why };
}

function preferred(): Mpiexec | undefined {
  try {
    return findMpiexec();
  } catch (error) {
    if (error instanceof TuttiError) return undefined;
    throw error;
  }
}

function warningsOf(
  libraries: readonly LibraryState[],
  launchers: readonly Mpiexec[],
  startedBy: Launcher | null,
): string[] {
  const warnings: string[] = [];
  for (const family of ["Open MPI", "MPICH"] as const) {
    const path = pathOf(family, libraries);
    const launcher = launchers.find((mpiexec) => mpiexec.family === family);
    if (path !== undefined && launcher === undefined)
      warnings.push(
        `${family}: ${path} has no launcher on the PATH, so that only srun could start its ranks; ` +
          `to install one: ${howToInstall(family).join(", or ")}`,
      );
    if (path === undefined && launcher !== undefined)
      warnings.push(
        `${family}: ${launcher.command} is on the PATH, but its library was not found; name it in TUTTI_MPI_LIBRARY`,
      );
  }
  const forced = process.env.TUTTI_MPI_LIBRARY;
  if (!forced) return warnings;
  const family = familyOf(forced);
  if (isAbsolute(forced) && !existsSync(forced)) warnings.push(`TUTTI_MPI_LIBRARY=${forced}: no such file`);
  if (startedBy?.family && family && family !== startedBy.family)
    warnings.push(
      `TUTTI_MPI_LIBRARY=${forced} is ${family}, but ${startedBy.title} has started this process`,
    );
  if (startedBy === null && family && launchers.every((mpiexec) => mpiexec.family !== family))
    warnings.push(`TUTTI_MPI_LIBRARY=${forced} is ${family}, whose launcher is not on the PATH`);
  return warnings;
}
