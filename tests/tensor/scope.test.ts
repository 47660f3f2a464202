import assert from "node:assert/strict";
import { test } from "node:test";
import { kernels } from "../../src/kernels/index.js";
import {
  add,
  keep,
  matmul,
  mul,
  neg,
  reshape,
  scope,
  slice,
  type Tensor,
  tensor,
  zeros,
} from "../../src/tensor/index.js";
import { assertTensor, assertTuttiError } from "./support.js";

const bytes = () => kernels().heap.bytesInUse;

test("a scope frees what it does not return", () => {
  const x = tensor([1, 2, 3]);
  const before = bytes();
  let inner: Tensor | undefined;
  const y = scope(() => {
    inner = add(x, 1);
    return mul(inner, 2);
  });
  assertTensor(y, [4, 6, 8]);
  assert.ok(inner?.isFreed);
  y.dispose();
  assert.equal(bytes(), before);
});

test("tensors come out of arrays, records, maps and sets at any depth", () => {
  const before = bytes();
  const result = scope(() => {
    zeros([100]);
    return {
      list: [zeros([2]), { deep: zeros([3]) }],
      map: new Map([["a", zeros([4])]]),
      set: new Set([zeros([5])]),
    };
  });
  const alive = [
    result.list[0],
    (result.list[1] as { deep: Tensor }).deep,
    result.map.get("a"),
    ...result.set,
  ] as Tensor[];
  assert.deepEqual(
    alive.map((t) => t.data.length),
    [2, 3, 4, 5],
  );
  for (const t of alive) t.dispose();
  assert.equal(bytes(), before);
});

test("a result that contains itself is no problem", () => {
  const result = scope(() => {
    const ring: { x: Tensor; self?: unknown } = { x: zeros([2]) };
    ring.self = ring;
    return ring;
  });
  assert.equal(result.x.isFreed, false);
});

test("what an inner scope returns belongs to the outer one", () => {
  const before = bytes();
  let escaped: Tensor | undefined;
  scope(() => {
    escaped = scope(() => zeros([10]));
    assert.equal(escaped.isFreed, false);
  });
  assert.ok(escaped?.isFreed);
  assert.equal(bytes(), before);
});

test("keep takes a tensor out of all scopes", () => {
  let kept: Tensor | undefined;
  scope(() => {
    scope(() => {
      kept = keep(tensor([1]));
    });
  });
  assert.equal(kept?.item(), 1);
  kept?.dispose();
  assertTuttiError(() => keep(kept as Tensor), "freed", /disposed of/);
});

test("a scope that throws frees everything", () => {
  const before = bytes();
  assert.throws(
    () =>
      scope(() => {
        zeros([1000]);
        throw new Error("mine");
      }),
    /mine/,
  );
  assert.equal(bytes(), before);
});

test("a promise from a scope is an error, and nothing leaks", () => {
  const before = bytes();
  assertTuttiError(
    () =>
      scope(async () => {
        zeros([1000]);
      }),
    "argument",
    /scope: body returned a promise/,
  );
  assert.equal(bytes(), before);
});

test("a tensor used after its scope says which one it was and what to do", () => {
  let leaked: Tensor = tensor([0]);
  scope(() => {
    leaked = add(tensor([[1, 2]]), 1);
    leaked.name = "hidden";
  });
  const message =
    /^neg: the tensor "hidden" \(float64 \[1, 2\]\) was freed: the scope .* return it .*keep\(\)/;
  assertTuttiError(() => neg(leaked), "freed", message);
  for (const use of [
    () => add(1, leaked),
    () => matmul(leaked, leaked.shape as number[]),
    () => reshape(leaked, [2]),
    () => leaked.data,
    () => leaked.item(0, 0),
    () => leaked.toArray(),
    () => leaked.sum(),
    () => leaked.clone(),
    () => slice(leaked, 0),
    () => leaked.cast("float32"),
  ])
    assertTuttiError(use, "freed", /"hidden"/);
  assert.match(String(leaked), /freed/);
});

test("using frees at the end of the block", () => {
  const before = bytes();
  {
    using x = zeros([50]);
    assert.ok(bytes() > before);
    assert.equal(x.size, 50);
  }
  assert.equal(bytes(), before);
});

test("memory lives until the last view of it is freed", () => {
  const before = bytes();
  const x = zeros([8]);
  const view = slice(x, [2, 4]);
  x.dispose();
  x.dispose();
  assertTensor(view, [0, 0]);
  assert.ok(bytes() > before);
  assertTuttiError(() => neg(x), "freed", /disposed of/);
  view.dispose();
  assert.equal(bytes(), before);
  const row = scope(() => slice(tensor([[1, 2]]), 0));
  assertTensor(row, [1, 2]);
  row.dispose();
  assert.equal(bytes(), before);
});

test("a view that is returned keeps the memory of a tensor that is not", () => {
  const before = bytes();
  scope(() => {
    const row = scope(() => reshape(tensor([1, 2, 3, 4]), [2, 2]).slice(1));
    zeros([4]);
    assertTensor(row, [3, 4]);
  });
  assert.equal(bytes(), before);
});
