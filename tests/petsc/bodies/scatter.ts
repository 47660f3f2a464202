import assert from "node:assert/strict";
import { type Comm, self } from "../../../src/comm/index.js";
import { IS, liveObjects, Scatter, Vec } from "../../../src/petsc/index.js";

/** Index sets hold what they are given, and combine as sets do. */
export function indexSets(comm: Comm): void {
  const before = liveObjects();
  const { rank, size } = comm;
  {
    using general = IS.createGeneral([7, 3, 5 + rank], { comm });
    assert.deepEqual([...general.indices], [7, 3, 5 + rank]);
    assert.deepEqual([general.size, general.localSize, general.blockSize], [3 * size, 3, 1]);
    using copy = general.duplicate();
    copy.sort();
    assert.deepEqual([...copy.indices], [3, 5 + rank, 7].sort());
    assert.deepEqual([...general.indices], [7, 3, 5 + rank]);
    assert.ok(general.equals(copy));

    using stride = IS.createStride(4, 10 * rank, 3, { comm });
    assert.deepEqual(
      [...stride.indices],
      [0, 3, 6, 9].map((i) => 10 * rank + i),
    );
    assert.equal(general.equals(stride), false);
    using everybodys = stride.allGather();
    assert.deepEqual(
      [...everybodys.indices],
      Array.from({ length: 4 * size }, (_, k) => 10 * Math.floor(k / 4) + 3 * (k % 4)),
    );

    using blocks = IS.createBlock(3, [4, 0], { comm });
    assert.deepEqual([...blocks.indices], [12, 13, 14, 0, 1, 2]);
    assert.deepEqual([blocks.size, blocks.localSize, blocks.blockSize], [6 * size, 6, 3]);

    // parts of ranks may be empty
    using first = IS.createGeneral(rank === 0 ? [0, 2, 4] : [], { comm });
    assert.deepEqual([first.size, first.indices.length], [3, rank === 0 ? 3 : 0]);

    using low = IS.createStride(4, 0, 1, { comm });
    using even = IS.createStride(3, 0, 2, { comm });
    using either = low.union(even);
    either.sort();
    assert.deepEqual([...either.indices], [0, 1, 2, 3, 4]);
    using odd = low.difference(even);
    assert.deepEqual([...odd.indices], [1, 3]);
    using others = even.complement(0, 6);
    assert.deepEqual([...others.indices], [1, 3, 5]);
  }
  assert.throws(() => IS.createStride(-1, 0, 1, { comm }), {
    code: "petsc",
    message: /ISCreateStride|negative/i,
  });
  assert.equal(liveObjects(), before);
}

/** Entries go from anywhere to anywhere, add up where they meet, and go back. */
export function anywhere(comm: Comm): void {
  const before = liveObjects();
  const n = 10;
  {
    using x = Vec.createMPI(n, { comm });
    using y = x.duplicate();
    const [begin, end] = x.ownershipRange;
    const mine = Array.from({ length: end - begin }, (_, k) => begin + k);
    for (const i of mine) x.array[i - begin] = i * i;
    // reversed: entry i goes to n - 1 - i
    using from = IS.createGeneral(mine, { comm });
    using to = IS.createGeneral(
      mine.map((i) => n - 1 - i),
      { comm },
    );
    using reversal = Scatter.create(x, from, y, to);
    reversal.scatter(x, y);
    for (const i of mine) assert.equal(y.arrayRead[i - begin], (n - 1 - i) ** 2);
    reversal.begin(x, y, "add");
    reversal.end(x, y, "add");
    for (const i of mine) assert.equal(y.arrayRead[i - begin], 2 * (n - 1 - i) ** 2);
    reversal.scatter(y, x, "insert", "reverse");
    for (const i of mine) assert.equal(x.arrayRead[i - begin], 2 * i * i);

    // every rank takes the same three entries, and gives them back to one place each
    using local = Vec.createSeq(3);
    using wanted = IS.createGeneral([9, 0, 4], { comm: self() });
    using take = Scatter.create(x, wanted, local, null);
    take.scatter(x, local);
    assert.deepEqual([...local.array], [162, 0, 32]);
    local.set(1);
    x.set(0);
    take.scatter(local, x, "add", "reverse");
    for (const i of mine) assert.equal(x.arrayRead[i - begin], [0, 4, 9].includes(i) ? comm.size : 0);
    using wrong = IS.createGeneral([1, 2], { comm: self() });
    assert.throws(() => Scatter.create(x, wrong, local, null), { code: "petsc" });
    using behind = IS.createGeneral([0, 1, n], { comm: self() });
    assert.throws(() => Scatter.create(x, behind, local, null), { code: "petsc", message: /out of range/ });
  }
  assert.equal(liveObjects(), before);
}

/** All entries come to all ranks, or to rank 0; and back. */
export function toAllAndZero(comm: Comm): void {
  const before = liveObjects();
  const n = 7;
  {
    using x = Vec.createMPI(n, { comm });
    const [begin] = x.ownershipRange;
    for (const [k] of x.array.entries()) x.array[k] = Math.sqrt(begin + k);
    const expected = Array.from({ length: n }, (_, i) => Math.sqrt(i));
    const all = Scatter.toAll(x);
    all.scatter.scatter(x, all.target);
    assert.deepEqual([...all.target.array], expected);
    const zero = Scatter.toZero(x);
    zero.scatter.scatter(x, zero.target);
    assert.deepEqual([...zero.target.array], comm.rank === 0 ? expected : []);
    zero.target.scale(3);
    zero.scatter.scatter(zero.target, x, "insert", "reverse");
    for (const [k, value] of x.arrayRead.entries()) assert.equal(value, 3 * Math.sqrt(begin + k));
    for (const object of [all.scatter, all.target, zero.scatter, zero.target]) object.destroy();
  }
  assert.equal(liveObjects(), before);
}
