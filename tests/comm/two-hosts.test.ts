import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { MAIN, Project } from "../cli/tutti.js";
import { asUser, FAMILIES, MpiPool, mpiexecOf } from "../support/mpi.js";
import { reasonForNoHosts, TwoHosts } from "../support/two-hosts.js";
import * as collectives from "./bodies/collectives.js";
import * as communicators from "./bodies/communicators.js";
import * as messages from "./bodies/messages.js";
import * as objects from "./bodies/objects.js";
import * as reductions from "./bodies/reductions.js";

/*
 * Ranks on two hosts with a network between them: what they say to each other crosses it, which is counted.
 */

const SUITES = { messages, collectives, reductions, objects, communicators };
/** For ranks that share memory, which hosts do not. */
const NEEDS_SHARED_MEMORY = ["splitShared"];
/** Long bodies about kinds of elements, operations and memory, for which the way of the bytes makes no difference. */
const SAME_ON_ONE_HOST = [
  ...["operations", "allreduceSum", "complexNumbers", "complexTreeOrder", "minlocMaxloc"],
  ...["allgather", "alltoall", "mixedMemory", "bcastMixedMemory"],
];
const LEFT_OUT = new Set([...NEEDS_SHARED_MEMORY, ...SAME_ON_ONE_HOST]);

const reason = reasonForNoHosts();

for (const { family, install } of FAMILIES) {
  const mpiexec = mpiexecOf(family);
  const missing = mpiexec === undefined ? `${family} is not installed: ${install}` : reason;

  describe(`two hosts on ${family}`, { skip: missing ?? false }, () => {
    if (missing !== undefined || mpiexec === undefined) return;

    test("what ranks send and combine crosses the cable", async (t) => {
      using hosts = new TwoHosts(mpiexec);
      const pool = new MpiPool(hosts.mpiexec, 2);
      try {
        for (const [suite, bodies] of Object.entries(SUITES)) {
          const module = new URL(`./bodies/${suite}.js`, import.meta.url).href;
          for (const name of Object.keys(bodies))
            if (!LEFT_OUT.has(name))
              await t.test(`${suite}: ${name}`, async () => void (await pool.run(module, name)));
        }
      } finally {
        await pool.close();
      }
      const [bytes] = hosts.cable;
      assert.ok(bytes > 1e7, `${bytes} bytes`);
    });

    /** Runs a program on four ranks; stdout, and the bytes that have crossed the cable. */
    const run = (files: Record<string, string>, ...args: string[]): [lines: string[], bytes: number] => {
      using project = new Project(files);
      using hosts = new TwoHosts(mpiexec);
      const { status, stdout, stderr } = spawnSync(
        hosts.mpiexec.command,
        ["-n", "4", process.execPath, MAIN, "exec", ...args],
        asUser(project.folder),
      );
      assert.equal(status, 0, stdout + stderr);
      assert.deepEqual(hosts.left, [], "bundles are left on a host");
      return [stdout.split(/\r?\n/).filter(Boolean).sort(), hosts.cable[0]];
    };

    test("ranks of tutti exec are on both hosts, each with its own bundle; messages have their length", () => {
      const bytes = 2 ** 23;
      const script = `
        import { existsSync, writeFileSync } from "node:fs";
        import { hostname, tmpdir } from "node:os";
        import { world } from "tutti/comm";
        import { fill } from "./other.js";
        const comm = world();
        if (comm.rank === 0) writeFileSync(tmpdir() + "/mine", "");
        const message = new Float64Array(${bytes / 8});
        comm.barrier();
        const seen: boolean = existsSync(tmpdir() + "/mine");
        if (comm.rank === 0) comm.send(message.fill(fill), 1);
        if (comm.rank === 1) comm.recv(message, 0);
        console.log(comm.rank, hostname(), comm.size, comm.splitShared().size, seen, message[${bytes / 8 - 1}]);`;
      const files = { "script.ts": script, "other.ts": "export const fill: number = 7;" };
      const [lines, crossed] = run(files, "script.ts");
      assert.deepEqual(lines, [
        "0 node1 4 2 true 7",
        "1 node2 4 2 false 7",
        "2 node1 4 2 true 0",
        "3 node2 4 2 false 0",
      ]);
      assert.ok(crossed > bytes && crossed < 1.5 * bytes, `${crossed} bytes have crossed for ${bytes}`);
    });

    test("the heat equation gives the digits of one rank", () => {
      const example = fileURLToPath(new URL("../../../examples/heat.ts", import.meta.url));
      const args = [example, "--cells", "16"];
      const alone = spawnSync(process.execPath, [MAIN, "exec", ...args], { encoding: "utf8" });
      const [lines, crossed] = run({}, ...args);
      const digits = (text: string) => /error to the discrete solution .* continuous one \S+/.exec(text)?.[0];
      assert.equal(digits(lines.join()), digits(alone.stdout));
      assert.ok(digits(alone.stdout), alone.stdout);
      assert.ok(crossed > 10_000, `${crossed} bytes`);
    });

    test("a throw on the other host ends the job with its stack", () => {
      using project = new Project({
        "script.ts": `import { world } from "tutti/comm";
          const comm = world();
          if (comm.rank === 1) throw new RangeError("unicorn");
          comm.barrier();`,
      });
      using hosts = new TwoHosts(mpiexec);
      const args = ["-n", "2", process.execPath, MAIN, "exec", "script.ts"];
      const { status, stdout, stderr } = spawnSync(hosts.mpiexec.command, args, asUser(project.folder));
      assert.equal(status, 1);
      assert.match(stdout + stderr, /rank 1 failed:\r?\nRangeError: unicorn/);
    });
  });
}
