import { InvalidArgumentError } from "commander";

/** Parses the name of a file for a picture. */
export function plotFile(text: string): string {
  if (/\.(svg|png)$/.test(text)) return text;
  throw new InvalidArgumentError("Its name must end in .svg or .png.");
}
