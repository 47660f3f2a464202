// Copies what TypeScript does not carry over, all folders named assets/, from src/ to dist/src/.
import { cpSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

for (const name of readdirSync(join(root, "src"), { recursive: true })) {
  if (basename(name) === "assets")
    cpSync(join(root, "src", name), join(root, "dist/src", name), { recursive: true });
}
