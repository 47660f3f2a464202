#!/usr/bin/env node
import { createRequire } from "node:module";
import { Command } from "commander";
import { TuttiError } from "../errors.js";
import { mistake } from "./mistake.js";

/** Every command, each in a file of its own that is loaded only when the command is asked for. */
const COMMANDS: Record<string, () => Promise<{ register(program: Command): void }>> = {
  run: () => import("./run.js"),
  exec: () => import("./exec.js"),
  info: () => import("./info.js"),
  train: () => import("./train.js"),
  predict: () => import("./predict.js"),
  bench: () => import("./bench.js"),
};

const { version } = createRequire(import.meta.url)("../../../package.json") as { version: string };
const program = new Command("tutti")
  .description("Parallel scientific computing and data-parallel learning on Node.js.")
  .version(version)
  .enablePositionalOptions() // what stands behind a script belongs to the script
  .showHelpAfterError("(tutti --help and tutti <command> --help list what there is)");

const name = process.argv[2];
const wanted = Object.hasOwn(COMMANDS, name) ? [name] : Object.keys(COMMANDS);
for (const { register } of await Promise.all(wanted.map((command) => COMMANDS[command]()))) register(program);

try {
  await program.parseAsync();
} catch (error) {
  console.error((error instanceof TuttiError && mistake(error)) || error);
  process.exitCode = 1;
}
