// Copies what TypeScript does not carry over, all folders named assets/, from src/ to dist/src/. Files that are there are
// left alone, so that a build does not disturb programs that are reading them.
import { cpSync, existsSync, readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

for (const name of readdirSync(join(root, "src"), { recursive: true })) {
  if (basename(name) === "assets")
    cpSync(join(root, "src", name), join(root, "dist/src", name), { recursive: true, filter: isNewer });
}

function isNewer(from, to) {
  return statSync(from).isDirectory() || !existsSync(to) || statSync(from).mtimeMs > statSync(to).mtimeMs;
}
