import { writeFileSync } from "node:fs";
import { encodeNpy, type NdArray, readCsv, readSafetensors, type Table } from "../../src/data/index.js";
import type { Project, Result } from "./tutti.js";

// Small data that networks learn in a few epochs, the same in every run of the tests.

/** Numbers from 0 to 1 by the "minimal standard" generator (Park & Miller 1988). */
function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

/** Class names that need quotes in CSV and would be markup in HTML. */
export const SPECIES = ['he said "hi"', "a, b", "<script>alert(1)</script>"];

const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;

/** Rows of three species, in turn, that stand apart: two numbers, a category, true or false, the species. */
export function speciesRows(count: number, seed = 1): string[] {
  const random = uniform(seed);
  return Array.from({ length: count }, (_, i) => {
    const petal = (2 * (i % 3) + random()).toFixed(3);
    const sepal = ((i % 3 === 1 ? 30 : 10) + random()).toFixed(3);
    const colour = ["red", "green", "light blue"][Math.floor(3 * random())];
    return [petal, sepal, colour, random() < 0.5, quote(SPECIES[i % 3])].join(",");
  });
}

export const SPECIES_HEADER = "petal,sepal,colour,wild,species";

export const speciesCsv = (count: number, seed = 1): string =>
  `${[SPECIES_HEADER, ...speciesRows(count, seed)].join("\n")}\n`;

/** Whether x + y > 1. */
export function binaryCsv(count: number, seed = 1): string {
  const random = uniform(seed);
  const rows = Array.from({ length: count }, () => {
    const [x, y] = [random(), random()];
    return `${x},${y},${Number(x + y > 1)}`;
  });
  return `x,y,hit\n${rows.join("\n")}\n`;
}

/** price = 100,000 + 2000 x − 500 y. */
export function priceCsv(count: number, seed = 1): string {
  const random = uniform(seed);
  const rows = Array.from({ length: count }, () => {
    const [x, y] = [random(), random()];
    return `${x},${y},${100_000 + 2000 * x - 500 * y}`;
  });
  return `x,y,price\n${rows.join("\n")}\n`;
}

/** Grey images of 8 × 8 bytes with a bright row: the label says which of rows 0, 3 and 6. */
export function stripes(count: number, seed = 1): { images: Uint8Array; labels: Uint8Array } {
  const random = uniform(seed);
  const labels = Uint8Array.from({ length: count }, (_, i) => 3 * (i % 3));
  const images = Uint8Array.from({ length: 64 * count }, (_, i) => {
    const row = Math.floor((i % 64) / 8);
    return Math.floor(100 * random()) + (row === labels[Math.floor(i / 64)] ? 150 : 0);
  });
  return { images, labels };
}

/** An NPY file. */
export const npyBytes = (array: NdArray): Uint8Array => Buffer.concat(encodeNpy(array));

/** An IDX file of unsigned bytes. */
export function idxBytes(shape: readonly number[], data: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(4 + 4 * shape.length + data.length);
  bytes.set([0, 0, 8, shape.length]);
  for (const [axis, length] of shape.entries()) bytes.writeUInt32BE(length, 4 + 4 * axis);
  bytes.set(data, 4 + 4 * shape.length);
  return bytes;
}

/** Writes binary files into a project. */
export function addFiles(project: Project, files: Readonly<Record<string, Uint8Array>>): void {
  for (const [name, bytes] of Object.entries(files)) writeFileSync(project.path(name), bytes);
}

/** The number in the last line but one of a training that went well, after `what`. */
export function resultOf({ code, stdout, stderr }: Result, what: string): number {
  const lines = stdout.trimEnd().split("\n");
  const found = lines.at(-2)!.match(/^(.*) (\S+) {2}\(\d+\.\d s, \d+ samples\/s\)$/);
  if (code !== 0 || found?.[1] !== what)
    throw new Error(`exit code ${code}, no ${what}:\n${stdout}\n${stderr}`);
  return Number(found[2]);
}

/** Every parameter of a model file, as bytes. */
export function weightsOf(project: Project, run: string): Record<string, Buffer> {
  const { tensors } = readSafetensors(project.path(`${run}/model.safetensors`));
  return Object.fromEntries(
    [...tensors].map(([name, { data }]) => [
      name,
      Buffer.from(data.buffer, data.byteOffset, data.byteLength),
    ]),
  );
}

/** What `tutti predict` prints, as a table. */
export async function predictions(project: Project, run: string, data: string): Promise<Table> {
  const { code, stderr } = await project.tutti(["predict", run, data, "--out", "predictions.csv"]);
  if (code !== 0 || stderr !== "") throw new Error(`exit code ${code}: ${stderr}`);
  return readCsv(project.path("predictions.csv"));
}
