import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { describe, test } from "node:test";
import { noPetsc } from "../support/petsc.js";
import { failPetsc, numbersIn, PETSC_RANKS, runPetsc, temporaryFile } from "./run.js";

/* The programs whose proof is the order of their convergence. */

const ordersIn = (text: string) => [...text.matchAll(/order (\S+)/g)].map(([, order]) => Number(order));

describe("advection-diffusion", { skip: noPetsc }, () => {
  const errors: string[] = [];
  for (const ranks of PETSC_RANKS) {
    test(`third order in time, second in space, ${ranks} ranks`, async () => {
      const text = await runPetsc("advection-diffusion", ranks, "--points", "32", "--waves", "1");
      const [inTime, inAll] = text.split("in space and time");
      assert.equal(ordersIn(inTime).length, 2);
      for (const order of ordersIn(inTime)) assert.ok(Math.abs(order - 3) < 0.1, text);
      assert.equal(ordersIn(inAll).length, 2);
      for (const order of ordersIn(inAll)) assert.ok(Math.abs(order - 2) < 0.05, text);
      // what differs from the differential equation is known to leading order: k³h²ct/6 of the wave's speed
      const [error] = numbersIn(inAll, /32 points: error (\S+)\n/);
      const k = 2 * Math.PI;
      const speed = (k ** 3 * 0.25) / (6 * 32 ** 2);
      const height = Math.exp(-(0.01 * k * k + 0.5) * 0.25);
      assert.ok(Math.abs(error / (speed * height) - 1) < 0.05, text);
      errors.push(text);
      assert.equal(text, errors[0]);
    });
  }

  test("other methods of PETSc have their orders", async () => {
    const text = await runPetsc("advection-diffusion", 1, "-ts_arkimex_type", "2c");
    for (const order of ordersIn(text.split("in space and time")[0]))
      assert.ok(Math.abs(order - 2) < 0.1, text);
  });

  test("bad numbers are refused", async () => {
    assert.match(await failPetsc("advection-diffusion", 1, "--points", "3"), /--points must be .* found 3/);
    assert.match(await failPetsc("advection-diffusion", 1, "--rate", "x"), /--rate must be .* found x/);
  });
});

/** A triangulation of the unit square that is not regular, in Gmsh's format 2.2: a fan around a point off the centre. */
const FAN = (() => {
  const ring = [
    [0, 0],
    [0.4, 0],
    [1, 0],
    [1, 0.7],
    [1, 1],
    [0.3, 1],
    [0, 1],
    [0, 0.5],
  ];
  const nodes = [...ring, [0.55, 0.45]].map(([x, y], i) => `${i + 1} ${x} ${y} 0`);
  const triangles = ring.map((_, i) => `${i + 1} 2 2 0 1 9 ${i + 1} ${((i + 1) % ring.length) + 1}`);
  const block = (name: string, lines: string[]) => [`$${name}`, lines.length, ...lines, `$End${name}`];
  const head = ["$MeshFormat", "2.2 0 8", "$EndMeshFormat"];
  return [...head, ...block("Nodes", nodes), ...block("Elements", triangles), ""].join("\n");
})();

describe("poisson-mesh", { skip: noPetsc }, () => {
  for (const ranks of PETSC_RANKS) {
    test(`second order on boxes and on files of Gmsh, ${ranks} ranks`, async () => {
      const rows = (text: string) =>
        text
          .trim()
          .split("\n")
          .slice(1)
          .map((line) => line.trim().split(/\s+/).map(Number));
      const box = rows(await runPetsc("poisson-mesh", ranks, "--faces", "3", "--refine", "4"));
      assert.deepEqual(
        box.map(([triangles, unknowns]) => [triangles, unknowns]),
        [3, 6, 12, 24].map((n) => [2 * n * n, (n - 1) ** 2]),
      );
      for (const [, , , , order] of box.slice(2)) assert.ok(Math.abs(order - 2) < 0.1, String(order));
      using mesh = temporaryFile("fan.msh");
      writeFileSync(mesh.path, FAN);
      const fan = rows(await runPetsc("poisson-mesh", ranks, "--mesh", mesh.path, "--refine", "5"));
      assert.deepEqual(
        fan.map(([triangles]) => triangles),
        [8, 32, 128, 512, 2048],
      );
      for (const [, , , , order] of fan.slice(3)) assert.ok(Math.abs(order - 2) < 0.15, String(order));
    });
  }

  test("a file that is no mesh is refused", async () => {
    assert.match(await failPetsc("poisson-mesh", 1, "--mesh", "none.msh"), /none\.msh/);
  });
});
