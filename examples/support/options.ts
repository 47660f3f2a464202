// What the programs with PETSc share about their command line: their own options have two dashes (`--nx 64`), those of
// PETSc one (`-ksp_type cg`), which PETSc takes from the same command line itself.

import { parseArgs } from "node:util";

/** The values of options `--name value` and flags `--name`, by name. Options of PETSc are passed over. */
export function options<T extends Record<string, string | false>>(
  defaults: T,
): { [K in keyof T]: T[K] extends false ? boolean : string } {
  const entries = Object.entries(defaults);
  const types = entries.map(([name, value]) => [
    name,
    value === false ? { type: "boolean" } : { type: "string" },
  ]);
  const { values } = parseArgs({ args: ownArguments(defaults), options: Object.fromEntries(types) });
  return { ...defaults, ...values } as { [K in keyof T]: T[K] extends false ? boolean : string };
}

/** The arguments of the program without those of PETSc: from one with a single dash to the next with two. */
function ownArguments(defaults: Record<string, string | false>): string[] {
  const args = process.argv.slice(2);
  const own: string[] = [];
  for (let i = 0, petsc = false; i < args.length; i++) {
    if (args[i].startsWith("--")) petsc = false;
    else if (/^-[a-z]/.test(args[i])) petsc = true;
    if (petsc) continue;
    own.push(args[i]);
    // a value may begin with a dash, as negative numbers do
    const takesValue = args[i].startsWith("--") && typeof defaults[args[i].slice(2)] === "string";
    if (takesValue && i + 1 < args.length) own[own.length - 1] += `=${args[++i]}`;
  }
  return own;
}

/** The number that an option gives. @throws RangeError if it is none, or not above `above` */
export function numberOption(name: string, text: string, above = Number.NEGATIVE_INFINITY): number {
  const number = Number(text);
  if (text.trim() !== "" && Number.isFinite(number) && number > above) return number;
  const wanted = above === Number.NEGATIVE_INFINITY ? "a number" : `a number above ${above}`;
  throw new RangeError(`--${name} must be ${wanted}, found ${text}`);
}

/** The file of a drawing that an option names, "" for none. @throws RangeError if its name is not that of an SVG file */
export function pictureOption(name: string, text: string): string {
  if (text === "" || text.endsWith(".svg")) return text;
  throw new RangeError(`--${name} must be a file *.svg, found ${text}`);
}

/** The whole number that an option gives. @throws RangeError if it is none, or less than `least` */
export function wholeOption(name: string, text: string, least: number): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= least) return number;
  throw new RangeError(`--${name} must be a whole number from ${least}, found ${text}`);
}
