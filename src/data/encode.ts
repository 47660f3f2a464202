import { TuttiError } from "../errors.js";
import { listed, nearestFirst } from "../nearest.js";
import { fieldError, missingValue } from "./column.js";
import { binaryIndex, isMissing, toBoolean, toNumber } from "./fields.js";
import { unseen } from "./names.js";
import { type NdArray, ndarray } from "./ndarray.js";
import type { CategoryColumn, InputColumn, TableSchema, TargetColumn } from "./schema.js";
import type { Table } from "./table.js";

/** Options of {@link encodeTable}. */
export interface EncodeOptions {
  /** The dtype of inputs and of targets that are numbers; "float32" when absent. */
  dtype?: "float32" | "float64";
  /** Whether the table must have the target column and it is encoded; true when absent and the schema has one. */
  targets?: boolean;
}

/** A table as numbers. */
export interface EncodedTable {
  /** [rows, features], in the order of `featureNames`. */
  readonly inputs: NdArray<"float32" | "float64">;
  /** [rows]: int32 for classes, uint8 for a binary target, `dtype` for numbers; null if there are none. */
  readonly targets: NdArray | null;
}

/**
 * Turns the rows of a table into numbers as a schema says; columns that it does not name are ignored.
 *
 * @throws TuttiError "argument" that lists the columns the table lacks; "format", with line and column, for a missing
 *   value that the schema does not fill, a text that is not a finite number, true or false where one is wanted, a
 *   category or class that the training table did not have.
 */
export function encodeTable(table: Table, schema: TableSchema, options: EncodeOptions = {}): EncodedTable {
  const { dtype = "float32" } = options;
  const target = (options.targets ?? true) ? schema.target : null;
  requireColumns(table, [...schema.columns, ...(target === null ? [] : [target])]);
  const width = schema.columns.reduce((sum, column) => sum + featureCount(column), 0);
  const inputs = ndarray(dtype, [table.rows.length, width]);
  let first = 0;
  for (const column of schema.columns) {
    const write = writer(column, inputs.data);
    const index = table.column(column.name);
    for (let row = 0; row < table.rows.length; row++) {
      const field = table.rows[row][index];
      const found = write(field, row * width + first, schema.missing === "fill");
      if (found !== null) throw fieldError("encodeTable", table, row, column.name, found);
    }
    first += featureCount(column);
  }
  return { inputs, targets: target === null ? null : encodeTarget(table, target, dtype) };
}

function featureCount(column: InputColumn): number {
  return column.kind === "category" ? column.categories.length : 1;
}

/** Writes the features of one field at an offset, or returns what is wrong with it. */
type Writer = (field: string, offset: number, fill: boolean) => string | null;

function writer(column: InputColumn, out: Float32Array | Float64Array): Writer {
  switch (column.kind) {
    case "number":
      return (field, offset, fill) => {
        const value = fill && isMissing(field) ? column.fill : toNumber(field);
        if (!Number.isFinite(value)) {
          return isMissing(field)
            ? missingValue(field)
            : `is ${JSON.stringify(field)}; wanted a finite number`;
        }
        out[offset] = (value - column.mean) / column.std;
        return null;
      };
    case "boolean":
      return (field, offset, fill) => {
        const value = toBoolean(field) ?? (fill && isMissing(field) ? column.fill : null);
        if (value === null) {
          return isMissing(field) ? missingValue(field) : `is ${JSON.stringify(field)}; wanted true or false`;
        }
        out[offset] = value ? 1 : 0;
        return null;
      };
    case "category":
      return categoryWriter(column, out);
  }
}

function categoryWriter(column: CategoryColumn, out: Float32Array | Float64Array): Writer {
  const positions = new Map(column.categories.map((category, position) => [category, position]));
  return (field, offset, fill) => {
    const missing = isMissing(field);
    if (missing && !fill) return missingValue(field);
    const position = positions.get(missing ? column.fill : field);
    if (position === undefined) return unseen(field, column.categories, "category");
    out[offset + position] = 1;
    return null;
  };
}

function encodeTarget(table: Table, target: TargetColumn, dtype: "float32" | "float64"): NdArray {
  const index = table.column(target.name);
  const storage = target.kind === "number" ? dtype : target.kind === "class" ? "int32" : "uint8";
  const targets = ndarray(storage, [table.rows.length]);
  const encode = targetEncoder(target);
  for (let row = 0; row < table.rows.length; row++) {
    const field = table.rows[row][index];
    const value = isMissing(field) ? missingValue(field) : encode(field);
    if (typeof value === "string") throw fieldError("encodeTable", table, row, target.name, value);
    targets.data[row] = value;
  }
  return targets;
}

/** The value of a field, or what is wrong with it. */
function targetEncoder(target: TargetColumn): (field: string) => number | string {
  if (target.kind === "number") {
    return (field) => {
      const value = toNumber(field);
      return Number.isFinite(value)
        ? (value - target.mean) / target.std
        : `is ${JSON.stringify(field)}; wanted a finite number`;
    };
  }
  if (target.kind === "binary") {
    const words = target.classes[1] === "true";
    return (field) => binaryIndex(field, words) ?? unseen(field, target.classes, "class");
  }
  const positions = new Map(target.classes.map((label, position) => [label, position]));
  return (field) => positions.get(field) ?? unseen(field, target.classes, "class");
}

function requireColumns(table: Table, columns: readonly { name: string }[]): void {
  const absent = columns.filter(({ name }) => !table.names.includes(name)).map(({ name }) => name);
  if (absent.length === 0) return;
  const found = `'${table.file}' lacks the ${absent.length === 1 ? "column" : "columns"} ${listed(absent)}`;
  const names = listed(nearestFirst(absent[0], table.names));
  throw new TuttiError("argument", `encodeTable: ${found}; its columns are ${names}`, {
    file: table.file,
    missing: absent,
    columns: table.names,
  });
}
