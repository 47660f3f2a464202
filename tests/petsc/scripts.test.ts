import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, test } from "node:test";
import { MAIN, Project } from "../cli/tutti.js";
import { noPetsc, PETSC_MPI, runScript as run } from "../support/petsc.js";

/* What shows only from outside a process: counts at its end, other engines, the end of a job. */

/** One of everything, given back. */
const EVERYTHING = `
import { DMDA, DMPlex, IS, KSP, Mat, NullSpace, Scatter, SNES, TAO, TS, Vec, Viewer } from "tutti/petsc";
import { EPS } from "tutti/slepc";

using a = Mat.createAIJ(8, { nnz: 1 });
const [begin, end] = a.ownershipRange;
for (let i = begin; i < end; i++) a.setValue(i, i, i + 1);
a.assemble();
const { right: x, left: b } = a.createVecs();
b.set(1);
using ksp = KSP.create();
ksp.setOperators(a);
ksp.pc.setShell((x, y) => void x.copy(y));
ksp.setMonitor(() => {});
ksp.setFromOptions();
ksp.solve(b, x);
using space = NullSpace.create({ constant: true });
using set = IS.createStride(2);
using da = DMDA.create([16]);
using snes = SNES.create();
snes.setDM(da);
snes.setFunction((x, f) => {
  for (const [k, value] of x.arrayRead.entries()) f.array[k] = value ** 2 - 4;
});
using u = da.createGlobalVector();
u.set(1);
snes.solve(null, u);
using mesh = DMPlex.createBoxMesh([2, 2]);
mesh.createSection({ dofs: [1, 0, 0], fixBoundary: true });
using local = mesh.createLocalVector();
using tao = TAO.create();
tao.setObjectiveGradient((x, g) => {
  x.copy(g);
  return x.dot(x) / 2;
});
tao.solve(x);
using ts = TS.create();
ts.setRHSFunction((_, u, g) => void u.copy(g));
ts.setMaxTime(0.1);
ts.setTimeStep(0.1);
ts.solve(x);
using eps = EPS.create();
eps.setOperators(a);
eps.setProblemType("hep");
eps.solve();
x.destroy();
b.destroy();
`;

describe("programs with PETSc", { skip: noPetsc }, () => {
  for (const command of [["run", "-n", "1"], ["exec"], ["run", "--engine", "mpi", "-n", "2"]]) {
    test(`PETSc destroys as many objects as it has created, tutti ${command.join(" ")}`, async () => {
      const { code, stdout, stderr } = await run(EVERYTHING, command, {
        options: ["-log_view", "-ksp_type", "gmres"],
      });
      assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
      const table = stdout.slice(stdout.indexOf("Object Type"));
      const rows = [...table.matchAll(/^ *(\S.*?) +(\d+) +(\d+)$/gm)].map(([, name, made, gone]) => ({
        name,
        made: Number(made),
        gone: Number(gone),
      }));
      assert.ok(rows.length > 10, stdout);
      // the report itself is written by a viewer
      const left = rows.filter(({ name, made, gone }) => made !== gone && name !== "Viewer");
      assert.deepEqual(left, []);
    });
  }

  for (const command of ["run -n 1", "exec"]) {
    test(`what PETSc prints waits for a slow reader, tutti ${command}`, () => {
      const script = `
import { Vec, Viewer } from "tutti/petsc";
console.log("begin");
using x = Vec.createSeq(100_000);
Viewer.stdout().show(x);
console.log("end");
`;
      using project = new Project({ "script.ts": script });
      const line = `'${process.execPath}' '${MAIN}' ${command} script.ts | (sleep 1; grep -c '^0')`;
      const env = { ...process.env, ...PETSC_MPI, TMPDIR: project.temporary };
      const { stdout } = spawnSync("sh", ["-c", line], {
        ...{ cwd: project.folder, env, encoding: "utf8", timeout: 60_000 },
      });
      assert.equal(stdout, "100000\n");
    });
  }

  test("objects that only one rank drops are no reason to wait for others at the end", async () => {
    const script = `
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { self, world } from "tutti/comm";
import { garbageCleanup, liveObjects, Vec } from "tutti/petsc";
setFlagsFromString("--expose-gc");
const collect: () => void = runInNewContext("gc");
const comm = world();
const kept: Vec[] = [];
function make() {
  for (let i = 0; i < 5; i++) {
    const x = Vec.createMPI(8);
    if (comm.rank === 0) kept.push(x);
    Vec.createMPI(8);
    Vec.createSeq(8);
  }
}
make();
for (let tries = 0; tries < 50 && liveObjects() > kept.length; tries++) {
  await new Promise((resolve) => setTimeout(resolve, 10)); // what has been looked at stays until then
  collect();
}
await new Promise((resolve) => setTimeout(resolve, 10));
if (process.argv[2] === "clean") garbageCleanup(comm);
console.log(liveObjects());
`;
    for (const how of ["clean", "leave"]) {
      const { code, stdout } = await run(script, ["run", "--engine", "mpi", "-n", "2"], { options: [how] });
      assert.deepEqual({ code, lines: stdout.split("\n").sort() }, { code: 0, lines: ["", "0", "5"] });
    }
  });

  test("one process needs no daemon of Open MPI, which another package has", async () => {
    const script = `import { Vec } from "tutti/petsc"; using x = Vec.createMPI(3); x.set(2); console.log(x.sum());`;
    const { code, stdout, stderr } = await run(script, ["exec"], { env: { PATH: "/nowhere" } });
    assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: "6\n", stderr: "" });
  });

  test("threads are sent to engine mpi", async () => {
    const script = `import { Vec } from "tutti/petsc"; Vec.createMPI(3);`;
    const { code, stderr } = await run(script, ["run", "-n", "2"]);
    assert.equal(code, 1);
    assert.match(
      stderr,
      /\[unsupported\]: PETSc cannot use world, whose 2 ranks are threads; start them as processes with tutti run --engine mpi/,
    );
  });

  test("ranks that are checked have the communicators of MPI, too", async () => {
    const script = `
import { world } from "tutti/comm";
import { Vec } from "tutti/petsc";
using x = Vec.createMPI(6);
x.set(2);
if (world().rank === 0) console.log("size", x.localSize);
console.log("sum", x.sum());
`;
    const { code, stdout } = await run(script, ["run", "--engine", "mpi", "--check", "-n", "2"]);
    assert.equal(code, 0);
    assert.deepEqual(stdout.trim().split("\n").sort(), ["size 3", "sum 12", "sum 12"]);
  });

  test("long solves tell how far they are on rank 0, short ones say nothing", async () => {
    const script = `
import { KSP, Mat, progress, Vec } from "tutti/petsc";
const slow = Number(process.argv[2]);
const a = Mat.createShell(12, {
  mult(x, y) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, slow);
    for (let i = 0; i < y.array.length; i++) y.array[i] = (i + 1 + y.ownershipRange[0]) * x.array[i];
  },
});
const { right: x, left: b } = a.createVecs();
b.set(1);
const ksp = KSP.create();
ksp.setOperators(a);
ksp.setType("cg");
ksp.pc.setType("none");
ksp.setMonitor(progress("pressure"));
ksp.solve(b, x);
`;
    const arguments_ = ["run", "--engine", "mpi", "-n", "2"];
    const long = await run(script, arguments_, { options: ["150"] });
    const lines = long.stderr.trim().split("\n");
    for (const line of lines) assert.match(line, /^pressure: iteration [1-9]\d*, norm \d\S*, [1-9]\d* s$/);
    assert.equal(new Set(lines).size, lines.length, long.stderr);
    const short = await run(script, arguments_, { options: ["0"] });
    assert.equal(short.stderr, "");
  });

  test("a rank that fails in a callback while others wait for it there ends the job", async () => {
    const script = `
import { Mat, Vec } from "tutti/petsc";
import { world } from "tutti/comm";
const comm = world();
const a = Mat.createShell(4, {
  mult(x, y) {
    if (comm.rank === 1) throw new RangeError("not this product");
    y.set(x.sum());
  },
});
const { right, left } = a.createVecs();
a.mult(right, left);
`;
    const { code, stderr } = await run(script, ["run", "--engine", "mpi", "-n", "2"]);
    assert.notEqual(code, 0);
    assert.match(stderr, /rank 1 failed in a callback of PETSc while others wait for it:/);
    assert.match(stderr, /RangeError: not this product\n +at \S*mult \(.*script\.ts:7:/);
  });

  test("a library that is not there, or is no PETSc, is named", async () => {
    const script = `import { Vec } from "tutti/petsc"; Vec.createMPI(3);`;
    for (const [library, pattern] of [
      ["/nowhere/libpetsc.so", /\[library\]: .*PETSc.*\/nowhere\/libpetsc\.so.*TUTTI_PETSC_LIBRARY/s],
      ["libm.so.6", /\[library\]: libm\.so\.6 has no function PetscGetVersionNumber/],
    ] as const) {
      const { code, stderr } = await run(script, ["run", "-n", "1"], {
        env: { TUTTI_PETSC_LIBRARY: library },
      });
      assert.equal(code, 1);
      assert.match(stderr, pattern);
    }
  });
});
