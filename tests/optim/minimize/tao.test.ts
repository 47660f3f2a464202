import assert from "node:assert/strict";
import { test } from "node:test";
import { forEachPetsc, noPetsc, runScript } from "../../support/petsc.js";

const module = new URL("./bodies/tao.js", import.meta.url).href;

forEachPetsc([1, 2, 4], ({ run }) => {
  test("TAO's methods find Rosenbrock's minimum, with the same bits on every rank", async () => {
    const [first, ...others] = await run<number[]>(module, "rosenbrockEnds");
    for (const other of others) assert.deepEqual(other, first);
  });

  test("TAO and Tutti train a classifier to the same weights", async () => {
    const [first, ...others] = await run<number[]>(module, "classifierEnds");
    for (const other of others) assert.deepEqual(other, first);
  });

  test("bounds, tolerances and monitors", async () => void (await run(module, "options")));
  test("errors", async () => void (await run(module, "errors")));
});

forEachPetsc([1], ({ run }) => {
  test("lmvm and blmvm need no more evaluations than 1.2 times TAO's for any problem that is not chaotic", async () => {
    await run(new URL("./bodies/tao-evaluations.js", import.meta.url).href, "neededByTao");
  });
});

const SCRIPT = `
import { minimize, type Objective } from "tutti/optim";
import { world } from "tutti/comm";
const bowl: Objective = {
  comm: world(),
  valueAndGradient: (x, gradient) => {
    for (let i = 0; i < x.length; i++) gradient[i] = (i + 1) * (x[i] - 1);
    return gradient.reduce((sum, g, i) => sum + (g * g) / (i + 1) / 2, 0);
  },
};
const { x, reason, iteration } = minimize(bowl, [3, 3, 3], { engine: "tao", steptol: 1e-3 });
if (world().rank === 0) console.log(reason, x.every((xi) => Math.abs(xi - 1) < 1e-6), iteration);
`;

test("a program without ranks uses TAO", { skip: noPetsc }, async () => {
  const { code, stdout, stderr } = await runScript(SCRIPT, ["run", "-n", "1"]);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^CONVERGED_GATOL true \d+\n$/);
});

test("options of the command line have the last word, and one rank alone speaks of them", {
  skip: noPetsc,
}, async () => {
  const options = ["-tao_type", "cg", "-tao_max_it", "2", "-tao_monitor"];
  const { code, stdout, stderr } = await runScript(SCRIPT, ["run", "--engine", "mpi", "-n", "2"], {
    options,
  });
  assert.equal(code, 0, stderr);
  assert.match(stdout, /DIVERGED_MAXITS false 2/);
  assert.equal(stdout.match(/Function value/g)?.length, 3, stdout);
});

test("on threads the error says how to start", { skip: noPetsc }, async () => {
  const { code, stderr } = await runScript(SCRIPT, ["run", "--engine", "threads", "-n", "2"]);
  assert.equal(code, 1);
  assert.match(stderr, /PETSc cannot use .*whose 2 ranks are threads; .*tutti run --engine mpi/);
});
