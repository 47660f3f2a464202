import { InvalidArgumentError } from "commander";

/** Parses an option that is a whole number of at least 1. */
export function positiveInteger(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError("It must be a whole number of at least 1.");
}

/** Parses the widths of a network: `784-256-10`. */
export function widths(text: string): number[] {
  const parts = text.split("-");
  if (parts.length < 2)
    throw new InvalidArgumentError(
      "It must name the widths of input, hidden layers and output, as in 784-256-10.",
    );
  return parts.map(positiveInteger);
}
