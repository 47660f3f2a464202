import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Project, runScript, seen } from "./tutti.js";

const json = JSON.stringify;

test("a script sees its own path and arguments, options of its own included", async () => {
  using project = new Project({ "a b/script.ts": "console.log(JSON.stringify(process.argv.slice(1)));" });
  const { code, stdout } = await project.tutti([
    "run",
    "-n",
    "1",
    "a b/script.ts",
    "-n",
    "7",
    "--tag",
    "x y",
  ]);
  assert.equal(code, 0);
  assert.deepEqual(JSON.parse(stdout), [project.path("a b/script.ts"), "-n", "7", "--tag", "x y"]);
});

test("without -n there is one rank for each core", async () => {
  using project = new Project({
    "script.ts": `
      import { availableParallelism } from "node:os";
      console.log(availableParallelism());`,
  });
  const { stdout } = await project.tutti(["run", "script.ts"]);
  const lines = stdout.trim().split("\n");
  assert.equal(lines.length, Number(lines[0]));
});

test("ranks inherit the environment, and each has its own copy", async () => {
  using project = new Project({
    "script.ts": `
      console.log(process.env.TUTTI_TEST);
      process.env.TUTTI_TEST = "changed";`,
  });
  const { stdout } = await project.tutti(["run", "-n", "3", "script.ts"], { TUTTI_TEST: "inherited" });
  assert.equal(stdout, "inherited\n".repeat(3));
});

test("relative TypeScript, JSON and dynamic imports, and top-level await", async () => {
  using project = new Project({
    "tsconfig.json": "{}",
    "main.ts": `#!/usr/bin/env -S npx tutti run
      import data from "./data.json" with { type: "json" };
      import { twice } from "./lib/twice.js";
      const { late } = await import("./lib/late");
      enum Unit { meter = 3 }
      console.log(twice(data.answer satisfies number), await late(), Unit.meter);`,
    "data.json": '{ "answer": 21 }',
    "lib/twice.ts": "export const twice = (x: number): number => 2 * x;",
    "lib/late.ts": "export const late = async () => 'late';",
  });
  const { code, stdout, stderr } = await project.tutti(["run", "-n", "1", "main.ts"]);
  assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: "42 late 3\n", stderr: "" });
});

test("packages are found from the script's folder and loaded as Node would", async () => {
  using project = new Project({
    "deep/er/script.ts": `
      import { url } from "esm-package/inner";
      import common from "common-package";
      import { value } from "typescript-package";
      import limits from "data-package/limits.json" with { type: "json" };
      console.log(JSON.stringify([url, common.file, common.inner, value, limits]));`,
    "node_modules/esm-package/package.json": json({
      name: "esm-package",
      exports: { "./inner": { module: "./wrong.js", require: "./wrong.js", import: "./right.mjs" } },
    }),
    "node_modules/esm-package/right.mjs": "export const url = import.meta.url;",
    "node_modules/common-package/index.js":
      "module.exports = { file: __filename, inner: require('inner-package') };",
    "node_modules/common-package/node_modules/inner-package/index.js": "module.exports = 'inner';",
    "node_modules/typescript-package/package.json": json({ name: "typescript-package", main: "main.ts" }),
    "node_modules/typescript-package/main.ts": "export const value: number = 5;",
    "node_modules/data-package/limits.json": "[1, 2]",
  });
  const { stdout, stderr } = await project.tutti(["run", "-n", "1", "deep/er/script.ts"]);
  assert.equal(stderr, "");
  assert.deepEqual(JSON.parse(stdout), [
    pathToFileURL(project.path("node_modules/esm-package/right.mjs")).href,
    project.path("node_modules/common-package/index.js"),
    "inner",
    5,
    [1, 2],
  ]);
});

test("every file keeps its own import.meta, and CommonJS files their names and require", async () => {
  using project = new Project({
    "package.json": json({ name: "user", imports: { "#inner": "./lib/inner.ts" } }),
    "main.ts": `
      import { inner } from "#inner";
      import old from "./old.cjs";
      const found = [import.meta.resolve("./x.txt"), import.meta.resolve("some-package")];
      console.log(JSON.stringify({
        own: [import.meta.url, import.meta.filename, import.meta.dirname, import.meta.main], found, inner, old }));`,
    "lib/inner.ts": "export const inner = [import.meta.url, import.meta.dirname, import.meta.main];",
    "old.cjs": `
      const fs = require("fs");
      const some = require("some-package");
      module.exports = [__filename, __dirname, typeof fs.readFileSync, some.kind];`,
    "node_modules/some-package/package.json": json({
      name: "some-package",
      exports: { import: "./import.mjs", require: "./require.cjs" },
    }),
    "node_modules/some-package/import.mjs": "export const kind = 'import';",
    "node_modules/some-package/require.cjs": "exports.kind = 'require';",
  });
  const { stdout, stderr } = await project.tutti(["run", "-n", "1", "main.ts"]);
  assert.equal(stderr, "");
  const url = (name: string) => pathToFileURL(project.path(name)).href;
  assert.deepEqual(JSON.parse(stdout), {
    own: [url("main.ts"), project.path("main.ts"), project.folder, true],
    found: [url("x.txt"), url("node_modules/some-package/import.mjs")],
    inner: [url("lib/inner.ts"), project.path("lib"), false],
    old: [project.path("old.cjs"), project.folder, "function", "require"],
  });
});

test("tutti is the package that runs the script where the script has none of its own", async () => {
  using project = new Project({
    "script.ts": `
      import { TuttiError } from "tutti";
      import * as comm from "tutti/comm";
      console.log(typeof comm.world, new TuttiError("argument", "a message").code);`,
  });
  const { stdout, stderr } = await project.tutti(["run", "-n", "1", "script.ts"]);
  assert.deepEqual({ stdout, stderr }, { stdout: "function argument\n", stderr: "" });
});

test("an installed tutti of the same version is taken, one of another version is refused", async () => {
  const { version } = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8"));
  const files = (installed: string) => ({
    "script.ts": `import { mark } from "tutti"; console.log(mark);`,
    "node_modules/tutti/package.json": json({
      name: "tutti",
      version: installed,
      type: "module",
      exports: { ".": "./index.js", "./package.json": "./package.json" },
    }),
    "node_modules/tutti/index.js": "export const mark = 'installed';",
  });
  using same = new Project(files(version));
  assert.equal((await same.tutti(["run", "-n", "1", "script.ts"])).stdout, "installed\n");
  using other = new Project(files("0.0.1-other"));
  const { code, stderr } = await other.tutti(["run", "-n", "1", "script.ts"]);
  assert.equal(code, 1);
  assert.match(stderr, /version .*0\.0\.1-other.*npx tutti/s);
  assert.ok(stderr.includes(other.path("node_modules/tutti")));
});

test("a script that does not exist, is a folder, or does not compile", async () => {
  using project = new Project({
    "folder/x.ts": "",
    "syntax.ts": "const fine = 1;\nconst bad = = 2;\n",
    "imports.ts":
      "\nimport './missing.js';\nimport 'no-such-package';\nimport { nothing } from './folder/x.js';\n",
  });
  const stderrOf = async (script: string) => {
    const { code, stdout, stderr } = await project.tutti(["run", "-n", "2", script]);
    assert.deepEqual({ code, stdout }, { code: 1, stdout: "" });
    return stderr;
  };
  assert.ok((await stderrOf("missing.ts")).includes(project.path("missing.ts")));
  assert.match(await stderrOf("folder"), /folder: is not a file/);
  assert.match(await stderrOf("syntax.ts"), /syntax\.ts:2:12/);
  const imports = await stderrOf("imports.ts");
  assert.match(imports, /imports\.ts:2:7/);
  assert.match(imports, /imports\.ts:3:7/);
  assert.match(imports, /"\.\/missing\.js"/);
  assert.match(imports, /"no-such-package"/);
});

test("pending timers keep a rank alive, a script that only imports ends", async () => {
  const { code, stdout } = await runScript("setTimeout(() => console.log('late'), 300);", 2);
  assert.deepEqual({ code, stdout }, { code: 0, stdout: "late\nlate\n" });
  assert.equal((await runScript("", 2)).code, 0);
});

test("tutti exec runs the script in its own process", async () => {
  using project = new Project({
    "script.ts": `
      import { isMainThread } from "node:worker_threads";
      console.log(JSON.stringify([isMainThread, ...process.argv.slice(1)]));
      process.exitCode = 4;`,
    "throws.ts": "\n\nthrow new Error('on purpose');",
  });
  const { code, stdout } = await project.tutti(["exec", "script.ts", "-n", "3"]);
  assert.equal(code, 4);
  assert.deepEqual(JSON.parse(stdout), [true, project.path("script.ts"), "-n", "3"]);
  const thrown = await project.tutti(["exec", "throws.ts"]);
  assert.equal(thrown.code, 1);
  assert.match(thrown.stderr, /on purpose/);
  assert.ok(thrown.stderr.includes(`${project.path("throws.ts")}:3:7`));
});

test("a signal ends tutti exec as it ends node, and leaves nothing", async () => {
  using project = new Project({ "script.ts": "console.log('ready'); for (;;);" });
  const { process: child, result } = project.start(["exec", "script.ts"]);
  await seen(child.stdout, /ready/);
  assert.deepEqual(readdirSync(project.temporary), []);
  child.kill("SIGTERM");
  assert.equal((await result).code, "SIGTERM");
});

test("the example of the first page says hello from every rank, the last line last", async () => {
  using project = new Project({});
  const example = fileURLToPath(new URL("../../../examples/01-hello.ts", import.meta.url));
  const { code, stdout, stderr } = await project.tutti(["run", "-n", "3", example]);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  const lines = stdout.trim().split("\n");
  assert.equal(lines.pop(), "All 3 ranks have said hello.");
  assert.deepEqual(
    lines.map((line) => line.replace(/ on .*, engine/, ", engine")).sort(),
    [0, 1, 2].map((rank) => `Hello from rank ${rank} of 3, engine threads.`),
  );
});
