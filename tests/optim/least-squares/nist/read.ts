import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** What a file of NIST's says about a set: data, first guesses and certified results. */
export interface Certified {
  /** How hard NIST calls it. */
  readonly difficulty: string;
  /** The predictors of each row. */
  readonly x: readonly (readonly number[])[];
  /** What the model predicts: the response, or its logarithm where NIST says so. */
  readonly y: readonly number[];
  readonly starts: readonly (readonly number[])[];
  readonly parameters: readonly number[];
  readonly standardDeviations: readonly number[];
  readonly sumOfSquares: number;
  readonly degreesOfFreedom: number;
}

const NUMBER = String.raw`-?(?:\d+\.?\d*|\.\d+)(?:E[+-]?\d+)?`;

/** Reads a file, which lies beside the source of this one; throws if anything in it is not as it should be. */
export function readCertified(name: string): Certified {
  const url = new URL(`../../../../../tests/optim/least-squares/nist/${name}.dat`, import.meta.url);
  const lines = readFileSync(fileURLToPath(url), "utf8").trimEnd().split(/\r?\n/);
  const fail = (what: string): never => {
    throw new Error(`${name}.dat: ${what}`);
  };
  /** What the groups of a pattern match in the one line that is like it. */
  const find = (pattern: RegExp): string[] => {
    const found = lines.map((line) => line.match(pattern)).filter((match) => match !== null);
    return found.length === 1 ? found[0].slice(1) : fail(`${found.length} lines like ${pattern}, wanted 1`);
  };
  const result = (label: string) => Number(find(new RegExp(`^${label}: +(${NUMBER})$`))[0]);
  /** The rows of the lines that the head names: what each begins with, then so many numbers. */
  const rows = (title: string, beginning: (i: number) => string, width: number): number[][] => {
    const [first, last] = find(new RegExp(`^ .*${title} +\\(lines +(\\d+) to +(\\d+)\\)$`)).map(Number);
    return lines.slice(first - 1, last).map((line, i) => {
      const pattern = new RegExp(`^ *${beginning(i)}((?: +${NUMBER}){${width}})$`);
      const [, numbers] = line.match(pattern) ?? fail(`line ${first + i} is not like ${pattern}: ${line}`);
      return numbers.trim().split(/ +/).map(Number);
    });
  };
  const [predictors] = find(/^ +(\d) Predictors?\b/).map(Number);
  const [response] = find(/^ +(y|log\[y\]) += /);
  const [difficulty] = find(/^ +(Lower|Average|Higher) Level of Difficulty$/);
  const data = rows("Data", () => "", 1 + predictors);
  const unknowns = rows("Starting Values", (k) => `b${k + 1} =`, 4);
  const [sumOfSquares, deviation] = ["Sum of Squares", "Standard Deviation"].map((what) =>
    result(`Residual ${what}`),
  );
  const [count, degrees] = ["Number of Observations", "Degrees of Freedom"].map(result);
  if (data.length !== count) fail(`${data.length} rows, ${count} observations`);
  const degreesOfFreedom = count - unknowns.length;
  // Rat43's file prints 9, beside a standard deviation for 11, which is right
  if (degrees !== degreesOfFreedom && name !== "Rat43") fail(`${degrees} degrees of freedom`);
  if (Math.abs(Math.sqrt(sumOfSquares / degreesOfFreedom) / deviation - 1) > 1e-10)
    fail(`residual standard deviation ${deviation}`);
  const column = (k: number) => unknowns.map((row) => row[k]);
  return {
    difficulty,
    x: data.map(([, ...x]) => x),
    y: data.map(([y]) => (response === "y" ? y : Math.log(y))),
    starts: [column(0), column(1)],
    parameters: column(2),
    standardDeviations: column(3),
    sumOfSquares,
    degreesOfFreedom,
  };
}
