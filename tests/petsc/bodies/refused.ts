import assert from "node:assert/strict";
import { type Comm, self } from "../../../src/comm/index.js";
import {
  DMDA,
  DMPlex,
  KSP,
  LGMap,
  liveObjects,
  Mat,
  NullSpace,
  SNES,
  TAO,
  TS,
  Vec,
} from "../../../src/petsc/index.js";

const wrong = (message: RegExp) => ({ code: "argument", message });

/** Indices of no entry: PETSc would write beside the memory of vectors of one rank. */
export function indices(comm: Comm): void {
  using x = Vec.createMPI([3, null], { comm });
  const { size } = x;
  for (const index of [-1, size, -(2 ** 31)]) {
    const message = new RegExp(`indices must be from 0 up to, without, ${size}, found ${index}$`);
    assert.throws(() => x.setValue(index, 1), wrong(message));
    assert.throws(() => x.setValues([0, index], [1, 1]), wrong(message));
  }
  for (const index of [1.5, Number.NaN, 2 ** 31, Number.POSITIVE_INFINITY]) {
    const message = /an index must be a whole number of at most 31 bits, found/;
    assert.throws(() => x.setValue(index, 1), wrong(message));
    assert.throws(() => x.setValues([index], [1]), wrong(message));
    assert.throws(() => x.getValues([index]), wrong(message));
  }
  const [begin, end] = x.ownershipRange;
  assert.throws(() => x.getValues([begin, end]), wrong(/getValues: indices must be from .* found/));
  assert.throws(
    () => x.setValuesLocal([0], [1]),
    wrong(/this Vec has no local numbers; call setLGMap first/),
  );
  using map = LGMap.create([begin, size], { comm });
  x.setLGMap(map);
  assert.throws(() => x.setValuesLocal([1], [1]), wrong(new RegExp(`found ${size}$`)));
  assert.throws(() => x.setValuesLocal([2], [1]), { code: "petsc", message: /Local index 2 too large/ });
  assert.equal(x.norm(), 0);
}

/** Sizes that do not fit together, on all ranks. */
export function sizes(comm: Comm): void {
  const message = new RegExp(
    `local sizes of all ranks must add up to the global one, 100, found ${2 * comm.size}$`,
  );
  assert.throws(() => Vec.createMPI([2, 100], { comm }), wrong(message));
  assert.throws(() => Mat.createAIJ([[2, 100], 4], { comm }), wrong(message));
  for (const nnz of [-1, 1.5, Number.NaN]) {
    assert.throws(() => Mat.createAIJ(4, { comm, nnz }), wrong(/found (-1|1\.5|NaN)$/));
  }
}

/** A matrix without places for entries: PETSc would write to no memory. */
export function room(comm: Comm): void {
  using a = Mat.createAIJ(4, { comm });
  using map = LGMap.create([0, 1], { comm });
  a.setLGMap(map);
  const message =
    /this matrix has no room for entries; create it with nnz, or call setUp or setPreallocationCOO/;
  for (const call of [
    () => a.setValue(0, 0, 1),
    () => a.setValues([0], [0], [1]),
    () => a.setValuesLocal([0], [0], [1]),
    () => a.assemble(),
    () => a.zeroEntries(),
    () => a.matMult(a),
  ])
    assert.throws(call, wrong(message));
  for (const beyond of [4, 99]) {
    const [zero, far] = [Int32Array.of(0), Int32Array.of(beyond)];
    assert.throws(() => a.setPreallocationCOO(far, zero), wrong(/setPreallocationCOO: rows must .* found/));
    assert.throws(
      () => a.setPreallocationCOO(zero, far),
      wrong(/setPreallocationCOO: columns must .* found/),
    );
  }
  a.setUp();
  for (let i = a.ownershipRange[0]; i < a.ownershipRange[1]; i++) a.setValue(i, 3 - i, 2);
  a.assemble();
  assert.equal(a.norm("infinity"), 2);
  using b = Mat.createAIJ(4, { comm, nnz: 1 });
  assert.throws(() => b.setValuesLocal([0], [0], [1]), wrong(/this Mat has no local numbers/));
}

/** Objects of one rank together with those of several, even where their parts on a rank have the same size. */
export function communicators(comm: Comm): void {
  if (comm.size === 1) return;
  using x = Vec.createMPI([comm.rank === 0 ? 4 : 0, null], { comm });
  using y = Vec.createSeq(4);
  using a = Mat.createAIJ([[comm.rank === 0 ? 4 : 0, null], 4], { comm, nnz: 1 });
  a.assemble();
  using ksp = KSP.create(self());
  using snes = SNES.create(comm);
  const message = /: the (Vec|Mat) is on another communicator, of size \d, than this \w+, of size \d$/;
  for (const call of [
    () => x.axpy(1, y),
    () => y.dot(x),
    () => x.copy(y),
    () => a.mult(x, y),
    () => ksp.setOperators(a),
    () => snes.solve(null, y),
  ])
    assert.throws(call, wrong(message));
}

/** Vectors and values of other lengths than a domain's: PETSc would read and write beside them. */
export function domains(comm: Comm): void {
  const before = liveObjects();
  {
    using da = DMDA.create([9], { comm });
    using global = da.createGlobalVector();
    using local = da.createLocalVector();
    using longer = Vec.createMPI([global.localSize + 3, null], { comm });
    assert.throws(() => da.globalToLocal(longer, local), wrong(/globalToLocal: the global vector must have/));
    assert.throws(() => da.globalToLocal(global, longer), wrong(/globalToLocal: the local vector must have/));
    assert.throws(() => da.localToGlobal(longer, global), wrong(/localToGlobal: the local vector must have/));

    assert.throws(() => DMPlex.createBoxMesh([0, 2], { comm }), wrong(/faces must have .*, found 0/));
    using mesh = DMPlex.createBoxMesh([4, 4], { comm });
    mesh.createSection({ dofs: [1, 0, 0] });
    using u = mesh.createLocalVector();
    using a = mesh.createMatrix();
    using short = Vec.createSeq(1);
    const [cell, end] = mesh.heightStratum(0);
    assert.ok(cell < end);
    for (const call of [
      () => mesh.vecGetClosure(short, cell),
      () => mesh.vecSetClosure(short, cell, [1, 2, 3]),
      () => mesh.vecSetClosure(u, cell, [1, 2]),
      () => mesh.matSetClosure(a, cell, [1, 2, 3]),
      () => mesh.cone(9999),
      () => mesh.vecGetClosure(u, -1),
      () => mesh.matSetClosure(a, 1.5, [1]),
    ])
      assert.throws(call, wrong(/: (the local vector|values|point) must .* found/));
    assert.equal(mesh.vecGetClosure(u, cell).length, 3);
  }
  assert.equal(liveObjects(), before);
}

/** What PETSc would call a success. */
export function nonsense(comm: Comm): void {
  using low = Vec.createMPI([2, null], { comm });
  using high = low.duplicate();
  low.set(1);
  if (comm.rank === comm.size - 1) high.set(-1);
  else high.set(2);
  using tao = TAO.create(comm);
  assert.throws(
    () => tao.setVariableBounds(low, high),
    /lower bounds must not be above upper ones, found 1 above -1/,
  );

  using ts = TS.create(comm);
  ts.setType("euler");
  ts.setRHSFunction((_, u, g) => {
    u.copy(g);
    if (comm.rank === comm.size - 1) g.array[0] = Number.NaN;
  });
  ts.setMaxTime(1);
  ts.setTimeStep(0.5);
  const { converged, reason, time } = ts.solve(high);
  assert.deepEqual({ converged, reason, time }, { converged: false, reason: "DIVERGED_NANORINF", time: 1 });

  assert.throws(
    () => NullSpace.create({ comm, vectors: [low] }),
    wrong(/the length of vectors\[0\] must be 1, found/),
  );
  low.set(1 / Math.sqrt(low.size));
  assert.throws(
    () => NullSpace.create({ comm, constant: true, vectors: [low] }),
    wrong(/the product of vectors\[0\] and constants must be 0, found/),
  );
}

/** PETSc's pounders, which fails on several ranks, finds a minimum on each of them alone. */
export function pounders(comm: Comm): void {
  for (const ranks of new Set([comm, self()])) {
    using x = Vec.createMPI(2, { comm: ranks });
    using r = Vec.createMPI(8, { comm: ranks });
    using tao = TAO.create(ranks);
    tao.setType("pounders");
    tao.setResidual((at, residual) => {
      const [a, b] = at.arrayRead;
      for (const i of residual.array.keys())
        residual.array[i] = a * Math.exp(-b * i) - 2 * Math.exp(-0.5 * i);
    }, r);
    x.set(0.4);
    if (ranks.size > 1) {
      const message = new RegExp(
        `pounders works on one rank only, found ${ranks.size}; give TAO.create self\\(\\)`,
      );
      assert.throws(() => tao.solve(x), { code: "unsupported", message });
    } else {
      assert.ok(tao.solve(x).converged);
      assert.ok(Math.abs(x.array[0] - 2) < 1e-5 && Math.abs(x.array[1] - 0.5) < 1e-5);
    }
  }
}
