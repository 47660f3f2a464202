import { TuttiError } from "../errors.js";
import { listed, nearestFirst } from "../nearest.js";
import { isMissing } from "./fields.js";

/** The rows of a text file, as text, with the lines they came from. Made by `readCsv`. */
export class Table {
  readonly file: string;
  /** The columns' names, all different. */
  readonly names: readonly string[];
  /** One field for each name in every row. */
  readonly rows: readonly (readonly string[])[];
  readonly #line: (row: number) => number;

  constructor(
    file: string,
    names: readonly string[],
    rows: readonly (readonly string[])[],
    line: (row: number) => number,
  ) {
    this.file = file;
    this.names = names;
    this.rows = rows;
    this.#line = line;
  }

  /** The line of the file on which a row starts, counted from 1. Slow: it is for error messages. */
  line(row: number): number {
    return this.#line(row);
  }

  /**
   * The index of the column `name`.
   *
   * @throws TuttiError "argument" that lists the columns, the most similar name first.
   */
  column(name: string): number {
    const index = this.names.indexOf(name);
    if (index >= 0) return index;
    const [only] = this.names;
    const separator = this.names.length === 1 ? /[;\t|,]/.exec(only)?.[0] : undefined;
    const hint =
      separator === undefined ? "" : `; its fields may be separated by ${JSON.stringify(separator)}`;
    const columns = listed(nearestFirst(name, this.names));
    const message = `'${this.file}' has no column ${JSON.stringify(name)}; its columns are ${columns}${hint}`;
    throw new TuttiError("argument", message, { file: this.file, column: name, columns: this.names });
  }

  /** A table of the given rows, in that order; their lines stay known. */
  select(rows: ArrayLike<number>): Table {
    const chosen = Array.from(rows, (row) => this.rows[row]);
    return new Table(this.file, this.names, chosen, (row) => this.line(rows[row]));
  }

  /** The rows that have no missing value in the named columns; in any column when `names` is absent. */
  dropMissing(names: readonly string[] = this.names): Table {
    const columns = names.map((name) => this.column(name));
    const complete = this.rows.flatMap((row, index) =>
      columns.some((column) => isMissing(row[column])) ? [] : [index],
    );
    return this.select(complete);
  }
}
