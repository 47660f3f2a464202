import assert from "node:assert/strict";
import type { Comm } from "../../../src/comm/index.js";
import { KSP, LogStage, options } from "../../../src/petsc/index.js";

/** What is in the database is what objects take by `setFromOptions`. */
export function optionsDatabase(comm: Comm): void {
  assert.equal(options.has("-tutti_test"), false);
  assert.equal(options.get("-tutti_test"), undefined);
  options.set("tutti_test", 7);
  assert.equal(options.get("-tutti_test"), "7");
  options.delete("-tutti_test");
  assert.equal(options.has("tutti_test"), false);
  options.insert("-abc_ksp_type tfqmr -abc_ksp_monitor_cancel");
  assert.equal(options.has("-abc_ksp_monitor_cancel"), true);
  using ksp = KSP.create(comm);
  ksp.optionsPrefix = "abc_";
  ksp.setFromOptions();
  assert.equal(ksp.type, "tfqmr");
  for (const name of ["-abc_ksp_type", "-abc_ksp_monitor_cancel"]) options.delete(name);
}

/** A stage gives what its work returns, and ends with an error too. */
export function stages(comm: Comm): void {
  const stage = new LogStage(`tutti test ${comm.size}`);
  assert.equal(
    stage.run(() => stage.run(() => 5)),
    5,
  );
  assert.throws(
    () =>
      stage.run(() => {
        throw new RangeError("inside");
      }),
    RangeError,
  );
  assert.equal(
    stage.run(() => 6),
    6,
  );
}
