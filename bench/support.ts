import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const cli = path("../src/cli/main.js");
const peers = path("../../bench/peers");

/** Runs a command that prints one JSON line last, and returns that object. Throws with its output when it fails. */
function runJson(command: string, args: string[]): Record<string, unknown> {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: "utf8", timeout: 600_000 });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed: ${error?.message ?? stderr}`);
  return JSON.parse(stdout.trim().split("\n").at(-1)!);
}

/** `tutti …args` as a whole process. */
export const tutti = (...args: string[]) => runJson(process.execPath, [cli, ...args]);

/** A peer's Python script, run by the system's interpreter, which sees Debian's packages. */
export const peer = (script: string, ...args: string[]) =>
  runJson("/usr/bin/python3", [`${peers}/${script}`, ...args]);

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

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
