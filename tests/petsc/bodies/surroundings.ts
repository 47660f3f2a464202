import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Comm } from "../../../src/comm/index.js";
import { KSP, LogStage, liveObjects, Mat, options, Vec, Viewer } from "../../../src/petsc/index.js";

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

/** What is written on these ranks is read again, by all of them together. */
export function files(comm: Comm): void {
  const before = liveObjects();
  const folder = comm.bcastObject(comm.rank === 0 ? mkdtempSync(join(tmpdir(), "tutti-petsc-")) : "");
  const n = 13;
  {
    using x = Vec.createMPI(n, { comm });
    using y = x.duplicate();
    using a = Mat.createAIJ(n, { comm, nnz: 2 });
    using b = Mat.createAIJ(n, { comm });
    const [begin, end] = x.ownershipRange;
    for (let i = begin; i < end; i++) {
      x.array[i - begin] = 1 / (i + 1);
      a.setValue(i, i, i + 1);
      a.setValue(i, (i + 1) % n, -1);
    }
    a.assemble();
    const file = join(folder, "objects.bin");
    const out = Viewer.createBinary(file, "write", comm);
    out.show(a);
    out.show(x);
    out.destroy();
    const back = Viewer.createBinary(file, "read", comm);
    b.load(back);
    y.load(back);
    back.destroy();
    y.axpy(-1, x);
    assert.equal(y.norm("infinity"), 0);
    const { right, left } = b.createVecs();
    a.mult(x, y);
    b.mult(x, left);
    left.axpy(-1, y);
    assert.equal(left.norm("infinity"), 0);
    for (const vec of [right, left]) vec.destroy();

    const text = join(folder, "vector.txt");
    x.name = "shares";
    const ascii = Viewer.createASCII(text, comm);
    ascii.show(x);
    ascii.destroy();
    comm.barrier();
    assert.match(readFileSync(text, "utf8"), /Vec Object: shares.*0\.5\n0\.333333/s);
    assert.throws(() => Viewer.createBinary(join(folder, "no", "such"), "read", comm), {
      code: "petsc",
      message: /PetscViewerSetUp: PETSc says: .*no\/such/,
    });
  }
  comm.barrier();
  if (comm.rank === 0) rmSync(folder, { recursive: true });
  comm.barrier();
  assert.equal(existsSync(folder), false);
  assert.equal(liveObjects(), before);
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
