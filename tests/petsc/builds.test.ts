import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { noPetsc, runScript } from "../support/petsc.js";

/* Real libraries that were built otherwise than the binding needs them. */

const SCRIPT = `
import { Mat } from "tutti/petsc";
import { EPS } from "tutti/slepc";
using a = Mat.createAIJ(3, { nnz: 1 });
for (let i = 0; i < 3; i++) a.setValue(i, i, 1);
a.assemble();
using eps = EPS.create();
eps.setOperators(a);
eps.solve();
`;

const BUILDS = [
  {
    title: "a PETSc with complex numbers",
    library: { TUTTI_PETSC_LIBRARY: "libpetsc_complex.so.3.18" },
    message:
      "[unsupported]: PETSc 3.18.5 (libpetsc_complex.so.3.18) cannot be used: its numbers are complex; " +
      "install a build with real numbers, or name another one in TUTTI_PETSC_LIBRARY",
  },
  {
    title: "a PETSc with 64-bit indices",
    library: { TUTTI_PETSC_LIBRARY: "libpetsc64_real.so.3.18" },
    message:
      "[unsupported]: PETSc 3.18.5 (libpetsc64_real.so.3.18) cannot be used: its indices have 64 bits; " +
      "install a build with 32-bit indices, or name another one in TUTTI_PETSC_LIBRARY",
  },
  {
    title: "a SLEPc for another PETSc",
    library: { TUTTI_SLEPC_LIBRARY: "libslepc_complex.so.3.18" },
    message:
      "[mismatch]: SLEPc's library libslepc_complex.so.3.18 is built on another PETSc than libpetsc_real.so.3.18; " +
      "name one that belongs to it in TUTTI_SLEPC_LIBRARY",
  },
];

describe("builds that cannot be served", { skip: noPetsc }, () => {
  for (const { title, library, message } of BUILDS) {
    for (const command of [
      ["run", "-n", "1"],
      ["run", "--engine", "mpi", "-n", "2"],
    ]) {
      test(`${title} is refused in words, tutti ${command.join(" ")}`, async () => {
        const { code, stderr } = await runScript(SCRIPT, command, { env: library });
        assert.equal(code, 1);
        assert.ok(stderr.includes(message), stderr);
      });
    }
  }

  test("the one that is found without a name is real, with 32-bit indices", async () => {
    const { code, stderr } = await runScript(SCRIPT, ["run", "-n", "1"]);
    assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  });
});

test("a PETSc that is built without HDF5 is named", { skip: noPetsc }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "tutti-petsc-"));
  // Debian's builds have it: a copy with another name for its function, of the same hash, so that its own calls find it
  const library = join(folder, "libpetsc_real.so");
  const bytes = readFileSync(systemLibrary("libpetsc_real.so.3.18"));
  bytes.write("PetscViewerHDF5POen", bytes.indexOf("\0PetscViewerHDF5Open\0") + 1, "latin1");
  writeFileSync(library, bytes);
  const script = `import { Viewer } from "tutti/petsc"; Viewer.createHDF5("file.h5", "write");`;
  const { code, stderr } = await runScript(script, ["run", "-n", "1"], {
    env: { TUTTI_PETSC_LIBRARY: library },
  });
  rmSync(folder, { recursive: true });
  assert.equal(code, 1);
  assert.ok(
    stderr.includes(
      `[unsupported]: createHDF5: PETSc (${library}) is built without HDF5; write a binary file`,
    ),
    stderr,
  );
});

/** The file that the system's loader finds by a name. */
function systemLibrary(name: string): string {
  const entry = execFileSync("/sbin/ldconfig", ["-p"], { encoding: "utf8" })
    .split("\n")
    .find((line) => line.trim().startsWith(`${name} `));
  return entry!.split(" => ")[1];
}
