import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Ways to get software: package managers, and the modules of clusters. */
export type Manager = "module" | "conda" | "brew" | "apt" | "dnf";

/** Names of one package by manager; conda has all of them. */
export type Packages = Readonly<Partial<Record<Manager, string>> & { conda: string }>;

const COMMANDS: Record<Manager, string> = {
  module: "module load",
  conda: "conda install -c conda-forge",
  brew: "brew install",
  apt: "apt-get install",
  dnf: "dnf install",
};

/** The file that a command's name stands for; null if it is not on the PATH. */
export function onPath(command: string): string | null {
  for (const folder of (process.env.PATH ?? "").split(delimiter).filter(Boolean)) {
    const file = join(folder, command);
    try {
      accessSync(file, constants.X_OK);
      if (statSync(file).isFile()) return file;
    } catch {
      // not in this folder
    }
  }
  return null;
}

/** The ways that are open here, that of the place first: a cluster's modules, an active environment of conda, the system's. */
export function findManagers(): Manager[] {
  const { MODULESHOME, LMOD_CMD, CONDA_PREFIX } = process.env;
  const open: Record<Manager, boolean> = {
    module: Boolean(MODULESHOME || LMOD_CMD),
    conda: Boolean(CONDA_PREFIX),
    brew: onPath("brew") !== null,
    apt: onPath("apt-get") !== null,
    dnf: onPath("dnf") !== null,
  };
  const found = (Object.keys(open) as Manager[]).filter((manager) => open[manager]);
  if (!open.conda && onPath("conda") !== null) found.push("conda");
  return found;
}

/** The lines that install a package with the given managers; conda's if none of them has it. */
export function installLines(packages: Packages, managers: readonly Manager[]): string[] {
  const having = managers.filter((manager) => packages[manager] !== undefined);
  return (having.length > 0 ? having : (["conda"] as const)).map(
    (manager) => `${COMMANDS[manager]} ${packages[manager]}`,
  );
}
