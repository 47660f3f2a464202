import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { MPICH, openMpi, STANDARD } from "../../src/comm/mpi/abi.js";
import { detectAbi } from "../../src/comm/mpi/functions.js";
import { findLauncher } from "../../src/comm/mpi/launcher.js";
import { loadLibrary } from "../../src/native/index.js";
import { forEachMpi } from "../support/ranks.js";

const BODIES = new URL("./bodies/mpi.js", import.meta.url).href;

forEachMpi([3], (place) => {
  for (const body of ["truncation", "otherElements", "throwingOperation", "droppedRequests", "longSums"])
    test(body, async () => void (await place.run(BODIES, body)));
});

forEachMpi([1], ({ run }) => {
  test("freed communicators", async () => void (await run(BODIES, "manyCommunicators")));
});

describe("the launcher is known by its environment", () => {
  const SRUN = "start it with srun --mpi=pmix for Open MPI, with srun --mpi=pmi2 for MPICH";
  const cases: [string, Record<string, string>, object | undefined][] = [
    ["none", { PATH: "/bin" }, undefined],
    [
      "Open MPI, which sets PMIx variables too",
      { OMPI_COMM_WORLD_SIZE: "4", OMPI_COMM_WORLD_RANK: "3", PMIX_RANK: "3" },
      { title: "Open MPI's mpiexec", family: "Open MPI", rank: 3, size: 4 },
    ],
    [
      "MPICH",
      { PMI_SIZE: "2", PMI_RANK: "1", PMI_FD: "9" },
      { title: "MPICH's mpiexec", family: "MPICH", rank: 1, size: 2 },
    ],
    [
      "MPICH with a port, which says no size",
      { PMI_PORT: "node1:4711", PMI_ID: "1" },
      { title: "MPICH's mpiexec", family: "MPICH", rank: 1, size: undefined },
    ],
    [
      "MPICH in a Slurm job, where srun starts its helpers",
      { PMI_SIZE: "2", PMI_RANK: "1", PMI_FD: "9", MPI_LOCALNRANKS: "1", SLURM_STEP_ID: "0" },
      { title: "MPICH's mpiexec", family: "MPICH", rank: 1, size: 2 },
    ],
    [
      "srun with PMI, for libraries of both families",
      { PMI_SIZE: "2", PMI_RANK: "0", SLURM_STEP_ID: "1" },
      { title: "srun with PMI", likely: "MPICH", rank: 0, size: 2, advice: SRUN },
    ],
    [
      "PMIx alone",
      { PMIX_RANK: "5" },
      {
        title: "a launcher that speaks PMIx",
        likely: "Open MPI",
        rank: 5,
        size: undefined,
        advice: undefined,
      },
    ],
    [
      "srun with PMIx",
      { PMIX_RANK: "5", SLURM_STEP_NUM_TASKS: "8", SLURM_PROCID: "5" },
      { title: "a launcher that speaks PMIx", likely: "Open MPI", rank: 5, size: 8, advice: SRUN },
    ],
    [
      "srun without PMI, whose ranks cannot find each other",
      { SLURM_STEP_NUM_TASKS: "8", SLURM_PROCID: "7" },
      { title: "srun without PMI", likely: "MPICH", rank: 7, size: 8, advice: SRUN },
    ],
    ["a Slurm step of one process", { SLURM_STEP_NUM_TASKS: "1", SLURM_PROCID: "0" }, undefined],
  ];
  for (const [name, environment, expected] of cases)
    test(name, () => assert.deepEqual(findLauncher(environment), expected));
});

describe("the binary interface is known by the library's symbols", () => {
  const compiler = spawnSync("cc", ["--version"]).status === 0;
  const skip = compiler ? false : "needs a C compiler: apt-get install gcc libc6-dev";
  const folder = mkdtempSync(join(tmpdir(), "tutti-abi-"));
  after(() => rmSync(folder, { recursive: true }));

  const version = (major: number) =>
    `int MPI_Abi_get_version(int *major, int *minor) { *major = ${major}; *minor = 0; return 0; }`;
  const constants = ["comm_world", "comm_self", "errors_return", "info_null", "op_replace", "op_no_op"];
  const names = [...constants, "float", "double"];
  for (const sign of ["", "u"]) for (const bits of [8, 16, 32, 64]) names.push(`${sign}int${bits}_t`);
  for (const op of ["sum", "prod", "min", "max", "band", "bor", "bxor"]) names.push(`op_${op}`);
  const symbols = names.map((name) => `char ompi_mpi_${name}[512];`).join("\n");
  const cases: [string, string, (abi: ReturnType<typeof detectAbi>) => void][] = [
    ["the standard's", version(1), (abi) => assert.equal(abi, STANDARD)],
    ["MPICH's, of a release that can be built for both", version(-1), (abi) => assert.equal(abi, MPICH)],
    ["MPICH's", "int MPI_Init(void *a, void *b) { return 0; }", (abi) => assert.equal(abi, MPICH)],
    [
      "Open MPI's, whose handles are addresses",
      symbols + version(0),
      (abi) => {
        assert.equal(abi.name, "Open MPI");
        assert.equal(
          new Set([
            abi.world,
            ...Object.values(abi.types),
            ...Object.values(abi.ops),
            abi.replace,
            abi.noOp,
            abi.infoNull,
          ]).size,
          21,
        );
      },
    ],
  ];
  for (const [i, [name, source, check]] of cases.entries()) {
    test(name, { skip }, () => {
      const [file, library] = [join(folder, `${i}.c`), join(folder, `lib${i}.so`)];
      writeFileSync(file, source);
      assert.equal(spawnSync("cc", ["-shared", "-fPIC", "-o", library, file]).status, 0);
      check(detectAbi(loadLibrary(library)));
    });
  }

  test("a library without Open MPI's symbols is none of Open MPI's", () => {
    const c = loadLibrary(process.platform === "darwin" ? "libSystem.dylib" : "libc.so.6");
    assert.throws(() => openMpi(c), { code: "library", message: /no symbol ompi_mpi_comm_world/ });
  });
});

test("lengths in a status may exceed 32 bits", () => {
  // MPICH keeps a flag in the lowest bit of the upper half
  assert.equal(MPICH.messageBytes!(Int32Array.of(-8, 3, 0, 0, 0, 0, 0, 0)), 2 ** 32 + 2 ** 32 - 8);
});
