// Compiles the kernels' C source to WebAssembly with the npm-packaged clang: no system compiler is involved.
// Does nothing when the output is newer than all inputs.
import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const sourceFolder = `${root}src/kernels/c`;
const outputFolder = `${root}dist/src/kernels/wasm`;

const VARIANTS = {
  "kernels-simd.wasm": ["-msimd128"],
  "kernels-relaxed.wasm": ["-msimd128", "-mrelaxed-simd"],
};

const FLAGS = [
  "--target=wasm32-unknown-unknown",
  "-std=gnu11",
  "-O3",
  "-Wall",
  "-Wextra",
  "-Werror",
  "-ffreestanding",
  "-fvisibility=hidden",
  "-fno-math-errno",
  "-fno-trapping-math",
  "-matomics", //       required by shared memory
  "-mbulk-memory", //   memcpy and memset become instructions
  "-mnontrapping-fptoint",
  "-mmutable-globals",
  "-msign-ext",
  "-nostdlib",
];

const LINK = [
  "--no-entry",
  "--export-dynamic",
  "--export=__heap_base",
  "--import-memory",
  "--shared-memory",
  "--max-memory=4294967296",
  "--stack-first", //   an overflow traps instead of overwriting data
  "-zstack-size=131072",
  "--strip-all",
];

const sources = readdirSync(sourceFolder).filter((name) => /\.[ch]$/.test(name));
const inputs = [...sources.map((name) => `${sourceFolder}/${name}`), fileURLToPath(import.meta.url)];
const newest = Math.max(...inputs.map((file) => statSync(file).mtimeMs));
const stale = Object.keys(VARIANTS).filter((name) => {
  const output = statSync(`${outputFolder}/${name}`, { throwIfNoEntry: false });
  return !output || output.mtimeMs <= newest;
});

if (stale.length > 0) {
  const { commands, runLLVM } = await import("@yowasp/clang");
  await runLLVM(null, {}, { fetchProgress: () => {} }); // reads the package's own files without a word
  const files = Object.fromEntries(
    sources.map((name) => [name, readFileSync(`${sourceFolder}/${name}`, "utf8")]),
  );
  mkdirSync(outputFolder, { recursive: true });
  for (const name of stale) {
    const linkFlags = LINK.map((flag) => `-Wl,${flag}`);
    const args = [...FLAGS, ...VARIANTS[name], ...linkFlags, "kernels.c", "-o", name];
    const built = await commands.clang(args, files).catch((error) => {
      console.error(`${name}: clang failed (${error.message})`);
      process.exit(1);
    });
    // Renamed into place: a process that loads kernels meanwhile never sees half a file.
    writeFileSync(`${outputFolder}/${name}.tmp`, built[name]);
    renameSync(`${outputFolder}/${name}.tmp`, `${outputFolder}/${name}`);
  }
}
