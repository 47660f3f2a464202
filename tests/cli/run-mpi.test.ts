import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, test } from "node:test";
import { findMpiexec, mpiexecEnvironment } from "../../src/cli/mpiexec.js";
import { FAMILIES, libraryOf, mpiexecOf } from "../support/mpi.js";
import { MAIN, Project, type Result } from "./tutti.js";

const HELLO = `
import { world } from "tutti/comm";
const comm = world();
console.log(["hello from", comm.rank, "of", comm.size, comm.engine, comm.allreduce(1), ...process.argv.slice(2)].join(" "));
`;

const lines = (text: string) => text.split(/\r?\n/).filter(Boolean).sort();

for (const { family, install } of FAMILIES) {
  const mpiexec = mpiexecOf(family);
  const skip = mpiexec === undefined ? `${family} is not installed: ${install}` : false;

  describe(`tutti run --engine mpi on ${family}`, { skip }, () => {
    const run = async (script: string, ...args: string[]): Promise<Result> => {
      using project = new Project({ "script.ts": script });
      return await project.tutti(["run", "--engine", "mpi", ...args], libraryOf(family));
    };

    test("runs the script in processes with their arguments, lines tagged on demand", async () => {
      const { code, stdout, stderr } = await run(HELLO, "-n", "3", "--tag", "script.ts", "a", "b c");
      assert.equal(code, 0, stderr);
      const expected = [0, 1, 2].map((rank) => `[${rank}] hello from ${rank} of 3 mpi 3 a b c`);
      assert.deepEqual(lines(stdout), expected);
    });

    const failures: Record<string, [string, number, RegExp[]]> = {
      "that throws": [
        `if (comm.rank === 1) throw new RangeError("unicorn");`,
        1,
        [/rank 1 failed:\r?\nRangeError: unicorn/, /script\.ts:3/],
      ],
      "whose promise is rejected": [
        `if (comm.rank === 1) void Promise.reject(new Error("late unicorn"));\nawait new Promise((resolve) => setTimeout(resolve, 50));`,
        1,
        [/rank 1 failed:\r?\nError: late unicorn/],
      ],
      "that exits with a code": [
        `if (comm.rank === 1) process.exit(7);`,
        7,
        [/rank 1 ended the job by process\.exit\(7\)/],
      ],
      "that aborts": [`if (comm.rank === 1) comm.abort(5);`, 5, [/rank 1 ended the job with abort\(5\)/]],
    };
    for (const [name, [line, exitCode, messages]] of Object.entries(failures)) {
      test(`a rank ${name} ends the job, even while others wait`, async () => {
        const script = `import { world } from "tutti/comm"; const comm = world();\n\n${line}\ncomm.barrier();`;
        const { code, stdout, stderr } = await run(script, "-n", "2", "script.ts");
        // some launchers hand on what ranks write to stderr on their stdout
        for (const message of messages) assert.match(stdout + stderr, message);
        assert.equal(code, exitCode);
      });
    }

    test("a rank killed by a signal ends the job", async () => {
      const script = `import { world } from "tutti/comm";
        const comm = world();
        if (comm.rank === 1) process.kill(process.pid, "SIGKILL");
        comm.barrier();`;
      const { code } = await run(script, "-n", "2", "script.ts");
      assert.notEqual(code, 0);
    });

    test("listeners of exit all run before MPI ends", async () => {
      const script = `import { world } from "tutti/comm";
        process.on("exit", () => console.log("before"));
        const comm = world();
        process.on("exit", (code) => console.log("after", String(code), String(comm.allreduce(1))));`;
      const { code, stdout } = await run(script, "-n", "2", "script.ts");
      assert.equal(code, 0);
      assert.deepEqual(lines(stdout), ["after 0 2", "after 0 2", "before", "before"]);
    });

    test("mpiexec with tutti exec", () => {
      using project = new Project({ "script.ts": HELLO });
      const env = { ...process.env, ...mpiexecEnvironment(), NO_COLOR: "1", TMPDIR: project.temporary };
      const args = ["-n", "2", process.execPath, MAIN, "exec", "script.ts", "x"];
      const { status, stdout, stderr } = spawnSync(mpiexec!.command, args, {
        cwd: project.folder,
        env,
        encoding: "utf8",
      });
      assert.equal(status, 0, stderr);
      assert.deepEqual(lines(stdout), ["hello from 0 of 2 mpi 2 x", "hello from 1 of 2 mpi 2 x"]);
    });
  });
}

const both = FAMILIES.every(({ family }) => mpiexecOf(family) !== undefined);

test("a library of another launcher is an error that names both", {
  skip: both ? false : `needs Open MPI and MPICH: ${FAMILIES.map(({ install }) => install).join(", ")}`,
}, () => {
  using project = new Project({ "script.ts": HELLO });
  for (const [launcher, library] of [
    ["Open MPI", "MPICH"],
    ["MPICH", "Open MPI"],
  ] as const) {
    const env = { ...process.env, ...mpiexecEnvironment(), ...libraryOf(library), TMPDIR: project.temporary };
    const args = ["-n", "2", process.execPath, MAIN, "exec", "script.ts"];
    const { status, stdout, stderr } = spawnSync(mpiexecOf(launcher)!.command, args, {
      cwd: project.folder,
      env,
      encoding: "utf8",
    });
    assert.notEqual(status, 0);
    const wanted = `rank [01] of 2 for ${launcher}'s mpiexec but rank 0 of 1 for the library \\S+ \\(${library}`;
    assert.match(stdout + stderr, new RegExp(wanted));
  }
});

test("without a launcher on the PATH the error says how to get one", async () => {
  using project = new Project({ "script.ts": HELLO });
  const { code, stderr } = await project.tutti(["run", "--engine", "mpi", "-n", "2", "script.ts"], {
    PATH: project.folder,
  });
  assert.equal(code, 1);
  assert.match(
    stderr,
    /the launcher of an MPI library was not found on the PATH .*apt-get install openmpi-bin/,
  );
  const { PATH, TUTTI_MPI_LIBRARY } = process.env;
  try {
    Object.assign(process.env, { PATH: project.folder, TUTTI_MPI_LIBRARY: "/opt/lib/libmpich.so.12" });
    assert.throws(findMpiexec, { code: "library", message: /MPICH, to which .*apt-get install mpich/ });
  } finally {
    process.env.PATH = PATH;
    if (TUTTI_MPI_LIBRARY === undefined) delete process.env.TUTTI_MPI_LIBRARY;
  }
});
