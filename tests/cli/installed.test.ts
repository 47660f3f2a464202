import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { transformSync } from "esbuild";
import { asUser, FAMILIES, mpiexecOf } from "../support/mpi.js";
import { Project } from "./tutti.js";

/*
 * A project of its own in which the packed package is installed, as `npm install` does it but without the network, and
 * the ways to start its script on several processes.
 */

const root = fileURLToPath(new URL("../../..", import.meta.url));
const HELLO = `
import { world } from "tutti/comm";
const comm = world();
const name: string = "hello";
console.log(name, String(comm.rank), String(comm.allreduce(1)));
`;

const project = new Project({
  "package.json": JSON.stringify({ name: "a-project", private: true, type: "module" }),
  "script.ts": HELLO,
  "built.js": transformSync(HELLO, { loader: "ts" }).code,
});
after(() => project[Symbol.dispose]());
installPackage();

function installPackage(): void {
  const options = ["--ignore-scripts", "--silent", "--pack-destination", project.folder];
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const packed = execFileSync(npm, ["pack", ...options], { cwd: root, encoding: "utf8" }).trim();
  execFileSync("tar", ["-xzf", project.path(packed), "-C", project.folder]);
  rmSync(project.path(packed));
  mkdirSync(project.path("node_modules/.bin"), { recursive: true });
  renameSync(project.path("package"), project.path("node_modules/tutti"));
  symlinkSync(`${root}/node_modules`, project.path("node_modules/tutti/node_modules"));
  symlinkSync("../tutti/dist/lib/cli/main.js", project.path("node_modules/.bin/tutti"));
  chmodSync(project.path("node_modules/tutti/dist/lib/cli/main.js"), 0o755);
}

for (const { family, install } of FAMILIES) {
  const mpiexec = mpiexecOf(family);
  const skip = mpiexec === undefined ? `${family} is not installed: ${install}` : false;

  describe(`a project in which tutti is installed, on ${family}`, { skip }, () => {
    const start = (...args: string[]) =>
      spawnSync(mpiexec!.command, args, asUser(project.folder, { TMPDIR: project.temporary }));

    const launches: [string, string[]][] = [
      ["npx tutti exec script.ts", ["-n", "4", "npx", "tutti", "exec", "script.ts"]],
      ["node_modules/.bin/tutti exec script.ts", ["-n", "4", "node_modules/.bin/tutti", "exec", "script.ts"]],
      ["node built.js", ["-n", "4", "node", "built.js"]],
    ];
    if (family === "MPICH")
      launches.push(
        ["npx, told of a port", ["-pmi-port", "-n", "4", "npx", "tutti", "exec", "script.ts"]],
        ["node, told of a port", ["-pmi-port", "-n", "4", "node", "built.js"]],
      );
    for (const [name, args] of launches) {
      test(`mpiexec with ${name}`, () => {
        const { status, stdout, stderr } = start(...args);
        assert.equal(status, 0, stdout + stderr);
        const lines = stdout.split(/\r?\n/).filter(Boolean).sort();
        assert.deepEqual(
          lines,
          [0, 1, 2, 3].map((rank) => `hello ${rank} 4`),
        );
      });
    }

    if (family === "MPICH")
      test("a connection that no process has any more is an error that says what to start instead", () => {
        const { status, stdout, stderr } = start(
          "-n",
          "1",
          "sh",
          "-c",
          'eval "exec $PMI_FD>&-"; node built.js',
        );
        assert.notEqual(status, 0);
        assert.match(
          stdout + stderr,
          /has closed their connection; start "mpiexec -pmi-port" instead of "mpiexec"/,
        );
      });
  });
}
