import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { median } from "../src/cli/bench/timing.js";

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const cli = path("../lib/cli/main.js");

/** The folder of the peers' sources. */
export const peers = path("../../bench/peers");
/** The system's interpreter, which sees Debian's packages. */
export const python = "/usr/bin/python3";

/** Runs a command to its end and returns what it prints. Throws with its output when it fails. */
export function run(command: string, args: string[], variables: Record<string, string> = {}): string {
  const env = { ...process.env, ...variables };
  const options = { encoding: "utf8", timeout: 600_000, env } as const;
  const { status, stdout, stderr, error } = spawnSync(command, args, options);
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed: ${error?.message ?? stderr}`);
  return stdout;
}

/** `tutti …args` as a whole process; what it prints. */
export const tutti = (...args: string[]): string => run(process.execPath, [cli, ...args]);

/** The figures of `tutti bench …args`. */
export const bench = <T = Record<string, number>>(...args: string[]): T =>
  JSON.parse(tutti("bench", ...args, "--json"));

/** The figures of a peer's Python script. */
export const peer = <T = Record<string, number>>(script: string, ...args: string[]): T =>
  JSON.parse(run(python, [`${peers}/${script}`, ...args]));

/** How Open MPI's launcher is to place so many processes. */
export const mpiPlacement = (ranks: number): string[] => [
  "--allow-run-as-root",
  "--oversubscribe",
  "--bind-to",
  "none",
  "-n",
  `${ranks}`,
];

/** The figures of a script for mpi4py, on `ranks` processes of Debian's Open MPI. */
export const mpiPeer = <T = Record<string, number>>(ranks: number, script: string, ...args: string[]): T =>
  JSON.parse(run("mpirun", [...mpiPlacement(ranks), python, `${peers}/${script}`, ...args]));

/**
 * Calls the contenders in turn, A B A B …, `rounds` times, so that a drift of a shared machine's speed meets all of
 * them, and returns the median figure of each.
 */
export function interleave<K extends string>(
  rounds: number,
  contenders: Record<K, () => number>,
): Record<K, number> {
  const names = Object.keys(contenders) as K[];
  const figures = new Map<K, number[]>(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const name of names) figures.get(name)!.push(contenders[name]());
  }
  return Object.fromEntries(names.map((name) => [name, median(figures.get(name)!)])) as Record<K, number>;
}

/** How often a measurement is repeated: the script's argument, or `fallback`. */
export const roundsOr = (fallback: number): number => roundsOf(process.argv[2] ?? String(fallback));

/** A number of rounds. @throws Error if it is none */
export function roundsOf(text: string): number {
  const rounds = Number(text);
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new Error(`rounds must be a whole number from 1, found ${text}`);
  return rounds;
}
