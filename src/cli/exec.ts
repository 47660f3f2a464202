import { resolve } from "node:path";
import type { Command } from "commander";
import { bundle } from "./bundle.js";
import { checkOption } from "./run.js";

/** `tutti exec`: a script in this very process, as the one rank that its environment makes it. */
export function register(program: Command): void {
  program
    .command("exec")
    .description("Run a TypeScript or JavaScript script in this process, as one rank.")
    .passThroughOptions()
    .argument("<script>", "the script")
    .argument("[args...]", "what the script sees in process.argv")
    .addOption(checkOption())
    .action(exec);
}

async function exec(script: string, args: string[], { check }: { check?: true }): Promise<void> {
  if (check) process.env.TUTTI_CHECK = "1";
  const entry = await bundle(script, { once: true });
  process.argv = [process.execPath, resolve(script), ...args];
  process.setSourceMapsEnabled(true);
  // Not awaited: what the script throws is reported by Node as if it had started the script itself.
  import(entry.href);
}
