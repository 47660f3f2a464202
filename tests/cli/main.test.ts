import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, test } from "node:test";
import { Project } from "./tutti.js";

const project = new Project({ "script.ts": "console.log('ran');" });
after(() => project[Symbol.dispose]());

test("--version prints the package's version", async () => {
  const manifest = readFileSync(new URL("../../../package.json", import.meta.url), "utf8");
  const { code, stdout } = await project.tutti(["--version"]);
  assert.deepEqual({ code, stdout }, { code: 0, stdout: `${JSON.parse(manifest).version}\n` });
});

test("--help lists every command, a command's --help its options", async () => {
  const all = await project.tutti(["--help"]);
  assert.equal(all.code, 0);
  for (const command of ["run", "exec", "info"]) assert.match(all.stdout, new RegExp(`^  ${command} `, "m"));
  const run = await project.tutti(["run", "--help"]);
  for (const option of ["-n, --ranks", "--engine", "--tag"]) assert.ok(run.stdout.includes(option));
});

/** Wrong command lines, and what the message must contain. */
const WRONG: Record<string, [args: string[], message: RegExp]> = {
  "no command": [[], /Usage: tutti/],
  "an unknown command": [["rum", "script.ts"], /unknown command 'rum'/],
  "an unknown option": [["run", "--ranksen", "2", "script.ts"], /unknown option '--ranksen'/],
  "no script": [["run", "-n", "2"], /missing required argument 'script'/],
  "-n without a number": [["run", "-n"], /-n, --ranks <N>/],
  "-n 0": [["run", "-n", "0", "script.ts"], /'0' is invalid.*from 1 to 1024/],
  "-n 1000, of threads": [
    ["run", "-n", "1000", "script.ts"],
    /ranks that are threads must be from 1 to 128, found 1000/,
  ],
  "-n 1025, of processes": [
    ["run", "--engine", "mpi", "-n", "1025", "script.ts"],
    /'1025' is invalid.*from 1 to 1024.*threads or processes of this computer.*mpiexec/,
  ],
  "-n 1000, where ranks are always threads": [
    ["train", "-n", "1000", "table.csv"],
    /'1000' is invalid.*from 1 to 128: ranks are threads of this computer/,
  ],
  "-n 1.5": [["run", "-n", "1.5", "script.ts"], /'1\.5' is invalid.*whole number/],
  "-n x": [["run", "-n", "x", "script.ts"], /'x' is invalid.*whole number/],
  "-n -3": [["run", "-n", "-3", "script.ts"], /'-3' is invalid.*from 1 to 1024/],
  "an engine that is none": [["run", "--engine", "magic", "script.ts"], /'magic' is invalid.*threads, mpi/],
};

for (const [name, [args, message]] of Object.entries(WRONG)) {
  test(`${name}: a message, exit code 1, nothing runs`, async () => {
    const { code, stdout, stderr } = await project.tutti(args);
    assert.deepEqual({ code, stdout }, { code: 1, stdout: "" });
    assert.match(stderr, message);
    assert.ok(!stderr.includes("    at "), `a stack is no help here: ${stderr}`);
  });
}
