import type { Command } from "commander";
import { register as communication } from "./bench/communication.js";
import { register as kernels } from "./bench/kernels.js";
import { register as train } from "./bench/train.js";

/** `tutti bench`: how fast this machine is at what programs spend their time with. */
export function register(program: Command): void {
  const bench = program
    .command("bench")
    .description("Measure the speed of this machine; without a name, list what can be measured.")
    .allowExcessArguments()
    .action(() => {
      const [name] = bench.args;
      if (name !== undefined) bench.error(`error: there is no benchmark '${name}'`);
      bench.outputHelp();
    });
  train(bench);
  kernels(bench);
  communication(bench);
}
