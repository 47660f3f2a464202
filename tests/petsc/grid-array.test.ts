import assert from "node:assert/strict";
import { test } from "node:test";
import { GridArray } from "../../src/petsc/index.js";

test("entries by grid point, in PETSc's order: components, then x, then y, then z", () => {
  const [start, size, dof] = [[2, 3, 4], [3, 4, 5], 2];
  const data = Float64Array.from({ length: 3 * 4 * 5 * dof }, (_, entry) => entry);
  const grid = new GridArray(data, start, size, dof);
  let entry = 0;
  for (let k = 4; k < 9; k++)
    for (let j = 3; j < 7; j++)
      for (let i = 2; i < 5; i++)
        for (let c = 0; c < dof; c++, entry++) {
          assert.equal(grid.at(i, j, k, c), entry);
          assert.equal(grid.index(i, j, k, c), entry);
        }
  grid.set(-1, 4, 6, 8, 1);
  assert.equal(data.at(-1), -1);
});

test("what is absent is 0, and places are integers to V8", () => {
  for (const size of [[6], [6, 5], [6, 5, 4]]) {
    const start = size.map(() => 0);
    const data = Float64Array.from({ length: size.reduce((n, m) => n * m, 1) }, (_, entry) => entry);
    const grid = new GridArray(data, start, size, 1);
    assert.ok(Object.is(grid.offset, 0));
    assert.equal(grid.at(3), 3);
    assert.equal(grid.index(3), 3);
    if (size.length > 1) assert.equal(grid.at(3, 2), 15);
    grid.set(-1, 1);
    assert.equal(data[1], -1);
  }
});
