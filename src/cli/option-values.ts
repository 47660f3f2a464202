import { InvalidArgumentError, Option } from "commander";

// What options of the command line can hold: parsers for commander, which throw what is wanted instead.

/** An option that takes one of some words. */
export const choice = (flags: string, description: string, choices: string[]): Option =>
  new Option(flags, description).choices(choices);

/** Texts with commas between. */
export const list = (text: string): string[] => text.split(",").map((part) => part.trim());

function number(wanted: string, isRight: (value: number) => boolean): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== "" && isRight(value)) return value;
    throw new InvalidArgumentError(`It must be ${wanted}.`);
  };
}

export const count = number(
  "a whole number of at least 1",
  (value) => Number.isSafeInteger(value) && value > 0,
);
/** The generator of random numbers takes seeds of 53 bits, the safe integers. */
export const seed = number(
  "a whole number of at least 0",
  (value) => Number.isSafeInteger(value) && value >= 0,
);
export const positive = number("a number greater than 0", (value) => Number.isFinite(value) && value > 0);
export const nonNegative = number("a number of at least 0", (value) => Number.isFinite(value) && value >= 0);
export const share = number("a number of at least 0 and less than 1", (value) => value >= 0 && value < 1);

/** Widths of layers with commas between; none for an empty text. */
export function widths(text: string): number[] {
  const values = text.trim() === "" ? [] : text.split(",").map(Number);
  if (values.every((value) => Number.isSafeInteger(value) && value > 0)) return values;
  throw new InvalidArgumentError("It must be whole numbers of at least 1 with commas between: 128,64.");
}
