import assert from "node:assert/strict";
import { type ErrorCode, TuttiError } from "../../src/errors.js";
import type { NestedArray, Tensor } from "../../src/tensor/index.js";

/** Elements in row-major order, booleans as 0 and 1. */
export const flat = (x: Tensor): number[] => flatten(x.toArray());

const flatten = (nested: NestedArray): number[] =>
  Array.isArray(nested) ? nested.flatMap(flatten) : [Number(nested)];

/** Checks shape and elements; elements to a relative and absolute tolerance, exactly by default. */
export function assertTensor(actual: Tensor, expected: NestedArray, tolerance = 0): void {
  const shape: number[] = [];
  for (let level = expected; Array.isArray(level); level = level[0]) shape.push(level.length);
  assert.deepEqual([...actual.shape], shape, "shape");
  assertNumbers(flat(actual), flatten(expected), tolerance);
}

/** Checks numbers one by one; NaN equals NaN. */
export function assertNumbers(actual: readonly number[], expected: readonly number[], tolerance = 0): void {
  assert.equal(actual.length, expected.length, "number of elements");
  for (let i = 0; i < actual.length; i++) {
    const a = actual[i];
    const e = expected[i];
    const close = Object.is(a, e) || a === e || Math.abs(a - e) <= tolerance * Math.max(1, Math.abs(e));
    assert.ok(close, `element ${i}: ${a}, expected ${e} (tolerance ${tolerance})`);
  }
}

/** Checks that `body` throws a TuttiError with this code whose message matches. */
export function assertTuttiError(body: () => unknown, code: ErrorCode, message: RegExp): void {
  assert.throws(body, (error) => {
    assert.ok(error instanceof TuttiError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, message);
    return true;
  });
}

/** All index tuples of a shape in row-major order. */
export function* indices(shape: readonly number[]): Generator<number[]> {
  if (shape.length === 0) yield [];
  else for (let i = 0; i < shape[0]; i++) for (const rest of indices(shape.slice(1))) yield [i, ...rest];
}
