import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import * as petsc from "../../src/petsc/index.js";
import * as slepc from "../../src/slepc/index.js";

/* The translation of petsc4py names nothing that is not there. Its programs are run with those of the other documents. */

const guide = readFileSync(fileURLToPath(new URL("../../../docs/petsc.md", import.meta.url)), "utf8");
const everything: Record<string, unknown> = { ...petsc, ...slepc };

test("every name in the table is a member of its class", () => {
  const rows = guide.slice(guide.indexOf("## From petsc4py")).split("\n");
  const names = rows.flatMap((row) => [...(row.split("|")[2] ?? "").matchAll(/`(\w+)\.(\w+)/g)]);
  assert.ok(names.length > 100);
  const missing = names.filter(([, kind, member]) => {
    const found = everything[kind];
    if (typeof found === "object" && found !== null) return !(member in found);
    return typeof found !== "function" || !(member in found || hasInstanceMember(found, member));
  });
  assert.deepEqual(
    missing.map(([name]) => name),
    [],
  );
});

/** Methods, accessors, and fields that a constructor sets. */
function hasInstanceMember(kind: { prototype?: object }, member: string): boolean {
  return member in (kind.prototype ?? {}) || String(kind).includes(`this.${member} =`);
}
