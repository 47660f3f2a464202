import assert from "node:assert/strict";
import { test } from "node:test";
import { SpinTime } from "../../../src/comm/threads/spin-time.js";

const LONGEST = new SpinTime(false).next(0);
const SHORTEST = new SpinTime(true).next(0);

/** Waits one millisecond apart that end `asleep` milliseconds after the rank fell asleep; the times for which it looked before. */
function waits(spin: SpinTime, count: number, asleep: number): number[] {
  return Array.from({ length: count }, (_, now) => {
    const time = spin.next(now);
    spin.slept(asleep, now);
    return time;
  });
}

test("ranks that come while this one sleeps make it look for the shortest time, but for trials", () => {
  const times = waits(new SpinTime(false), 100, 0.01);
  assert.equal(times[0], LONGEST);
  assert.ok(times.slice(3).every((time, i) => time === SHORTEST || i % 10 === 9));
  assert.ok(times.reduce((sum, time) => sum + time) / times.length < LONGEST / 5);
});

test("once is not enough", () => {
  const spin = new SpinTime(false);
  waits(spin, 2, 0.01);
  spin.succeeded(LONGEST);
  assert.deepEqual(waits(spin, 3, 0.01), Array(3).fill(LONGEST));
});

test("ranks that come late do not", () => {
  assert.deepEqual(waits(new SpinTime(false), 50, 10), Array(50).fill(LONGEST));
});

test("a trial that succeeds brings the longest time back", () => {
  const spin = new SpinTime(false);
  waits(spin, 5, 0.01);
  spin.succeeded(SHORTEST);
  assert.equal(spin.next(6), SHORTEST);
  const trial = spin.next(20);
  assert.equal(trial, LONGEST);
  assert.equal(spin.next(21), SHORTEST);
  spin.succeeded(trial);
  assert.equal(spin.next(22), LONGEST);
});

test("where there are more ranks than cores, the shortest time stays", () => {
  assert.deepEqual(waits(new SpinTime(true), 50, 0.01), Array(50).fill(SHORTEST));
});
