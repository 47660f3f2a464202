import assert from "node:assert/strict";
import { test } from "node:test";
import { mistake } from "../../src/cli/mistake.js";

test("mistakes of users are told by their message, bugs are left with their stack", () => {
  assert.equal(mistake({ code: "file", message: "no such file" }), "tutti: no such file");
  assert.equal(mistake({ code: "argument", message: "tutti train: no" }), "tutti train: no");
  for (const code of ["deadlock", "freed", "mismatch"] as const)
    assert.equal(mistake({ code, message: "a bug" }), undefined);
  assert.equal(mistake(undefined), undefined);
});
