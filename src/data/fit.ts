import { TuttiError } from "../errors.js";
import { Column } from "./column.js";
import { binaryIndex } from "./fields.js";
import type { BinaryTarget, InputColumn, TableSchema, TargetColumn } from "./schema.js";
import type { Table } from "./table.js";

/** What {@link fitTable} should make of a table. */
export interface FitOptions {
  /** The column to predict; it is not an input. */
  target?: string;
  /** What the target is; found from its values when absent: 0 and 1 are binary, other numbers numbers, texts classes. */
  targetKind?: TargetColumn["kind"];
  /** The rows from which means and standard deviations are computed: those to train on. All when absent. */
  rows?: ArrayLike<number>;
  /** Columns to leave out, such as identifiers. */
  ignore?: readonly string[];
  /** Columns whose numbers are codes, not quantities. */
  categorical?: readonly string[];
  /** What to do about missing values of inputs; "error" when absent. To leave out such rows, see `Table.dropMissing`. */
  missing?: TableSchema["missing"];
  /** Whether numbers, those of the target too, are scaled to mean 0 and standard deviation 1; true when absent. */
  normalize?: boolean;
  /** More different texts than this in a column are an error, since each becomes a feature; 1000 when absent. */
  maxCategories?: number;
}

/**
 * Learns from a table how to turn such tables into numbers.
 *
 * Kinds, categories and classes come from all its rows, so that a rare category may stand in any part of a split;
 * means and (population) standard deviations come from `rows` only, so that nothing leaks from validation rows.
 * Categories and classes are sorted: as numbers if all of them are, else by code points.
 *
 * @throws TuttiError "argument" if a named column does not exist or there is no input; "format", with line and column,
 *   for a missing or infinite value, a text in a column of numbers, a column without values or with too many
 *   categories, or a target with one value only.
 */
export function fitTable(table: Table, options: FitOptions = {}): TableSchema {
  const { target, ignore = [], categorical = [], missing = "error" } = options;
  if (table.rows.length === 0) {
    throw new TuttiError("argument", `fitTable: the table of '${table.file}' has no rows`, {
      file: table.file,
    });
  }
  for (const name of [...ignore, ...categorical]) table.column(name);
  const targetColumn = target === undefined ? null : fitTarget(new Column(table, target), options);
  const inputs = table.names.filter((name) => name !== target && !ignore.includes(name));
  if (inputs.length === 0) {
    const message = `fitTable: '${table.file}' has no columns besides the target and those to ignore`;
    throw new TuttiError("argument", message, { file: table.file });
  }
  const columns = inputs.map((name) => {
    const column = new Column(table, name);
    if (missing === "error") column.requireAll();
    return fitInput(column, categorical.includes(name), options);
  });
  return { columns, target: targetColumn, missing };
}

function fitInput(column: Column, asCategory: boolean, options: FitOptions): InputColumn {
  const { name, known } = column;
  if (!asCategory && column.booleans === known) {
    return { kind: "boolean", name, fill: column.mostFrequent((field) => field.toLowerCase()) === "true" };
  }
  // Where most are numbers, a text is more likely a mistake than a category.
  if (!asCategory && column.numbers > known / 2) {
    const { mean, std } = scale(column, options);
    const fill = options.normalize === false ? column.scale(options.rows).mean : mean;
    return { kind: "number", name, mean, std, fill };
  }
  const categories = column.distinct(options.maxCategories ?? 1000);
  return { kind: "category", name, categories, fill: column.mostFrequent((field) => field) };
}

function fitTarget(column: Column, options: FitOptions): TargetColumn {
  const { name } = column;
  column.requireAll();
  const kind = options.targetKind ?? targetKind(column);
  if (kind === "number") return { kind, name, ...scale(column, options) };
  const labels = column.distinct(options.maxCategories ?? 1000);
  const classes = kind === "class" ? labels : binaryClasses(column);
  const used = kind === "class" ? labels : labels.map((label) => binaryIndex(label, classes[1] === "true"));
  if (new Set<unknown>(used).size < 2) {
    throw column.problem(
      0,
      `is ${JSON.stringify(column.field(0))}, as in every row; there is nothing to learn`,
    );
  }
  return { kind, name, classes } as TargetColumn;
}

function targetKind(column: Column): TargetColumn["kind"] {
  if (column.booleans === column.known) return "binary";
  if (column.numbers <= column.known / 2) return "class";
  return column.find((field) => binaryIndex(field, false) === null) < 0 ? "binary" : "number";
}

function binaryClasses(column: Column): BinaryTarget["classes"] {
  const words = column.booleans > 0;
  const wrong = column.find((field) => binaryIndex(field, words) === null);
  if (wrong >= 0) {
    const wanted = words ? "true or false" : "0 or 1";
    throw column.problem(
      wrong,
      `is ${JSON.stringify(column.field(wrong))}; wanted ${wanted}, as in other rows`,
    );
  }
  return words ? ["false", "true"] : ["0", "1"];
}

function scale(column: Column, options: FitOptions): { mean: number; std: number } {
  column.requireNumbers();
  return options.normalize === false ? { mean: 0, std: 1 } : column.scale(options.rows);
}
