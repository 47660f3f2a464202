import { randomUUID } from "node:crypto";
import { mkdirSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { BuildFailure, Loader, Plugin } from "esbuild";
import { TuttiError } from "../errors.js";
import { packages } from "./bundle-packages.js";

// esbuild is CommonJS: `require` takes a third of the time of `import`, which would first scan it for its exports.
const esbuild: typeof import("esbuild") = createRequire(import.meta.url)("esbuild");

/** Oldest Node that Tutti runs on: newer syntax in scripts is lowered to it. */
const TARGET = "node20.11";

/**
 * Bundles a TypeScript or JavaScript script with the files it imports by relative path into one module.
 *
 * Packages are not bundled: their names become the absolute URLs that they have for the script, so that every rank loads
 * them as plain Node would. `tutti` itself is the script's installed one, else the one that this command line is part of.
 * The module is written to a private temporary folder, which is removed when this process exits.
 *
 * @param script path of the script, relative to the working directory
 * @param options `once`: the module is loaded only once and removes itself then, so that not even a signal leaves it
 * @returns URL of the module, source map included
 * @throws TuttiError "file" if there is no such script, "format" if it cannot be compiled or an import cannot be found,
 * "mismatch" if the script's installed `tutti` is another version
 */
export async function bundle(script: string, { once = false } = {}): Promise<URL> {
  const file = existingFile(script);
  const folder = join(realpathSync(tmpdir()), `tutti-${randomUUID()}`);
  const out = join(folder, "script.mjs");
  try {
    const { outputFiles } = await esbuild.build({
      entryPoints: [file],
      outfile: out,
      write: false,
      bundle: true,
      format: "esm",
      platform: "node",
      target: TARGET,
      sourcemap: "inline",
      sourcesContent: false,
      logLevel: "silent",
      // What Node's own resolver would pick: bundlers' "module" files may hold a second copy of a package.
      conditions: ["node-addons", ...("require_module" in process.features ? ["module-sync"] : [])],
      mainFields: ["main"],
      define: META_NAMES,
      plugins: [ownFiles(file), packages],
    });
    const code = withRequire(outputFiles[0].text, file);
    // From here on nothing waits: a signal comes before the folder is made, or when somebody handles it.
    mkdirSync(folder, { mode: 0o700 });
    process.once("exit", () => rmSync(folder, REMOVE));
    writeFileSync(out, once ? removingItself(code, folder) : code, { mode: 0o600 });
  } catch (error) {
    throw await compileError(error, script);
  } finally {
    esbuild.stop(); // its service process would otherwise live, and receive signals, as long as the job
  }
  return pathToFileURL(out);
}

function existingFile(script: string): string {
  const file = resolve(script);
  const found = statSync(file, { throwIfNoEntry: false });
  if (found?.isFile()) return file;
  throw new TuttiError("file", `${script}: ${found ? "is not a file" : "no such script"} (${file})`, {
    file,
  });
}

/** What is particular to one file and must survive bundling: the constants that stand for it in that file. */
const META_NAMES = {
  "import.meta.url": "__tutti_url",
  "import.meta.filename": "__tutti_filename",
  "import.meta.dirname": "__tutti_dirname",
  "import.meta.resolve": "__tutti_resolve",
  "import.meta.main": "__tutti_main",
  __filename: "__tutti_filename",
  __dirname: "__tutti_dirname",
};

/** Loads the user's files, each with its own `import.meta`. */
function ownFiles(script: string): Plugin {
  const entry = realpathSync(script);
  return {
    name: "own-files",
    setup(build) {
      build.onLoad({ filter: /\.[cm]?[jt]sx?$/, namespace: "file" }, ({ path }) => {
        const source = readFileSync(path, "utf8");
        const loader = /[jt]sx?$/.exec(path)![0] as Loader;
        const constants = fileConstants(source, path, path === entry);
        // On the first line, so that line numbers stay; a hashbang is only valid at the very start.
        return { contents: constants + source.replace(/^#!/, "//"), loader };
      });
    },
  };
}

function fileConstants(source: string, path: string, main: boolean): string {
  let code = "";
  if (/\b__(file|dir)name\b|\bimport\.meta\b/.test(source))
    code += `const __tutti_filename=${JSON.stringify(path)},__tutti_dirname=${JSON.stringify(dirname(path))};`;
  // Not in CommonJS files: `import.meta` would turn them into modules.
  if (/\bimport\.meta\b/.test(source))
    code +=
      `const __tutti_url=${JSON.stringify(pathToFileURL(path).href)},__tutti_main=${main},` +
      "{resolve:__tutti_native}=import.meta,__tutti_resolve=(name)=>__tutti_native(name,__tutti_url);";
  return code;
}

/**
 * Gives CommonJS files inside the bundle a `require` for what stays outside it. The name is free: esbuild renames the
 * script's own declarations of `require` where its helper refers to the global one.
 */
function withRequire(code: string, script: string): string {
  if (!code.includes("Dynamic require of ")) return code;
  const base = JSON.stringify(pathToFileURL(script).href);
  return `import{createRequire as __tutti_require}from"node:module";const require=__tutti_require(${base});${code}`;
}

const REMOVE = { recursive: true, force: true };

function removingItself(code: string, folder: string): string {
  const call = `__tutti_remove(${JSON.stringify(folder)},${JSON.stringify(REMOVE)});`;
  return `import{rmSync as __tutti_remove}from"node:fs";${call}${code}`;
}

/** The compiler's own messages, with file, line and excerpt, as one TuttiError. */
async function compileError(error: unknown, script: string): Promise<unknown> {
  const { errors } = error as BuildFailure;
  if (!Array.isArray(errors)) return error;
  const ours = errors.map(({ detail }) => detail).find((detail) => detail instanceof TuttiError);
  if (ours) return ours;
  const messages = await esbuild.formatMessages(errors, {
    kind: "error",
    color: process.stderr.isTTY === true,
  });
  const { file, line } = errors[0].location ?? { file: script, line: undefined };
  return new TuttiError("format", `${script} cannot be compiled\n\n${messages.join("").trimEnd()}`, {
    file,
    line,
  });
}
