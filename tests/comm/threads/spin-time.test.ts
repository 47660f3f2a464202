import assert from "node:assert/strict";
import { test } from "node:test";
import { SpinTime } from "../../../src/comm/threads/spin-time.js";

const LONGEST = new SpinTime(false).next();
const SHORTEST = new SpinTime(true).next();

/** Waits that end `asleep` milliseconds after the rank fell asleep; the times for which it looked before. */
function waits(spin: SpinTime, count: number, asleep: number): number[] {
  return Array.from({ length: count }, () => {
    const time = spin.next();
    spin.slept(asleep);
    return time;
  });
}

test("ranks that come while this one sleeps make it look for less and less, but for trials", () => {
  const spin = new SpinTime(false);
  const times = waits(spin, 100, 0.01);
  assert.equal(times[0], LONGEST);
  assert.ok(times.slice(1).filter((time) => time === LONGEST).length <= 4);
  assert.equal(Math.min(...times), SHORTEST);
  assert.ok(times.reduce((sum, time) => sum + time) / times.length < LONGEST / 5);
});

test("ranks that come late do not", () => {
  assert.deepEqual(waits(new SpinTime(false), 50, 10), Array(50).fill(LONGEST));
});

test("a trial that succeeds brings the longest time back", () => {
  const spin = new SpinTime(false);
  waits(spin, 20, 0.01);
  spin.succeeded(SHORTEST);
  assert.notEqual(spin.next(), LONGEST);
  let time = spin.next();
  while (time !== LONGEST) time = spin.next();
  spin.succeeded(time);
  assert.equal(spin.next(), LONGEST);
});

test("where there are more ranks than cores, the shortest time stays", () => {
  const spin = new SpinTime(true);
  assert.deepEqual(waits(spin, 50, 0.01), Array(50).fill(SHORTEST));
});
