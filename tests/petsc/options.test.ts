import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { noPetsc, runScript } from "../support/petsc.js";

/* What is said of options that are mistyped. */

const SCRIPT = `
import { KSP, TAO } from "tutti/petsc";
import { EPS } from "tutti/slepc";
using ksp = KSP.create();
ksp.optionsPrefix = "abc_";
ksp.setFromOptions();
using eps = EPS.create();
eps.setFromOptions();
`;

/** Options of the program itself, and of PETSc that are used or that it looks for at its end. */
const SILENT =
  "--fail 3 --tao_type lmvm -n 5 -grid 3 -file_name x -abc_ksp_type cg -eps_nev 2 -malloc_dump".split(" ");

const WARNINGS = [
  ["-abc_ksp_typ", "; did you mean -abc_ksp_type?"],
  ["-abc_mg_levels_1_ksp_mxa_it", "; did you mean -abc_mg_levels_1_ksp_max_it?"],
  ["-eps_nve", "; did you mean -eps_nev?"],
  ["-log_veiw", "; did you mean -log_view?"],
  ["-pc_typee", "; did you mean -pc_type?"],
  ["-snes_rtol", ": no object has asked for it"],
];

describe("options of the command line", { skip: noPetsc }, () => {
  for (const command of [
    ["run", "-n", "1"],
    ["run", "--engine", "mpi", "-n", "2"],
  ]) {
    const title = `tutti ${command.join(" ")}`;
    test(`those that nothing has asked for are told with the nearest names, ${title}`, async () => {
      const given = WARNINGS.flatMap(([name]) => [name, "gamg"]);
      const { code, stderr } = await runScript(SCRIPT, command, { options: [...given, ...SILENT] });
      const lines = WARNINGS.map(([name, said]) => `warning: option ${name} was not used${said}\n`);
      assert.deepEqual({ code, stderr }, { code: 0, stderr: lines.join("") });
    });
  }

  test("nothing is said without them, nor where PETSc itself reports them", async () => {
    const { stderr } = await runScript(SCRIPT, ["run", "-n", "1"], { options: SILENT });
    assert.equal(stderr, "");
    const options = ["-pc_typee", "gamg", "-options_left"];
    const left = await runScript(SCRIPT, ["run", "-n", "1"], { options });
    assert.equal(left.stderr, "");
    assert.match(left.stdout, /Option left: name:-pc_typee value: gamg/);
  });

  test("an unknown type is an error with the nearest names on every rank", async () => {
    const command = ["run", "--engine", "mpi", "-n", "2"];
    for (const [name, value, nearest] of [
      ["-abc_ksp_type", "gmrse", '"gmres", "fgmres"'],
      ["-abc_pc_type", "gmag", '"gamg"'],
      ["-eps_type", "krylovshur", '"krylovschur"'],
    ]) {
      const { code, stderr } = await runScript(SCRIPT, command, { options: [name, value] });
      assert.equal(code, 1);
      const said = stderr.match(
        /^TuttiError \[argument\]: .*PETSc says: .*; the nearest of its types are .*$/gm,
      );
      assert.ok(said?.[0].includes(value) && said[0].includes(`types are ${nearest}`), stderr);
    }
  });
});
