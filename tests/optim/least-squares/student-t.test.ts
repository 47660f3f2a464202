import assert from "node:assert/strict";
import { test } from "node:test";
import { studentT } from "../../../src/optim/least-squares/student-t.js";

const close = (found: number, wanted: number, error: number) =>
  assert.ok(Math.abs(found - wanted) <= error * wanted, `${found}, expected ${wanted}`);

test("quantiles of Student's distribution", () => {
  for (const p of [0.1, 0.5, 0.9, 0.95, 0.99, 0.999]) {
    close(studentT(p, 1), Math.tan((Math.PI * p) / 2), 1e-12); // Cauchy's distribution
    close(studentT(p, 2), p * Math.sqrt(2 / (1 - p * p)), 1e-12);
  }
  // SciPy 1.10, scipy.stats.t.ppf((1 + p) / 2, n)
  close(studentT(0.95, 3), 3.182446305284263, 1e-9);
  close(studentT(0.5, 4), 0.7406970840912249, 1e-9);
  close(studentT(0.95, 10), 2.2281388519649385, 1e-9);
  close(studentT(0.99, 7), 3.4994832973505026, 1e-9);
  close(studentT(0.9, 1000), 1.6463788172854639, 1e-9);
  close(studentT(0.95, 100_000), 1.9599877075346093, 1e-9);
});
