import assert from "node:assert/strict";
import { test } from "node:test";
import { foldValues } from "../../src/comm/fold.js";
import { partition } from "../../src/data/index.js";
import { divide, followsRanks, type LeafRange, sumNode, wholeNodes } from "../../src/train/summation-tree.js";

const LEAVES = Array.from({ length: 40 }, (_, i) => i + 1);

/** A sum as it is written down, with the numbers of its leaves. */
function written(node: LeafRange): string {
  const slots: string[] = [];
  sumNode(
    node,
    0,
    (leaf, slot) => {
      slots[slot] = `${leaf}`;
    },
    (from, to) => {
      slots[to] = `(${slots[to]}+${slots[from]})`;
    },
  );
  return slots[0];
}

const tree = (leaves: number) => written({ start: 0, end: leaves });

/** The same sum in the order of the communicator's reductions, which go up the tree from its leaves. */
const folded = (values: string[]) => foldValues((a, b) => `(${a}+${b})`, [...values], values.length);

/** The first leaf of each of `ranks` ranks. */
const starts = (leaves: number, ranks: number) =>
  Array.from({ length: ranks }, (_, rank) => partition(leaves, ranks, rank)[0]);

test("the tree over a power of two of leaves is balanced, others are cut from the left", () => {
  assert.equal(tree(1), "0");
  assert.equal(tree(4), "((0+1)+(2+3))");
  assert.equal(tree(5), "(((0+1)+(2+3))+4)");
  assert.equal(tree(7), "(((0+1)+(2+3))+((4+5)+6))");
  assert.equal(tree(8), "(((0+1)+(2+3))+((4+5)+(6+7)))");
});

test("the tree is that of the communicator's reductions", () => {
  for (const leaves of LEAVES) {
    assert.equal(tree(leaves), folded(Array.from({ length: leaves }, (_, leaf) => `${leaf}`)));
  }
});

test("adding up 2^k leaves needs k slots beside the sum", () => {
  for (const leaves of LEAVES) {
    let last = 0;
    const add = (from: number, to: number) => assert.equal(from, to + 1);
    sumNode({ start: 0, end: leaves }, 0, (_, slot) => (last = Math.max(last, slot)), add);
    assert.equal(last, Math.floor(Math.log2(leaves)));
  }
});

test("the whole nodes of a range are nodes of the tree that cover it, and no fewer would", () => {
  for (const leaves of LEAVES) {
    const nodes = new Set<string>();
    const collect = (node: LeafRange) => {
      nodes.add(written(node));
      if (node.end - node.start === 1) return;
      const middle = divide(node);
      collect({ start: node.start, end: middle });
      collect({ start: middle, end: node.end });
    };
    collect({ start: 0, end: leaves });
    for (let start = 0; start <= leaves; start++) {
      for (let end = start; end <= leaves; end++) {
        const found = wholeNodes(leaves, { start, end });
        assert.deepEqual(
          found.flatMap((node) => Array.from({ length: node.end - node.start }, (_, i) => node.start + i)),
          Array.from({ length: end - start }, (_, i) => start + i),
        );
        for (const node of found) assert.ok(nodes.has(written(node)));
        for (let i = 1; i < found.length; i++) {
          const joined = written({ start: found[i - 1].start, end: found[i].end });
          assert.ok(!nodes.has(joined), `${joined} is a node of the tree over ${leaves} leaves`);
        }
      }
    }
  }
});

test("a reduction over ranks goes on in the tree's order exactly where followsRanks says so", () => {
  for (const leaves of LEAVES) {
    for (let ranks = 1; ranks <= leaves; ranks++) {
      const ranges = Array.from({ length: ranks }, (_, rank) => partition(leaves, ranks, rank));
      const reduced = folded(ranges.map(([start, end]) => written({ start, end })));
      assert.equal(
        followsRanks(leaves, starts(leaves, ranks)),
        reduced === tree(leaves),
        `${leaves} leaves on ${ranks} ranks`,
      );
    }
  }
  assert.ok(!followsRanks(5, [0, 2, 3, 4]));
  for (const ranks of [1, 2, 4, 8]) assert.ok(followsRanks(8, starts(8, ranks)));
});
