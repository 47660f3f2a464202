import assert from "node:assert/strict";
import type { Comm } from "../../../src/comm/index.js";
import { TuttiError } from "../../../src/errors.js";
import { liveObjects, Vec } from "../../../src/petsc/index.js";

/** The local entries of a vector are its memory, and what is written there is seen by the next call. */
export function array(comm: Comm): void {
  using x = Vec.createMPI(11, { comm });
  const [begin, end] = x.ownershipRange;
  assert.equal(x.array.length, end - begin);
  assert.equal(x.localSize, end - begin);
  assert.equal(x.size, 11);
  for (let i = begin; i < end; i++) x.array[i - begin] = i;
  assert.equal(x.sum(), 55);
  assert.ok(Math.abs(x.norm() - Math.sqrt(385)) < 1e-14);
  // PETSc remembers norms: writing must make it forget them
  if (begin === 0) x.array[0] = 100;
  assert.equal(x.norm("infinity"), 100);
  assert.deepEqual(x.max(), { index: 0, value: 100 });
  assert.deepEqual(x.min(), { index: 1, value: 1 });
  const { array } = x;
  x.destroy();
  assert.equal(array.length, end - begin); // the memory outlives the vector
}

/** The operations of linear algebra, against plain loops. */
export function algebra(comm: Comm): void {
  using x = Vec.createMPI(10, { comm });
  using y = x.duplicate();
  using z = x.duplicate();
  const [begin, end] = x.ownershipRange;
  const fill = () => {
    for (let i = begin; i < end; i++) {
      x.array[i - begin] = i + 1;
      y.array[i - begin] = 2 - i;
    }
  };
  const holds = (expected: (x: number, y: number) => number, vec: Vec) => {
    for (let i = begin; i < end; i++)
      assert.ok(Math.abs(vec.arrayRead[i - begin] - expected(i + 1, 2 - i)) < 1e-14);
    fill();
  };
  fill();
  y.axpy(3, x);
  holds((a, b) => b + 3 * a, y);
  y.aypx(3, x);
  holds((a, b) => a + 3 * b, y);
  y.axpby(2, 5, x);
  holds((a, b) => 2 * a + 5 * b, y);
  z.waxpy(4, x, y);
  holds((a, b) => 4 * a + b, z);
  z.set(1);
  z.maxpy([2, -1], [x, y]);
  holds((a, b) => 1 + 2 * a - b, z);
  z.pointwiseMult(x, y);
  holds((a, b) => a * b, z);
  z.pointwiseDivide(y, x);
  holds((a, b) => b / a, z);
  z.pointwiseMax(x, y);
  holds((a, b) => Math.max(a, b), z);
  x.copy(z);
  z.shift(1);
  z.scale(2);
  holds((a) => 2 * (a + 1), z);
  z.reciprocal();
  x.swap(y);
  assert.equal(y.arrayRead[0] ?? begin + 1, begin + 1);
  x.swap(y);
  assert.equal(x.dot(y), -220);
  assert.deepEqual([...x.mDot([x, y])], [385, -220]);
  assert.equal(x.norm("1"), 55);
  assert.ok(Math.abs(x.normalize() - Math.sqrt(385)) < 1e-14);
  assert.ok(Math.abs(x.norm() - 1) < 1e-14);
}

/** Values may be set by any rank. */
export function setValues(comm: Comm): void {
  using x = Vec.createMPI(6, { comm });
  const { rank, size } = comm;
  x.setValues([0, 3], [1, 10 * (rank + 1)], "add");
  x.assemble();
  x.setValue(5, 7);
  x.assemble();
  const expected = [size, 0, 0, 5 * size * (size + 1), 0, 7];
  const [begin, end] = x.ownershipRange;
  assert.deepEqual([...x.array], expected.slice(begin, end));
  if (end > begin) assert.deepEqual([...x.getValues([end - 1])], [expected[end - 1]]);
}

/** What goes wrong is an error that names it, and everything is given back. */
export function errors(comm: Comm): void {
  const before = liveObjects();
  const x = Vec.createMPI(10, { comm });
  const y = Vec.createMPI(11, { comm });
  const thrown = (action: () => void) => {
    try {
      action();
    } catch (error) {
      if (error instanceof TuttiError) return error;
    }
    throw new assert.AssertionError({ message: "no TuttiError was thrown" });
  };
  const sizes = thrown(() => x.axpy(1, y));
  assert.equal(sizes.code, "petsc");
  assert.match(sizes.message, /^VecAXPY: PETSc says: Incompatible vector global lengths .*11.*10/);
  assert.match(String(sizes.data.traceback), /VecAXPY\(\) at .*rvector\.c:\d+/);
  x.destroy();
  x.destroy();
  assert.equal(thrown(() => x.norm()).code, "freed");
  assert.match(thrown(() => y.copy(x)).message, /^Vec: this Vec has been destroyed$/);
  assert.match(thrown(() => y.setValues([1], [1, 2])).message, /values must have 1 entries, found 2/);
  assert.match(thrown(() => Vec.createMPI(-3, { comm })).message, /Vec\.createMPI: size .* found -3/);
  assert.match(
    thrown(() => y.norm("3" as "2")).message,
    /norm: the norm must be one of "1", "2", .* found 3/,
  );
  y.destroy();
  assert.equal(liveObjects(), before);
}

/** Vectors of a part of the ranks are that part's own; those of different communicators do not go together. */
export function subCommunicators(comm: Comm): void {
  const part = comm.split(comm.rank % 2);
  using x = Vec.createMPI([2, null], { comm: part });
  x.set(comm.rank % 2);
  assert.equal(x.size, 2 * part.size);
  assert.equal(x.sum(), 2 * part.size * (comm.rank % 2));
  using alone = Vec.createSeq(5);
  assert.equal(alone.size, 5);
  assert.throws(() => x.copy(alone), /another communicator|Incompatible vector/);
  x.destroy();
  part.free();
}
