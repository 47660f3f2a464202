import { TuttiError } from "../errors.js";

/** Numbers; encoded as (value - mean) / std. A missing one is filled with the mean of the training rows. */
export interface NumberColumn {
  readonly kind: "number";
  readonly name: string;
  readonly mean: number;
  readonly std: number;
  readonly fill: number;
}

/** true and false; encoded as 1 and 0. A missing one is filled with the more frequent value. */
export interface BooleanColumn {
  readonly kind: "boolean";
  readonly name: string;
  readonly fill: boolean;
}

/** Texts; encoded as one 0 or 1 for each category. A missing one is filled with the most frequent category. */
export interface CategoryColumn {
  readonly kind: "category";
  readonly name: string;
  readonly categories: readonly string[];
  readonly fill: string;
}

/** A column that a model takes as input. */
export type InputColumn = NumberColumn | BooleanColumn | CategoryColumn;

/** Labels; encoded as an index into `classes`. */
export interface ClassTarget {
  readonly kind: "class";
  readonly name: string;
  readonly classes: readonly string[];
}

/** 0 and 1, or false and true; encoded as an index into `classes`. */
export interface BinaryTarget {
  readonly kind: "binary";
  readonly name: string;
  readonly classes: readonly ["0", "1"] | readonly ["false", "true"];
}

/** Numbers to be predicted; encoded as (value - mean) / std. */
export interface NumberTarget {
  readonly kind: "number";
  readonly name: string;
  readonly mean: number;
  readonly std: number;
}

/** The column that a model predicts. */
export type TargetColumn = ClassTarget | BinaryTarget | NumberTarget;

/**
 * How the rows of a table become numbers: what `fitTable` learnt from the training table and `encodeTable` applies
 * to that and every later one. Plain data: it survives JSON unchanged.
 */
export interface TableSchema {
  /** The columns that are used, in the order of the features. */
  readonly columns: readonly InputColumn[];
  readonly target: TargetColumn | null;
  /** What to do about a missing value of an input: an error that names it, or the column's `fill`. */
  readonly missing: "error" | "fill";
}

/** The name of each feature, as many as an encoded row has: the column's, or `column=category`. */
export function featureNames(schema: TableSchema): string[] {
  return schema.columns.flatMap((column) =>
    column.kind === "category"
      ? column.categories.map((category) => `${column.name}=${category}`)
      : [column.name],
  );
}

/**
 * Checks that a value, as it comes from JSON, is a {@link TableSchema}; `where` says where it came from.
 *
 * @throws TuttiError "format" that names the first wrong part.
 */
export function checkTableSchema(value: unknown, where: string): TableSchema {
  const fail = (part: string): never => {
    throw new TuttiError("format", `checkTableSchema: ${where} has no valid ${part}`, { file: where });
  };
  if (!isRecord(value) || !Array.isArray(value.columns)) return fail("table schema");
  if (value.missing !== "error" && value.missing !== "fill") return fail("policy for missing values");
  for (const [index, column] of value.columns.entries()) {
    if (!isInputColumn(column)) return fail(`column ${index + 1} in its table schema`);
  }
  if (value.target !== null && !isTarget(value.target)) return fail("target in its table schema");
  return value as unknown as TableSchema;
}

function isInputColumn(value: unknown): boolean {
  if (!isRecord(value) || typeof value.name !== "string") return false;
  if (value.kind === "number") return isScale(value) && Number.isFinite(value.fill);
  if (value.kind === "boolean") return typeof value.fill === "boolean";
  return (
    value.kind === "category" && areTexts(value.categories) && value.categories.includes(value.fill as string)
  );
}

function isTarget(value: unknown): boolean {
  if (!isRecord(value) || typeof value.name !== "string") return false;
  if (value.kind === "number") return isScale(value);
  if (!areTexts(value.classes)) return false;
  return (
    value.kind === "class" || (value.kind === "binary" && /^(0,1|false,true)$/.test(value.classes.join()))
  );
}

function isScale({ mean, std }: Record<string, unknown>): boolean {
  return Number.isFinite(mean) && Number.isFinite(std) && (std as number) > 0;
}

function areTexts(value: unknown): value is string[] {
  return (
    Array.isArray(value) &&
    value.every((text) => typeof text === "string") &&
    new Set(value).size === value.length
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
