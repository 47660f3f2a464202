import { readFileSync } from "node:fs";
import { dirname, isAbsolute } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { OnResolveArgs, OnResolveResult, Plugin, PluginBuild } from "esbuild";
import { TuttiError } from "../errors.js";

/** Marks what this plugin asks esbuild's own resolver. */
const SEEN = Symbol("seen");

/** Leaves packages outside the bundle, under the absolute address that they have for the importing file. */
export const packages: Plugin = {
  name: "packages",
  setup(build) {
    build.onResolve({ filter: /^[^./]/ }, async (args) => {
      if (args.kind === "entry-point" || args.pluginData === SEEN) return;
      const { path: name, kind, importer, resolveDir } = args;
      const found = await build.resolve(name, { kind, importer, resolveDir, pluginData: SEEN });
      if (/^tutti(\/|$)/.test(name)) return tutti(build, args, found);
      if (found.errors.length > 0 || !isAbsolute(found.path) || isSource(name, found.path)) return found;
      return external(found.path, kind);
    });
  },
};

/** Whether an import by name leads to something that must be bundled: TypeScript, JSON, or a file of `#imports`. */
function isSource(name: string, path: string): boolean {
  return /\.([cm]?tsx?|jsx|json)$/.test(path) || (name.startsWith("#") && !path.includes("node_modules"));
}

function external(path: string, kind: OnResolveArgs["kind"]): OnResolveResult {
  return { path: kind.startsWith("require") ? path : pathToFileURL(path).href, external: true };
}

async function tutti(
  build: PluginBuild,
  { path: name, kind, importer, resolveDir }: OnResolveArgs,
  found: OnResolveResult,
): Promise<OnResolveResult> {
  if (found.errors!.length > 0) {
    try {
      return external(fileURLToPath(import.meta.resolve(name)), kind);
    } catch {
      return found; // no such subpath: esbuild's message names it
    }
  }
  const options = { kind: "require-call", importer, resolveDir, pluginData: SEEN } as const;
  const manifest = await build.resolve("tutti/package.json", options);
  const [installed, own] = [manifest.path, fileURLToPath(import.meta.resolve("tutti/package.json"))].map(
    (path) => JSON.parse(readFileSync(path, "utf8")).version,
  );
  if (installed !== own) {
    throw new TuttiError(
      "mismatch",
      `tutti run: this command line is version ${own}, but ${importer} imports tutti ${installed} ` +
        `(${dirname(manifest.path)}); start the installed one with "npx tutti run"`,
      { commandLine: own, installed, folder: dirname(manifest.path) },
    );
  }
  return external(found.path!, kind);
}
