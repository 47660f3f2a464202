import assert from "node:assert/strict";
import type { Comm } from "../../../src/comm/index.js";
import { IS, KSP, LGMap, liveObjects, Mat, NullSpace, Vec } from "../../../src/petsc/index.js";

const N = 12;

/** Second differences on a ring, which make constants 0. */
function ring(comm: Comm): Mat {
  const a = Mat.createAIJ(N, { comm, nnz: [3, 3] });
  const [begin, end] = a.ownershipRange;
  for (let i = begin; i < end; i++)
    a.setValues(
      [i],
      [(i + N - 1) % N, i, (i + 1) % N].sort((p, q) => p - q),
      stencilOf(i),
    );
  a.assemble();
  return a;
}

const stencilOf = (i: number) =>
  [(i + N - 1) % N, i, (i + 1) % N].sort((p, q) => p - q).map((j) => (j === i ? 2 : -1));

const dense = (a: Mat, comm: Comm) => {
  const [begin, end] = a.ownershipRange;
  const all = Array.from({ length: N }, (_, j) => j);
  const mine = Array.from({ length: end - begin }, (_, k) => [...a.getValues([begin + k], all)]);
  return comm.allgatherObject(mine).flat();
};

/** Ghosts show what their owners have, and give them what is added to them. */
export function ghosts(comm: Comm): void {
  const { rank, size } = comm;
  const before = liveObjects();
  {
    const local = 3;
    const next = ((rank + 1) % size) * local;
    using x = Vec.createGhost([next], [local, null], { comm });
    assert.equal(x.localForm.length, local + 1);
    assert.equal(x.array.length, local);
    for (let k = 0; k < local; k++) x.array[k] = 10 * rank + k;
    x.ghostUpdate();
    assert.equal(x.localForm[local], 10 * ((rank + 1) % size));
    x.localForm[local] = 100;
    x.ghostUpdate("add", "reverse");
    assert.equal(x.array[0], 10 * rank + 100);
    assert.equal(x.sum(), size * (100 + 3) + (30 * size * (size - 1)) / 2);
  }
  assert.equal(liveObjects(), before);
}

/** Entries by numbers of the rank's own. */
export function localNumbers(comm: Comm): void {
  using x = Vec.createMPI(N, { comm });
  using a = Mat.createAIJ(N, { comm, nnz: [2, 2] });
  const mine = [comm.rank % N, (comm.rank + 1) % N];
  using map = LGMap.create(mine, { comm });
  x.setLGMap(map);
  a.setLGMap(map);
  x.setValuesLocal([1], [1], "add");
  x.assemble();
  a.setValuesLocal([0], [1], [comm.rank + 1]);
  a.assemble();
  assert.equal(x.sum(), comm.size);
  assert.equal(a.norm("infinity"), comm.size);
}

/** Algebra of matrices against the same of lists. */
export function matrixAlgebra(comm: Comm): void {
  const before = liveObjects();
  {
    using a = ring(comm);
    using square = a.matMult(a);
    using copy = a.duplicate();
    const rows = dense(a, comm);
    const product = rows.map((row) => row.map((_, j) => row.reduce((s, v, k) => s + v * rows[k][j], 0)));
    assert.deepEqual(dense(square, comm), product);
    copy.axpy(2, square);
    assert.deepEqual(
      dense(copy, comm),
      rows.map((row, i) => row.map((v, j) => v + 2 * product[i][j])),
    );
    const { right: x, left: b } = a.createVecs();
    const [begin] = x.ownershipRange;
    for (const [k] of x.array.entries()) x.array[k] = begin + k + 1;
    copy.diagonalScale(x);
    using turned = copy.transpose();
    const scaled = dense(copy, comm);
    assert.deepEqual(
      dense(turned, comm),
      scaled.map((_, j) => scaled.map((row) => row[j])),
    );
    using full = turned.convert("dense");
    assert.match(full.type ?? "", /dense/);
    assert.deepEqual(dense(full, comm), dense(turned, comm));

    // a known unknown: its row and column go, and the right-hand side takes what they gave
    b.set(0);
    x.set(5);
    a.zeroRowsColumns(comm.rank === 0 ? [0] : [], 3, x, b);
    const after = dense(a, comm);
    assert.deepEqual([after[0][0], after[0][1], after[1][0], after[1][1]], [3, 0, 0, 2]);
    const values = comm.allgatherObject([...b.arrayRead]).flat();
    assert.deepEqual([values[0], values[1], values[2], values[N - 1]], [15, 5, 0, 5]);
    a.zeroRows(comm.rank === 0 ? [2] : []);
    assert.deepEqual(dense(a, comm)[2].filter(Boolean), [1]);
    for (const vec of [x, b]) vec.destroy();
  }
  assert.equal(liveObjects(), before);
}

/** A singular system has the solution without a part in the null space. */
export function nullSpaces(comm: Comm): void {
  using a = ring(comm);
  using space = NullSpace.create({ comm, constant: true });
  a.setNullSpace(space);
  a.setNearNullSpace(space);
  const { right: x, left: b } = a.createVecs();
  const [begin] = b.ownershipRange;
  const k = (2 * Math.PI) / N;
  for (const [p] of b.array.entries()) b.array[p] = 7 + Math.cos(k * (begin + p)); // 7 has no solution
  space.remove(b);
  assert.ok(Math.abs(b.sum()) < 1e-12);
  using ksp = KSP.create(comm);
  ksp.setOperators(a);
  ksp.setType("cg");
  ksp.pc.setType("jacobi");
  ksp.setTolerances({ rtol: 1e-12 });
  assert.ok(ksp.solve(b, x).converged);
  const lambda = 2 - 2 * Math.cos(k);
  for (const [p, value] of x.arrayRead.entries())
    assert.ok(Math.abs(value - Math.cos(k * (begin + p)) / lambda) < 1e-9);
  for (const vec of [x, b]) vec.destroy();
}

/** Parts of the unknowns are solved one after the other: a system of two fields that are not coupled needs one iteration. */
export function fields(comm: Comm): void {
  const before = liveObjects();
  {
    using a = Mat.createAIJ(N, { comm, nnz: [3, 3] });
    const [begin, end] = a.ownershipRange;
    for (let i = begin; i < end; i++) {
      a.setValue(i, i, 4 + (i % 2));
      if (i + 2 < N) a.setValue(i, i + 2, -1);
      if (i - 2 >= 0) a.setValue(i, i - 2, -1);
    }
    a.assemble();
    const parts = [0, 1].map((parity) => {
      const mine = Array.from({ length: end - begin }, (_, k) => begin + k).filter((i) => i % 2 === parity);
      return IS.createGeneral(mine, { comm });
    });
    const { right: x, left: b } = a.createVecs();
    b.set(1);
    for (const type of ["additive", "multiplicative", "schur"] as const) {
      using ksp = KSP.create(comm);
      ksp.setOperators(a);
      ksp.setType("gmres");
      ksp.pc.setType("fieldsplit");
      ksp.pc.setFieldSplitIS("even", parts[0]);
      ksp.pc.setFieldSplitIS("odd", parts[1]);
      ksp.pc.setFieldSplitType(type);
      ksp.setTolerances({ rtol: 1e-10 });
      const { converged, iterations } = ksp.solve(b, x);
      assert.ok(converged && iterations <= 12, `${type}: ${iterations}`);
      const r = b.duplicate();
      a.mult(x, r);
      r.axpy(-1, b);
      assert.ok(r.norm() < 1e-8);
      r.destroy();
    }
    for (const object of [...parts, x, b]) object.destroy();
  }
  assert.equal(liveObjects(), before);
}
