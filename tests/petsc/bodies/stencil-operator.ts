import assert from "node:assert/strict";
import type { Comm } from "../../../src/comm/index.js";
import { DMDA, type GridArray, type Vec } from "../../../src/petsc/index.js";

/** Neighbours along the axes in one to three dimensions, not alike in any direction. */
function star(axes: number): number[][] {
  const unit = (axis: number, distance: number) =>
    [...Array(axes)].map((_, at) => (at === axis ? distance : 0));
  const sides = [...Array(axes).keys()].flatMap((axis) => [
    [...unit(axis, 1), 0.3 + axis],
    [...unit(axis, -2), -0.7 - axis],
  ]);
  return [[...unit(0, 0), -4.1], ...sides];
}

/** Every grid point of this rank. */
function* pointsOf({ corners: { start, size } }: DMDA): Generator<[number, number, number]> {
  const [[x, y = 0, z = 0], [nx, ny = 1, nz = 1]] = [start, size];
  for (let k = z; k < z + nz; k++)
    for (let j = y; j < y + ny; j++) for (let i = x; i < x + nx; i++) yield [i, j, k];
}

const entry = (point: readonly number[], seed: number) =>
  Math.sin(seed + point.reduce((sum, at) => 11 * sum + at, 0));

function fill(da: DMDA, vec: Vec, seed: number): GridArray {
  const array = da.array(vec);
  for (const [i, j, k] of pointsOf(da)) array.set(entry([i, j, k], seed), i, j, k);
  return array;
}

/** What a stencil gives is its definition, by the entries of the whole grid, in all dimensions, around edges or not. */
export function definition(comm: Comm): void {
  for (const sizes of [[37], [21, 17], [9, 8, 11]]) {
    for (const boundary of ["none", "periodic"] as const) {
      const axes = sizes.length;
      for (const stencilType of ["star", "box"] as const) {
        using da = DMDA.create(sizes, { comm, boundary, stencilWidth: 2, stencilType });
        const corner = stencilType === "box" && axes > 1 ? [[...Array(axes).fill(-1), 0.21]] : [];
        const taps = [...star(axes), ...corner];
        const stencil = da.stencil(taps);
        assert.equal(stencil.taps, taps);
        using u = da.createGlobalVector();
        using out = da.createGlobalVector();
        using scale = da.createGlobalVector();
        using keep = da.createGlobalVector();
        using local = da.createLocalVector();
        fill(da, u, 1);
        da.globalToLocal(u, local);
        const [s, k] = [fill(da, scale, 2), fill(da, keep, 3)];
        for (const factors of [{}, { scale }, { keep }, { scale, keep }]) {
          const before = out.norm();
          const found = fill(da, out, 4);
          stencil.apply(local, out, factors);
          assert.notEqual(out.norm(), before); // PETSc has forgotten the norm it knew
          for (const point of pointsOf(da)) {
            const old = entry(point, 4);
            const neighbours = taps.map((tap) => point.map((at, axis) => at + (axis < axes ? tap[axis] : 0)));
            const beyond = neighbours.some((at) => sizes.some((n, axis) => at[axis] < 0 || at[axis] >= n));
            const around = (at: number[]) =>
              at.map((place, axis) => (axis < axes ? (place + sizes[axis]) % sizes[axis] : 0));
            const sum = neighbours.reduce((sum, at, tap) => sum + taps[tap][axes] * entry(around(at), 1), 0);
            const kept = "keep" in factors ? k.at(...point) * old : 0;
            const wanted = ("scale" in factors ? s.at(...point) : 1) * sum + kept;
            const expected = beyond && boundary === "none" ? old : wanted;
            assert.ok(
              Math.abs(found.at(...point) - expected) < 1e-13,
              `${sizes} ${boundary} ${stencilType} ${Object.keys(factors)} [${point}]: ${found.at(...point)}, ${expected}`,
            );
          }
        }
      }
    }
  }
}

/** Grid points beyond the edge that the program itself fills are neighbours like others. */
export function ghosted(comm: Comm): void {
  using da = DMDA.create([30], { comm, boundary: "ghosted" });
  using local = da.createLocalVector();
  using out = da.createGlobalVector();
  const u = da.array(local);
  const [[first], [length]] = [da.ghostCorners.start, da.ghostCorners.size];
  for (let i = first; i < first + length; i++) u.set(i ** 2, i);
  const second = [
    [-1, 1],
    [0, -2],
    [1, 1],
  ];
  da.stencil(second).apply(local, out);
  assert.deepEqual(
    [...out.array],
    Array.from(out.array, () => 2),
  );
}

/** A linear operator: the stencil of the 5-point Laplacian is the product with its matrix. */
export function matrix(comm: Comm): void {
  using da = DMDA.create([12, 13], { comm, boundary: "periodic" });
  const taps = [
    [0, 0, 4],
    [1, 0, -1],
    [-1, 0, -1],
    [0, 1, -1],
    [0, -1, -1],
  ];
  using a = da.createMatrix();
  const places = da.stencilArray(
    a,
    taps.map(([i, j]) => [i, j]),
  );
  for (const [i, j] of pointsOf(da))
    for (const [place, [, , coefficient]] of taps.entries()) places.set(coefficient, place, i, j);
  places.assemble();
  using u = da.createGlobalVector();
  using local = da.createLocalVector();
  using product = da.createGlobalVector();
  using out = da.createGlobalVector();
  fill(da, u, 5);
  da.globalToLocal(u, local);
  a.mult(u, product);
  da.stencil(taps).apply(local, out);
  assert.ok(product.norm() > 1);
  product.axpy(-1, out);
  assert.ok(product.norm("infinity") < 1e-13);
}

/** Taps and vectors that do not fit are refused. */
export function refused(comm: Comm): void {
  using da = DMDA.create([9, 8], { comm });
  for (const tap of [[2, 0, 1], [0, -2, 1], [1, 1, 1], [1], []])
    assert.throws(() => da.stencil([tap]), { code: "argument", message: /within a star of width 1, found/ });
  for (const tap of [
    [1, 0],
    [1, 0, 2, 3],
    [0.5, 0, 1],
  ])
    assert.throws(() => da.stencil([tap]), {
      code: "argument",
      message: /2 whole distances along axes and a coeff/,
    });
  using pairs = DMDA.create([9, 8], { comm, dof: 2 });
  assert.throws(() => pairs.stencil([[0, 0, 1]]), {
    code: "argument",
    message: /one component \(dof\), found 2/,
  });
  const stencil = da.stencil([[0, 0, 2]]);
  using local = da.createLocalVector();
  using out = da.createGlobalVector();
  using other = pairs.createGlobalVector();
  assert.throws(() => stencil.apply(local, other), {
    code: "argument",
    message: /apply: out must have \d+ entries/,
  });
  assert.throws(() => stencil.apply(other, out), { code: "argument", message: /apply: local must have/ });
  assert.throws(() => stencil.apply(local, out, { scale: other }), {
    code: "argument",
    message: /scale must have/,
  });
  assert.throws(() => stencil.apply(local, out, { keep: other }), {
    code: "argument",
    message: /keep must have/,
  });
  if (comm.size === 1)
    assert.throws(() => stencil.apply(local, local), { code: "argument", message: /the same vector/ });
}
