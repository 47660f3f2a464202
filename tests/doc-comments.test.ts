import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

/*
 * Everything that a package entry exports has a doc comment where it is defined.
 */

const source = fileURLToPath(new URL("../../src", import.meta.url));
const entries = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((name) =>
  name.endsWith("index.ts"),
);

const read = (file: string) => readFileSync(join(source, file), "utf8");

/** Names that `file` exports from other files, with the file that each comes from; `*` for all. */
function reexports(file: string): [name: string, from: string][] {
  return [...read(file).matchAll(/export (?:type )?(?:\{([^}]*)\}|\*) from "(\.[^"]+)"/g)].flatMap(
    ([, list, specifier]) => {
      const from = join(dirname(file), specifier.replace(/\.js$/, ".ts"));
      const names =
        list === undefined ? ["*"] : list.split(",").map((name) => name.replace(/^\s*type\s+/, "").trim());
      return names
        .filter((name) => name !== "")
        .map((name): [string, string] => [name.split(" as ")[0], from]);
    },
  );
}

/** Definitions exported by a file, and whether a doc comment stands before each. */
function definitions(file: string): Map<string, boolean> {
  const pattern =
    /(\*\/\s*\n(?:\/\/.*\n)*)?^export (?:declare )?(?:abstract )?(?:async )?(?:function\*?|class|const|let|interface|type|enum) (\w+)/gm;
  const found = new Map<string, boolean>();
  for (const [, comment, name] of read(file).matchAll(pattern)) {
    found.set(name, found.get(name) === true || comment !== undefined); // one overload with a comment is enough
  }
  return found;
}

test("every exported definition has a doc comment", () => {
  const bare: string[] = [];
  for (const entry of entries) {
    for (const [name, from] of reexports(entry)) {
      if (from.endsWith("index.ts")) continue; // looked at as an entry of its own
      const defined = definitions(from);
      const names = name === "*" ? [...defined.keys()] : [name];
      for (const each of names) if (defined.get(each) === false) bare.push(`${from}: ${each}`);
    }
  }
  assert.deepEqual([...new Set(bare)].sort(), []);
});
