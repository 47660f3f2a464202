import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";

/*
 * The package exports joined files (scripts/join-modules.mjs). They are to be the modules of src/ in every respect but how
 * long they take to load.
 */

const root = fileURLToPath(new URL("../..", import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const entries = Object.entries<{ types: string; default: string }>(manifest.exports).filter(
  ([, to]) => typeof to === "object",
);

for (const [name, to] of entries) {
  test(`${name.replace(".", "tutti")} exports what its module does`, async () => {
    const [joined, module] = await Promise.all([
      import(name.replace(".", "tutti")),
      import(join(root, to.types.replace(/\.d\.ts$/, ".js"))),
    ]);
    assert.deepEqual(Object.keys(joined).sort(), Object.keys(module).sort());
  });
}

test("entries share what they have in common", async () => {
  const all = (await import("tutti")) as Record<string, unknown>;
  let shared = 0;
  for (const [name] of entries) {
    const entry: Record<string, unknown> = await import(name.replace(".", "tutti"));
    for (const key of Object.keys(entry).filter((key) => key in all)) {
      assert.equal(entry[key], all[key], `${key} of ${name}`);
      shared++;
    }
  }
  assert.ok(shared > 200);
});

describe("the joined files", () => {
  const library = join(root, "dist/lib");
  const files = readdirSync(library, { recursive: true, encoding: "utf8" }).map((file) =>
    join(library, file),
  );
  const code = files.filter((file) => file.endsWith(".js"));

  test("are few", () => assert.ok(code.length < 100, `${code.length} files`));

  test("import nothing from where they were joined", () => {
    for (const file of code)
      assert.doesNotMatch(readFileSync(file, "utf8"), /(from|import\() ?"[^"]*dist\/src/, file);
  });

  test("have beside them what modules read", () => {
    const source = join(root, "dist/src");
    for (const file of readdirSync(source, { recursive: true, encoding: "utf8" })) {
      if (!statSync(join(source, file)).isFile() || /\.(js|ts|map)$/.test(file)) continue;
      assert.ok(readFileSync(join(library, file)).equals(readFileSync(join(source, file))), file);
    }
  });
});
