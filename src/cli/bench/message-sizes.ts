import { InvalidArgumentError } from "commander";
import { positiveInteger } from "./options.js";

/** Parses message sizes in bytes: one as `8`, or a range as `1:1048576`, each size twice the one before. */
export function messageSizes(text: string): number[] {
  const ends = text.split(":");
  if (ends.length > 2)
    throw new InvalidArgumentError("It must be one size, as in 8, or a range, as in 1:1048576.");
  const first = positiveInteger(ends[0]);
  const last = positiveInteger(ends[ends.length - 1]);
  if (first > last)
    throw new InvalidArgumentError(`A range goes from its smallest size to its largest: ${last}:${first}.`);
  const sizes: number[] = [];
  for (let size = first; size <= last; size *= 2) sizes.push(size);
  return sizes;
}
