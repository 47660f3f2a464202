// Builds dist/: TypeScript to JavaScript with types, the kernels' C source to WebAssembly, static assets, and all
// of it joined into the few files that the package exports.
// `--clean` begins with an empty folder, so that nothing is published whose source is gone.
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

function run(file, ...args) {
  const { status } = spawnSync(process.execPath, [file, ...args], { cwd: root, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

if (process.argv.includes("--clean")) rmSync(`${root}/dist`, { recursive: true, force: true });
run("node_modules/typescript/bin/tsc", "--project", ".");
run("scripts/build-wasm.mjs");
run("scripts/copy-assets.mjs");
run("scripts/join-modules.mjs");
