import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const source = fileURLToPath(new URL("../../src", import.meta.url));

/** The house from the ground up: a folder imports only from folders before it. */
const FLOORS = [
  "errors",
  "nearest",
  "native",
  "comm",
  "kernels",
  "tensor",
  "petsc",
  "slepc",
  "autodiff",
  "data",
  "nn",
  "optim",
  "train",
  "cli",
  "index",
];

const files = readdirSync(source, { recursive: true, encoding: "utf8" })
  .map((name) => name.replaceAll("\\", "/"))
  .filter((name) => name.endsWith(".ts"));

const floorOf = (file: string) => file.split("/")[0].replace(/\.ts$/, "");

function importsOf(file: string): string[] {
  const text = readFileSync(join(source, file), "utf8");
  return [...text.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map((match) => match[1]);
}

test("every folder of src has its place in the house", () => {
  const unknown = [...new Set(files.map(floorOf))].filter((floor) => !FLOORS.includes(floor));
  assert.deepEqual(unknown, []);
});

test("imports go down the house, never up", () => {
  const wrong: string[] = [];
  for (const file of files) {
    for (const specifier of importsOf(file).filter((name) => name.startsWith("."))) {
      const target = posix.normalize(posix.join(posix.dirname(file), specifier));
      if (FLOORS.indexOf(floorOf(target)) > FLOORS.indexOf(floorOf(file)))
        wrong.push(`${file} imports ${target}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test("files do not import each other in a circle", () => {
  const state = new Map<string, "open" | "done">();
  const circles: string[] = [];
  const visit = (file: string, path: string[]) => {
    if (state.get(file) === "done") return;
    if (state.get(file) === "open") {
      circles.push([...path.slice(path.indexOf(file)), file].join(" -> "));
      return;
    }
    state.set(file, "open");
    const text = readFileSync(join(source, file), "utf8");
    // Types vanish at run time; only imports of values can form a circle.
    for (const [, specifier] of text.matchAll(/^(?:import|export) (?!type )[^;]*?from "(\.[^"]+)";/gms)) {
      const target = posix.normalize(posix.join(posix.dirname(file), specifier.replace(/\.js$/, ".ts")));
      if (files.includes(target)) visit(target, [...path, file]);
    }
    state.set(file, "done");
  };
  for (const file of files) visit(file, []);
  assert.deepEqual(circles, []);
});

test("only src/native knows the foreign function interface", () => {
  const outside = files.filter((file) => floorOf(file) !== "native" && importsOf(file).includes("koffi"));
  assert.deepEqual(outside, []);
});
