import { isUtf8 } from "node:buffer";
import { CsvError, type Options, parse } from "csv-parse/sync";
import { TuttiError } from "../errors.js";
import { atomicWriteFile, type ReadOptions, readBytes } from "./files.js";
import { badFormat, insteadOf, type Source } from "./format.js";
import { Table } from "./table.js";

/** How a file of comma-separated values is written. */
export interface CsvOptions extends Pick<ReadOptions, "maxBytes"> {
  /** One character between fields. A tab when absent and the name ends in `.tsv`, else a comma. */
  delimiter?: string;
  /** Whether the first line names the columns (the default); without it they are `column1`, `column2`, … */
  header?: boolean;
  /** UTF-8 when absent; a byte order mark of UTF-8 or UTF-16 overrides it. */
  encoding?: "utf8" | "latin1" | "utf16le";
}

/**
 * Reads a table of comma-separated values (RFC 4180; also `.gz`).
 *
 * Fields may be quoted, and then hold delimiters, line breaks and doubled quotes. Lines end in LF, CR LF or CR. Blanks
 * around a field and blank lines are not data.
 *
 * @throws TuttiError "file" if it cannot be read; "format", with the line, if a row has more or fewer fields than
 *   the header, a quote is misplaced, a column has no name or another's, there are no rows, or it is not text.
 */
export function readCsv(path: string, options: CsvOptions = {}): Table {
  return parseCsv(readBytes(path, { maxBytes: options.maxBytes }), path, options);
}

/** {@link readCsv} of bytes that are already in memory; `file` names them in errors. */
export function parseCsv(bytes: Uint8Array, file: string, options: CsvOptions = {}): Table {
  const source: Source = { reader: "readCsv", file };
  const delimiter = options.delimiter ?? (/\.tsv(\.gz)?$/i.test(file) ? "\t" : ",");
  if ([...delimiter].length !== 1 || '"\r\n'.includes(delimiter)) {
    const found = `delimiter is ${JSON.stringify(delimiter)}`;
    throw new TuttiError("argument", `readCsv: ${found}; wanted one character, not a quote or a line break`);
  }
  const text = toUtf8(bytes, options.encoding ?? "utf8", source);
  const lines = new LineFinder(text, delimiter);
  const records = parseRecords(text, lines, source);
  if (records.length === 0) throw badFormat(source, "is empty; wanted a header line and rows", { line: 1 });
  const header = options.header ?? true;
  const names = header ? records[0] : records[0].map((_, column) => `column${column + 1}`);
  checkNames(names, lines, source);
  const first = header ? 1 : 0;
  if (records.length === first) {
    throw badFormat(source, "has a header line but no rows", { line: lines.of(0) + 1 });
  }
  for (let record = 1; record < records.length; record++) {
    const count = records[record].length;
    if (count === names.length) continue;
    const line = lines.of(record);
    const wanted = `the ${header ? "header" : "first row"} has ${names.length}`;
    throw badFormat(source, `line ${line} has ${count} fields; ${wanted}`, {
      line,
      found: count,
      wanted: names.length,
    });
  }
  return new Table(file, names, header ? records.slice(1) : records, (row) => lines.of(row + first));
}

/**
 * Writes a table of comma-separated values (RFC 4180, lines end in LF), atomically. Fields are quoted where they must.
 *
 * @throws TuttiError "file" if it cannot be written.
 */
export function writeCsv(
  path: string,
  names: readonly string[],
  rows: Iterable<readonly (string | number)[]>,
): void {
  atomicWriteFile(path, csvLines(names, rows));
}

/** The text of {@link writeCsv}, in pieces. */
export function* csvLines(
  names: readonly string[],
  rows: Iterable<readonly (string | number)[]>,
): Iterable<string> {
  let lines = csvLine(names);
  for (const row of rows) {
    lines += csvLine(row);
    if (lines.length < 2 ** 16) continue;
    yield lines;
    lines = "";
  }
  yield lines;
}

function csvLine(fields: readonly (string | number)[]): string {
  const quoted = fields.map((field) => {
    const text = String(field);
    return /[",\r\n]|^\s|\s$|^$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  });
  return `${quoted.join(",")}\n`;
}

function csvOptions(delimiter: string): Options {
  return {
    delimiter,
    record_delimiter: ["\r\n", "\n", "\r"],
    trim: true,
    skip_empty_lines: true,
    // Counted by us, whose errors know the right line.
    relax_column_count: true,
    max_record_size: 0,
  };
}

function parseRecords(text: Buffer, lines: LineFinder, source: Source): string[][] {
  try {
    return parse(text, csvOptions(lines.delimiter));
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    const line = lines.of(Number(cause.records));
    const problem = QUOTE_PROBLEMS[cause.code] ?? cause.message;
    throw badFormat(source, `line ${line}, field ${Number(cause.column) + 1}: ${problem}`, { line });
  }
}

const QUOTE_PROBLEMS: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: "a quote is opened and never closed",
  CSV_INVALID_CLOSING_QUOTE:
    'a quoted field goes on after its closing quote; a quote inside it is written ""',
  INVALID_OPENING_QUOTE: "a quote stands inside a field that is not quoted; quote the whole field",
};

function checkNames(names: readonly string[], lines: LineFinder, source: Source): void {
  const seen = new Map<string, number>();
  for (const [index, name] of names.entries()) {
    const line = lines.of(0);
    if (name === "") {
      const hint = index === 0 ? " (a row index that pandas wrote? save with index=False)" : "";
      throw badFormat(source, `line ${line}: column ${index + 1} has no name${hint}`, {
        line,
        column: index + 1,
      });
    }
    const other = seen.get(name);
    if (other !== undefined) {
      const found = `line ${line}: columns ${other + 1} and ${index + 1} are both named ${JSON.stringify(name)}`;
      throw badFormat(source, `${found}; if the file has no header line, say header: false`, {
        line,
        column: index + 1,
      });
    }
    seen.set(name, index);
  }
}

/** The text in UTF-8 without a byte order mark, so that the parser and line numbers need to know one encoding only. */
function toUtf8(bytes: Uint8Array, encoding: "utf8" | "latin1" | "utf16le", source: Source): Buffer {
  let text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (text[0] === 0xfe && text[1] === 0xff) text = Buffer.from(text.subarray(0, text.length & ~1)).swap16();
  if (text[0] === 0xff && text[1] === 0xfe) return Buffer.from(text.toString("utf16le", 2));
  if (text[0] === 0xef && text[1] === 0xbb && text[2] === 0xbf) text = text.subarray(3);
  else if (encoding !== "utf8") return Buffer.from(text.toString(encoding));
  if (isUtf8(text) && !text.includes(0)) return text;
  throw badFormat(
    source,
    `is not text in UTF-8${insteadOf(bytes)}; for other texts say the encoding, as latin1`,
  );
}

/**
 * Finds the line on which a record starts. Errors alone need it, so it parses again up to there and the common way
 * pays nothing.
 */
class LineFinder {
  readonly delimiter: string;
  readonly #text: Buffer;

  constructor(text: Buffer, delimiter: string) {
    this.#text = text;
    this.delimiter = delimiter;
  }

  /** Counted from 1; record 0 is the header. */
  of(record: number): number {
    let start = 0;
    if (record > 0) {
      const options: Options = { ...csvOptions(this.delimiter), from: record, to: record, info: true };
      const [previous] = parse(this.#text, options) as unknown as { info: { bytes: number } }[];
      start = previous.info.bytes;
    }
    while (" \t\r\n".includes(String.fromCharCode(this.#text[start]))) start++;
    return 1 + lineBreaks(this.#text, start);
  }
}

/** How many of LF, CR LF and CR stand before `end`. */
function lineBreaks(text: Uint8Array, end: number): number {
  let count = 0;
  for (let i = 0; i < end; i++) {
    const byte = text[i];
    if (byte === 13 || (byte === 10 && text[i - 1] !== 13)) count++;
  }
  return count;
}
