import assert from "node:assert/strict";
import { chmodSync } from "node:fs";
import { after, describe, test } from "node:test";
import type { Info } from "../../src/cli/info.js";
import { findManagers, installLines, onPath } from "../../src/cli/install.js";
import { Project } from "./tutti.js";

/* What `tutti info` says of MPI on machines that are made up: libraries are empty files, launchers print a version. */

const launcher = (version: string) => `#!/bin/sh\necho '${version}'\n`;
const project = new Project({
  "openmpi/bin/mpiexec": launcher("mpiexec (OpenRTE) 5.0.1"),
  "mpich/bin/mpiexec": launcher("HYDRA build details:\n    Version: 4.2.0"),
  "slurm/bin/srun": launcher("slurm 23.02"),
  "both/lib/libmpi.so.40": "",
  "both/lib/libmpich.so.12": "",
  "managers/apt-get": launcher("apt"),
  "managers/dnf": launcher("dnf"),
  "brew/brew": launcher("brew"),
  "conda/conda": launcher("conda"),
  "module/not-executable": "",
});
after(() => project[Symbol.dispose]());
for (const file of [
  ...["openmpi/bin/mpiexec", "mpich/bin/mpiexec", "slurm/bin/srun"],
  ...["managers/apt-get", "managers/dnf", "brew/brew", "conda/conda"],
])
  chmodSync(project.path(file), 0o755);

const OPEN_MPI = project.path("both/lib/libmpi.so.40");
const MPICH = project.path("both/lib/libmpich.so.12");

async function info(commands: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Info> {
  const PATH = commands.map((name) => project.path(`${name}/bin`)).join(":");
  const { code, stdout, stderr } = await project.tutti(["info", "--json"], {
    PATH,
    LD_LIBRARY_PATH: project.path("both/lib"),
    TUTTI_KERNELS: "wasm",
    TUTTI_MPI_LIBRARY: undefined,
    CONDA_PREFIX: undefined,
    ...env,
  });
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

describe("tutti info on MPI", {
  skip: process.platform === "linux" ? false : "the names of libraries are those of Linux",
}, () => {
  test("the first launcher on the PATH decides which library is used", async () => {
    for (const [first, second, library, version] of [
      ["openmpi", "mpich", OPEN_MPI, "5.0.1"],
      ["mpich", "openmpi", MPICH, "4.2.0"],
    ]) {
      const { mpi } = await info([first, second]);
      assert.deepEqual(mpi.used, {
        launcher: "mpiexec",
        library,
        why: "it is the first launcher on the PATH",
      });
      assert.equal(mpi.launchers.length, 1);
      assert.equal(mpi.launchers[0].version, version);
      assert.equal(mpi.launchers[0].path, project.path(`${first}/bin/mpiexec`));
    }
  });

  test("a library without a launcher is a warning with what installs one", async () => {
    const { mpi } = await info(["mpich"], { CONDA_PREFIX: project.path("conda") });
    assert.equal(mpi.warnings.length, 1);
    assert.match(
      mpi.warnings[0],
      /^Open MPI: .*libmpi\.so\.40 has no launcher .* conda install -c conda-forge openmpi/,
    );
    assert.equal(mpi.srun, null);
  });

  test("without any launcher none is used; srun is named", async () => {
    const { mpi } = await info(["slurm"]);
    assert.equal(mpi.used, null);
    assert.equal(mpi.warnings.length, 2);
    assert.equal(mpi.srun, project.path("slurm/bin/srun"));
  });

  test("TUTTI_MPI_LIBRARY decides, and is warned of where it cannot work", async () => {
    const right = await info(["mpich"], { TUTTI_MPI_LIBRARY: MPICH });
    const why = "TUTTI_MPI_LIBRARY names the library";
    assert.deepEqual(right.mpi.used, { launcher: "mpiexec", library: MPICH, why });
    const wrong = await info(["mpich"], { TUTTI_MPI_LIBRARY: OPEN_MPI });
    assert.equal(wrong.mpi.used, null);
    assert.match(
      wrong.mpi.warnings.join("\n"),
      /TUTTI_MPI_LIBRARY=.* is Open MPI, whose launcher is not on the PATH/,
    );
    const none = await info(["mpich"], { TUTTI_MPI_LIBRARY: "/none/libmpich.so.12" });
    assert.match(none.mpi.warnings.join("\n"), /TUTTI_MPI_LIBRARY=\/none\/libmpich\.so\.12: no such file/);
  });

  test("under a launcher, that one decides; a library of another family is a warning", async () => {
    const under = { PMI_RANK: "1", PMI_SIZE: "4" };
    const { mpi } = await info(["openmpi"], under);
    assert.deepEqual(mpi.startedBy, { title: "MPICH's mpiexec", family: "MPICH", rank: 1, size: 4 });
    assert.equal(mpi.used?.library, MPICH);
    const other = await info(["openmpi"], { ...under, TUTTI_MPI_LIBRARY: OPEN_MPI });
    assert.match(other.mpi.warnings.join("\n"), /is Open MPI, but MPICH's mpiexec has started this process/);
    const srun = await info(["slurm"], { PMIX_RANK: "0", SLURM_STEP_NUM_TASKS: "2" });
    assert.equal(srun.mpi.used?.library, OPEN_MPI);
  });
});

describe("lines that install", () => {
  const packages = {
    module: "openmpi",
    apt: "openmpi-bin",
    dnf: "openmpi",
    brew: "open-mpi",
    conda: "openmpi",
  };
  const NAMES = ["PATH", "MODULESHOME", "LMOD_CMD", "CONDA_PREFIX"] as const;

  /** Runs `body` with only the given variables of those that matter. */
  function within<T>(env: Partial<Record<(typeof NAMES)[number], string>>, body: () => T): T {
    const before = NAMES.map((name) => [name, process.env[name]] as const);
    for (const name of NAMES) delete process.env[name];
    try {
      Object.assign(process.env, env);
      return body();
    } finally {
      for (const [name, value] of before)
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
    }
  }

  const cases: [string, Parameters<typeof within>[0], string[]][] = [
    [
      "Debian, or whatever has apt-get",
      { PATH: project.path("managers") },
      ["apt-get install openmpi-bin", "dnf install openmpi"],
    ],
    ["Homebrew", { PATH: project.path("brew") }, ["brew install open-mpi"]],
    [
      "an active environment of conda, before the system's own",
      { PATH: `${project.path("managers")}:${project.path("conda")}`, CONDA_PREFIX: "/conda" },
      ["conda install -c conda-forge openmpi", "apt-get install openmpi-bin", "dnf install openmpi"],
    ],
    [
      "conda that is not active, after it",
      { PATH: `${project.path("brew")}:${project.path("conda")}` },
      ["brew install open-mpi", "conda install -c conda-forge openmpi"],
    ],
    ["modules of a cluster", { PATH: "", LMOD_CMD: "/lmod" }, ["module load openmpi"]],
    [
      "older modules, first",
      { PATH: project.path("conda"), MODULESHOME: "/modules" },
      ["module load openmpi", "conda install -c conda-forge openmpi"],
    ],
    ["nothing that is known", { PATH: project.path("module") }, ["conda install -c conda-forge openmpi"]],
  ];
  for (const [name, env, expected] of cases)
    test(name, () => within(env, () => assert.deepEqual(installLines(packages, findManagers()), expected)));

  test("a package that no manager here has comes from conda", () =>
    assert.deepEqual(installLines({ conda: "slepc" }, ["dnf"]), ["conda install -c conda-forge slepc"]));

  test("a file that may not be executed is no command", () =>
    within({ PATH: project.path("module") }, () => assert.equal(onPath("not-executable"), null)));
});
