import { resolve } from "node:path";
import type { Command } from "commander";
import { bundle } from "./bundle.js";

/** `tutti exec`: a script in this very process, as the one rank that its environment makes it. */
export function register(program: Command): void {
  program
    .command("exec")
    .description("Run a TypeScript or JavaScript script in this process, as one rank.")
    .passThroughOptions()
    .argument("<script>", "the script")
    .argument("[args...]", "what the script sees in process.argv")
    .action(exec);
}

async function exec(script: string, args: string[]): Promise<void> {
  const entry = await bundle(script, { once: true });
  process.argv = [process.execPath, resolve(script), ...args];
  process.setSourceMapsEnabled(true);
  // Not awaited: what the script throws is reported by Node as if it had started the script itself.
  import(entry.href);
}
