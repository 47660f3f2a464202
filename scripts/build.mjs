// Builds dist/: TypeScript to JavaScript with types, the kernels' C source to WebAssembly, and static assets.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

function run(file, ...args) {
  const { status } = spawnSync(process.execPath, [file, ...args], { cwd: root, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

run("node_modules/typescript/bin/tsc", "--project", ".");
for (const step of ["scripts/build-wasm.mjs", "scripts/copy-assets.mjs"])
  if (existsSync(`${root}/${step}`)) run(step);
