import assert from "node:assert/strict";
import { availableParallelism, totalmem } from "node:os";
import { test } from "node:test";
import type { Info } from "../../src/cli/info.js";
import { Project } from "./tutti.js";

async function info(project: Project, env: NodeJS.ProcessEnv = {}): Promise<Info> {
  const { code, stdout, stderr } = await project.tutti(["info", "--json"], env);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  return JSON.parse(stdout);
}

test("tutti info tells the facts of this machine, and the same as text", async () => {
  using project = new Project({});
  const found = await info(project);
  assert.equal(found.node, process.version);
  assert.equal(found.platform, `${process.platform} ${process.arch}`);
  assert.equal(found.cores, availableParallelism());
  assert.equal(found.memoryBytes, totalmem());
  const { code, stdout } = await project.tutti(["info"]);
  assert.equal(code, 0);
  const wanted = [found.tutti, found.node, found.cpu, `Kernels: ${found.kernels.target}`];
  for (const { title, path, install } of found.libraries) wanted.push(title, path ?? install[0]);
  wanted.push(found.ffi.path!, ...found.mpi.launchers.map(({ path }) => path!), ...found.mpi.warnings);
  if (found.mpi.used !== null) wanted.push(`used ${found.mpi.used.library} by ${found.mpi.used.launcher}`);
  const plain = stdout.replace(/ +/g, " ");
  for (const fact of wanted)
    assert.ok(plain.includes(fact.replace(/ +/g, " ")), `${fact} is missing in\n${stdout}`);
});

test("exactly one kernel target is used, and every other says why not", async () => {
  using project = new Project({});
  for (const forced of ["auto", "wasm"]) {
    const { kernels } = await info(project, { TUTTI_KERNELS: forced });
    assert.equal(kernels.requested.kernels, forced);
    const used = Object.entries(kernels.targets).filter(([, { used }]) => used);
    assert.deepEqual(
      used.map(([name]) => name),
      [kernels.target],
    );
    if (forced === "wasm") assert.match(kernels.target!, /^wasm/);
    for (const { used, reason } of Object.values(kernels.targets)) assert.equal(reason === null, used);
  }
});

test("the matrix product in use is named", async () => {
  using project = new Project({});
  const product = async (env: NodeJS.ProcessEnv) => {
    const { stdout } = await project.tutti(["info"], env);
    return stdout.match(/^ {2}matrix product +(.*)$/m)?.[1];
  };
  assert.equal(await product({ TUTTI_BLAS: "off" }), "own");
  const { blas } = (await info(project)).kernels;
  if (blas.available) assert.equal(await product({ TUTTI_BLAS: "on" }), blas.detail);
});

test("a compiler that is missing is named, with what installs one, and the kernels fall back", async () => {
  using project = new Project({});
  const env = { CC: "no-such-compiler", XDG_CACHE_HOME: project.path("cache") };
  const { kernels, compiler } = await info(project, env);
  assert.match(kernels.target!, /^wasm/);
  assert.equal(compiler.path, null);
  assert.match(compiler.reason!, /no-such-compiler/);
  assert.match(kernels.targets.native.reason!, /no-such-compiler/);
  const forced = await project.tutti(["info"], { ...env, TUTTI_KERNELS: "native" });
  assert.equal(forced.code, 0);
  assert.match(forced.stdout, /Kernels: none, because .*no-such-compiler/);
});

test("libraries are found where conda puts them; those that are missing have a line that installs them", {
  skip: process.platform === "linux" ? false : "the names of libraries are those of Linux",
}, async () => {
  using project = new Project({ "conda/lib/libfftw3.so.3": "", "conda/lib/libpetsc_real.so.3.18": "" });
  const { libraries } = await info(project, { CONDA_PREFIX: project.path("conda") });
  const paths = Object.fromEntries(libraries.map(({ title, path }) => [title, path]));
  assert.equal(paths.FFTW, project.path("conda/lib/libfftw3.so.3"));
  assert.equal(paths.PETSc, project.path("conda/lib/libpetsc_real.so.3.18"));
  for (const { path, install } of libraries)
    if (path === null) assert.match(install[0], /^conda install -c conda-forge \w+$/);
    else assert.match(path, /^\//);
});
