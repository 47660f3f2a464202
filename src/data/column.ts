import { TuttiError } from "../errors.js";
import { isMissing, toBoolean, toNumber } from "./fields.js";
import { meanAndDeviation } from "./scale.js";
import type { Table } from "./table.js";

/** One column of a table, and what kinds of fields it holds. */
export class Column {
  readonly table: Table;
  readonly name: string;
  /** How many fields are not missing; of these, how many are numbers, and how many true or false. */
  readonly known: number;
  readonly numbers: number;
  readonly booleans: number;
  readonly #index: number;
  /** The numbers of all rows, NaN where there is none. */
  readonly #values: Float64Array;

  constructor(table: Table, name: string) {
    this.table = table;
    this.name = name;
    this.#index = table.column(name);
    this.#values = new Float64Array(table.rows.length).fill(Number.NaN);
    let [known, numbers, booleans] = [0, 0, 0];
    for (let row = 0; row < table.rows.length; row++) {
      const field = this.field(row);
      if (isMissing(field)) continue;
      known++;
      const value = toNumber(field);
      this.#values[row] = value;
      if (!Number.isNaN(value)) numbers++;
      else if (toBoolean(field) !== null) booleans++;
    }
    this.known = known;
    this.numbers = numbers;
    this.booleans = booleans;
    if (known === 0) throw this.problem(0, "is missing, as in every row; ignore the column");
  }

  field(row: number): string {
    return this.table.rows[row][this.#index];
  }

  /** The first row whose field satisfies a predicate, or -1. */
  find(predicate: (field: string) => boolean): number {
    return this.table.rows.findIndex((row) => predicate(row[this.#index]));
  }

  /** The error of a field, which `found` says in the end of a sentence. */
  problem(row: number, found: string): TuttiError {
    return fieldError("fitTable", this.table, row, this.name, found);
  }

  requireAll(): void {
    if (this.known === this.table.rows.length) return;
    const row = this.find(isMissing);
    throw this.problem(row, missingValue(this.field(row)));
  }

  /** Every known field must be a finite number. */
  requireNumbers(): void {
    const row = this.#values.findIndex((value, i) => !Number.isFinite(value) && !isMissing(this.field(i)));
    if (row < 0) return;
    const found = `is ${JSON.stringify(this.field(row))}`;
    if (!Number.isNaN(this.#values[row])) throw this.problem(row, `${found}; wanted a finite number`);
    if (this.numbers === 0) throw this.problem(row, `${found}; wanted a number, and no row has one`);
    const advice = "correct it, or declare the column categorical (the target: a class)";
    throw this.problem(row, `${found}, where ${this.numbers} other rows have a number; ${advice}`);
  }

  /** The different known texts, sorted. */
  distinct(limit: number): string[] {
    const texts = new Set<string>();
    for (let row = 0; row < this.table.rows.length; row++) {
      const field = this.field(row);
      if (!isMissing(field)) texts.add(field);
      if (texts.size <= limit) continue;
      const found = `is the ${limit + 1}th different text of this column`;
      throw this.problem(row, `${found}; ignore it if it is an identifier, or raise maxCategories`);
    }
    return sortedLabels([...texts]);
  }

  /** The most frequent known text after `canonical`; the first of equally frequent ones. */
  mostFrequent(canonical: (field: string) => string): string {
    const counts = new Map<string, number>();
    for (let row = 0; row < this.table.rows.length; row++) {
      const field = this.field(row);
      if (isMissing(field)) continue;
      const text = canonical(field);
      counts.set(text, (counts.get(text) ?? 0) + 1);
    }
    return [...counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best))[0];
  }

  /** Mean and standard deviation of the known numbers in `rows`; a constant column has the standard deviation 1. */
  scale(rows: ArrayLike<number> | undefined): { mean: number; std: number } {
    const values = (rows === undefined ? this.#values : this.#pick(rows)).filter(
      (value) => !Number.isNaN(value),
    );
    if (values.length === 0)
      throw this.problem(0, "belongs to a column without values in the rows to train on");
    const { mean, std } = meanAndDeviation(values);
    if (!Number.isFinite(std))
      throw this.problem(0, "belongs to a column whose variance overflows; rescale it");
    return { mean, std };
  }

  #pick(rows: ArrayLike<number>): Float64Array {
    return Float64Array.from(rows, (row, i) => {
      if (row >= 0 && row < this.#values.length) return this.#values[row];
      const found = `rows[${i}] is ${row}; '${this.table.file}' has rows 0 to ${this.#values.length - 1}`;
      throw new TuttiError("index", `fitTable: ${found}`, { row });
    });
  }
}

/** The end of the sentence about a missing value. */
export function missingValue(field: string): string {
  const found = field === "" ? "is empty" : `is ${JSON.stringify(field)}, a missing value`;
  return `${found}; correct it, drop such rows, or have them filled`;
}

/** The error of one field of a table: "reader: 'file' line 7, column "x" …". */
export function fieldError(
  reader: string,
  table: Table,
  row: number,
  column: string,
  found: string,
): TuttiError {
  const line = table.line(row);
  const message = `${reader}: '${table.file}' line ${line}, column ${JSON.stringify(column)} ${found}`;
  return new TuttiError("format", message, { file: table.file, line, column });
}

/** Sorted as numbers if all labels are numbers, else by code points: the same in every locale. */
function sortedLabels(labels: readonly string[]): string[] {
  const allNumbers = labels.every((label) => !Number.isNaN(toNumber(label)));
  return labels.toSorted((a, b) => (allNumbers && toNumber(a) - toNumber(b)) || (a < b ? -1 : 1));
}
