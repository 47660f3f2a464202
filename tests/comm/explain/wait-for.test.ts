import assert from "node:assert/strict";
import { test } from "node:test";
import { concernedWith, findStuck, type RankState, type Wait } from "../../../src/comm/explain/wait-for.js";

const any = (...peers: number[]): Wait => ({ kind: "any", peers });
const all = (...peers: number[]): Wait => ({ kind: "all", peers });

test("known shapes", () => {
  const cases: [string, RankState[], number[]][] = [
    ["two in a circle", [any(1), any(0)], [0, 1]],
    ["a circle beside a rank that computes", [any(1), any(0), "running"], [0, 1]],
    ["a chain that ends at a running rank", [any(1), any(2), "running"], []],
    ["a chain that ends at a circle", [any(1), any(2), any(1)], [0, 1, 2]],
    ["a chain that ends at a finished rank", [any(1), any(2), "finished"], [0, 1]],
    ["itself", [any(0), "running"], [0]],
    ["any of several, one of which runs", [any(1, 2), any(0), "running"], []],
    ["all of several, one of which is stuck", [all(1, 2), any(0), "running"], [0, 1]],
    ["all of several, one of which has finished", ["running", all(0, 2), "finished"], [1]],
    ["nobody left for any", [any(), "running"], [0]],
    ["nobody missing for all", [all(), "running"], []],
    ["everybody has finished", ["finished", "finished"], []],
  ];
  for (const [name, states, expected] of cases) assert.deepEqual(findStuck(states), expected, name);
});

test("deadlocks that have nothing to do with each other are kept apart", () => {
  const states: RankState[] = [any(1), any(0), all(3, 5), any(2), any(2), "running"];
  const stuck = findStuck(states);
  assert.deepEqual(stuck, [0, 1, 2, 3, 4]);
  for (const rank of stuck) {
    const expected = rank < 2 ? [0, 1] : [2, 3, 4];
    assert.deepEqual(concernedWith(rank, stuck, states), expected, `rank ${rank}`);
  }
});

/**
 * By the definition: the union of all sets of waiting ranks that nothing outside can help. A rank of such a set waits for
 * any of ranks that are all in it or finished, or for all of ranks of which one is.
 */
function stuckByDefinition(states: readonly RankState[]): number[] {
  const stuck = new Set<number>();
  for (let set = 0; set < 1 << states.length; set++) {
    const isLost = (peer: number) => (set & (1 << peer)) !== 0 || states[peer] === "finished";
    const members = [...states.keys()].filter((rank) => (set & (1 << rank)) !== 0);
    const closed = members.every((rank) => {
      const state = states[rank];
      if (typeof state === "string") return false;
      return state.kind === "any" ? state.peers.every(isLost) : state.peers.some(isLost);
    });
    if (closed) for (const rank of states.keys()) if ((set & (1 << rank)) !== 0) stuck.add(rank);
  }
  return [...stuck].sort((a, b) => a - b);
}

test("random states, against the definition", () => {
  let seed = 1;
  const random = (n: number) => {
    seed = (seed * 48271) % 2147483647;
    return seed % n;
  };
  let found = 0;
  for (let round = 0; round < 3000; round++) {
    const size = 1 + random(6);
    const states = Array.from({ length: size }, (): RankState => {
      const kind = random(8);
      if (kind === 0) return "running";
      if (kind === 1) return "finished";
      const peers = Array.from({ length: size }, (_, peer) => peer).filter(() => random(3) === 0);
      return { kind: kind % 2 === 0 ? "any" : "all", peers };
    });
    const expected = stuckByDefinition(states);
    assert.deepEqual(findStuck(states), expected, JSON.stringify(states));
    found += expected.length;
  }
  assert.ok(found > 1000);
});
