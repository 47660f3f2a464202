import assert from "node:assert/strict";
import { test } from "node:test";
import { editDistance, nearestFirst } from "../src/nearest.js";

test("the distance counts insertions, deletions, substitutions and exchanges of neighbours", () => {
  const cases: [string, string, number][] = [
    ["", "abc", 3],
    ["kitten", "sitting", 3],
    ["saturday", "sunday", 3],
    ["gmrse", "gmres", 1],
    ["abcdef", "badcfe", 3],
    ["ca", "abc", 3], // no letter changes twice: else it would be 2
  ];
  for (const [a, b, distance] of cases) {
    assert.equal(editDistance(a, b), distance);
    assert.equal(editDistance(b, a), distance);
  }
});

test("equally similar names keep their order, and letters' case does not count", () => {
  assert.deepEqual(nearestFirst("GMRSE", ["cg", "fgmres", "lgmres", "gmres"]), [
    "gmres",
    "fgmres",
    "lgmres",
    "cg",
  ]);
});
