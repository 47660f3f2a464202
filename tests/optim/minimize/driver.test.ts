import assert from "node:assert/strict";
import { test } from "node:test";
import { Project } from "../../cli/tutti.js";
import { FAMILIES, libraryOf, mpiexecOf } from "../../support/mpi.js";
import { forEachEngine, forEachMpi } from "../../support/ranks.js";
import type { failingDriver, Root, refused } from "./bodies/drivers.js";

const module = new URL("./bodies/drivers.js", import.meta.url).href;

/** The real root of 1 + θ + θ² + θ³ = 2. */
const THETA = 0.5436890126920764;

for (const forEach of [forEachEngine, forEachMpi]) {
  forEach([1, 2, 3, 4], ({ size, run }) => {
    test("one rank minimises, with a method of Tutti or its own, and every rank has the result", async () => {
      for (const own of [false, true]) {
        for (const driver of new Set([0, size - 1])) {
          const ranks = await run<Root>(module, "root", { driver, own });
          for (const [rank, { seen, ...found }] of ranks.entries()) {
            assert.ok(Math.abs(found.theta - THETA) < 3e-15, `${found.theta}`);
            const { seen: _, ...first } = ranks[0];
            assert.deepEqual(found, first);
            assert.equal(seen > 0, rank === driver);
          }
        }
      }
    });

    test("a function is a method without a driver, too: every rank runs it", async () => {
      for (const { theta, reason, seen, gradients } of await run<Root>(module, "root", { own: true })) {
        assert.ok(Math.abs(theta - THETA) < 3e-15);
        assert.match(reason, /^CONVERGED_/);
        assert.deepEqual([seen, gradients], [1, 61]);
      }
    });

    test("what the driver throws ends all, with its words and its stack", async () => {
      const ranks = await run<ReturnType<typeof failingDriver>>(module, "failingDriver");
      for (const [rank, { code, message, cause }] of ranks.entries()) {
        if (rank === size - 1) {
          assert.deepEqual([code, message], ["argument", "the optimiser is at its wits' end"]);
          continue;
        }
        assert.equal(code, "aborted");
        assert.equal(
          message,
          `minimize: the driver, rank ${size - 1}, has failed: the optimiser is at its wits' end`,
        );
        assert.match(cause, /the optimiser is at its wits' end\n.*at .*method.*drivers/s);
      }
    });

    test("what cannot be is refused on every rank", async () => {
      for (const messages of await run<ReturnType<typeof refused>>(module, "refused")) {
        const wanted = [
          new RegExp(`driver is ${size}, expected a rank from 0 to ${size - 1}`),
          /driver is -1/,
          /the objective does not say whose it is; give it `comm`/,
          /take `driver` or engine "tao"/,
          /engine "tao" has methods of its own/,
          /the method returned 2 numbers, expected the 1 variables where it ends/,
          /the method returned undefined/,
          /method of your own does not take `bounds`/,
        ];
        for (const [i, pattern] of wanted.entries()) assert.match(messages[i], pattern);
      }
    });
  });
}

const script = `
import { world } from "tutti/comm";
import { minimize } from "tutti/optim";
const comm = world();
const sum = new Float64Array(1);
function valueAndGradient(x, gradient) {
  if (comm.rank === 1) throw new RangeError("the data of this rank are gone");
  gradient[0] = 2 * x[0];
  sum[0] = x[0] ** 2;
  return comm.allreduce(sum)[0];
}
minimize({ comm, valueAndGradient }, [1], { method: "gd", driver: 0 });
`;

test("a server that throws ends the job, with its stack: threads", async () => {
  using project = new Project({ "server.mjs": script });
  const { code, stderr } = await project.tutti(["run", "-n", "3", "server.mjs"]);
  assert.equal(code, 1);
  assert.match(stderr, /rank 1.*RangeError: the data of this rank are gone.*valueAndGradient .*server\.mjs/s);
});

for (const { family, install } of FAMILIES) {
  const skip = mpiexecOf(family) === undefined && `${family} is not installed: ${install}`;
  test(`a server that throws ends the job, with its stack: ${family}`, { skip }, async () => {
    using project = new Project({ "server.mjs": script });
    const command = ["run", "--engine", "mpi", "-n", "3", "server.mjs"];
    const { code, stderr } = await project.tutti(command, libraryOf(family));
    assert.notEqual(code, 0);
    assert.match(stderr, /RangeError: the data of this rank are gone.*valueAndGradient .*server\.mjs/s);
  });
}
