import assert from "node:assert/strict";
import type { ErrorCode } from "../../src/errors.js";
import type { Failed } from "./bodies/problem.js";

/** Checks what a body told of its error. */
export function assertFailed(failed: Failed | undefined, code: ErrorCode, message: RegExp): void {
  assert.ok(failed !== undefined, "nothing was thrown");
  assert.equal(failed.code, code, failed.message);
  assert.match(failed.message, message);
}
