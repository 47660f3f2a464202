// Joins the modules of dist/src/ into the few files of dist/lib/, which the package exports: they load in a third of the time.
// What can be imported, run or started as a thread keeps its place under dist/lib/; what these share is in chunks/.
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const [source, library] = [join(root, "dist/src"), join(root, "dist/lib")];
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const filesIn = (folder) =>
  readdirSync(folder, { recursive: true })
    .map((name) => join(folder, name))
    .filter((file) => statSync(file).isFile());

const modules = new Map(
  filesIn(source)
    .filter((file) => file.endsWith(".js"))
    .map((file) => [file, readFileSync(file, "utf8")]),
);

/** Modules that are loaded by their address: what `import.meta.url` leads to in the code of others. */
const byAddress = [...modules].flatMap(([file, code]) =>
  [...code.matchAll(/new URL\("([^"]+\.js)", import\.meta\.url\)/g)].map(([, to]) =>
    resolve(dirname(file), to),
  ),
);
const byName = [
  ...Object.values(manifest.bin),
  ...Object.values(manifest.exports).map((to) => to.default ?? ""),
]
  .filter((file) => file.endsWith(".js"))
  .map((file) => resolve(source, relative(library, join(root, file))));

/** Stands for the way from a file of the output to dist/lib/. */
const TO_LIBRARY = "<library>/";

/** Lets a module find the files beside it although it has moved: `import.meta.url` is where it would be under dist/lib/. */
const addresses = {
  name: "addresses",
  setup({ onLoad }) {
    onLoad({ filter: /\.js$/, namespace: "file" }, ({ path }) => {
      const code = modules.get(path);
      if (!code?.includes("import.meta.url")) return { contents: code };
      const place = JSON.stringify(TO_LIBRARY + relative(source, path));
      const address = `const{url:__output}=import.meta,__module_url=new URL(${place},__output).href;`;
      const [, hashbang, rest] = /^(#![^\n]*\n)?(.*)$/s.exec(code);
      return { contents: (hashbang ?? "") + address + rest };
    });
  },
};

const { outputFiles } = await build({
  absWorkingDir: root,
  entryPoints: [...new Set([...byName, ...byAddress])],
  outbase: source,
  outdir: library,
  chunkNames: "chunks/[name]-[hash]",
  write: false,
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "es2022",
  packages: "external",
  define: { "import.meta.url": "__module_url" },
  plugins: [addresses],
});

const output = new Map();
for (const { path, text } of outputFiles) {
  const way = relative(dirname(path), library).replaceAll("\\", "/") || ".";
  output.set(path, Buffer.from(text.replaceAll(TO_LIBRARY, `${way}/`)));
}
for (const file of filesIn(source)) {
  // what modules read: kernels and assets
  if (!/\.(js|ts|map)$/.test(file)) output.set(join(library, relative(source, file)), readFileSync(file));
}

// Files that stay as they are are left alone, so that a build does not disturb programs that are reading them.
for (const [path, bytes] of output) {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() && readFileSync(path).equals(bytes)) continue;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
}
for (const file of filesIn(library)) if (!output.has(file)) rmSync(file);
