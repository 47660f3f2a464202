// `npm test`: sets everything up, runs every test file, ends with one line of counts.
// Arguments are parts of file names: `npm test -- comm/ gemm` runs only the files that contain one of them.
import { readdirSync } from "node:fs";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { build, installDependencies, must, root } from "./setup.mjs";
import { installSystemPackages } from "./system-packages.mjs";

if (!process.execArgv.includes("--enable-source-maps")) {
  installDependencies();
  installSystemPackages();
  build();
  // Ranks of many tests would otherwise wait together for the first compilation of the native kernels.
  must(process.execPath, [`${root}/dist/lib/cli/main.js`, "info"]);
  // Test processes inherit this process's flags; stacks then point at TypeScript lines.
  must(process.execPath, ["--enable-source-maps", ...process.argv.slice(1)]);
  process.exit(0);
}

const wanted = process.argv.slice(2);
const files = readdirSync(`${root}/tests`, { recursive: true })
  .filter((name) => name.endsWith(".test.ts"))
  .filter((name) => wanted.length === 0 || wanted.some((part) => name.includes(part)))
  .map((name) => `${root}/dist/tests/${name.replace(/\.ts$/, ".js")}`)
  .sort();
if (files.length === 0) {
  console.error(`No test file matches ${wanted.join(" or ")}.`);
  process.exit(1);
}

const counts = { pass: 0, fail: 0, cancelled: 0, skipped: 0 };
const skips = [];
const stream = run({ files, concurrency: 2, timeout: 900_000 });
stream.on(
  "test:pass",
  ({ name, skip, file }) => skip !== undefined && skips.push(`${name}: ${skip} (${file ?? ""})`),
);
stream.on("test:diagnostic", ({ message, nesting }) => {
  const [, key, value] = /^(pass|fail|cancelled|skipped) (\d+)$/.exec(message) ?? [];
  if (nesting === 0 && key) counts[key] += Number(value);
});
const report = stream.compose(new spec());
report.on("end", () => {
  const failed = counts.fail + counts.cancelled;
  if (skips.length > 0) console.log(`\nSkipped:\n  ${skips.join("\n  ")}`);
  const forbiddenSkips = process.env.CI ? counts.skipped : 0;
  if (forbiddenSkips > 0) console.log("Under CI every test must run: the skips above count as failures.");
  console.log(`\n${counts.pass} passed, ${failed + forbiddenSkips} failed`);
  process.exitCode = failed + forbiddenSkips > 0 || counts.pass === 0 ? 1 : 0;
});
report.pipe(process.stdout);
