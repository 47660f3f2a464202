// MATPOWER's case files: power networks as matrices in a file that looks like MATLAB, of which only data are read. The
// columns are those of the MATPOWER User's Manual, appendix B (version 2 of the format).

import { readFileSync, statSync } from "node:fs";

/** A row of one of the file's matrices, and the line of the file where it ends. */
interface Row {
  readonly numbers: readonly number[];
  readonly line: number;
}

/** What a power flow needs of a case file; powers in MW, angles in degrees, reactances per unit. */
export interface Case {
  /** The power of one per unit, in MVA. */
  readonly baseMVA: number;
  /** `kind` 3 is the reference bus, 4 a bus that is not connected. */
  readonly buses: readonly { id: number; kind: number; demand: number; shunt: number; angle: number }[];
  readonly generators: readonly { bus: number; power: number; on: boolean }[];
  /** `ratio` and `shift` are those of a transformer, 1 and 0 for a line; a rating of 0 is none. */
  readonly branches: readonly {
    from: number;
    to: number;
    reactance: number;
    ratio: number;
    shift: number;
    rating: number;
    on: boolean;
  }[];
}

/** The matrices that are read, with the number of columns that each must have at least. */
const COLUMNS: ReadonlyMap<string, number> = new Map([
  ["bus", 13],
  ["gen", 10],
  ["branch", 11],
]);
/** The most letters that a number may have. */
const LONGEST = 60;
const MOST_BYTES = 256 * 2 ** 20;

/** Reads the text of a case file. @throws RangeError for what is no file, or one that no network needs */
export function readCase(path: string): string {
  const status = statSync(path);
  if (!status.isFile() || status.size > MOST_BYTES) {
    const found = status.isFile() ? `${status.size} bytes` : "something else";
    throw new RangeError(`${path} must be a file of at most ${MOST_BYTES} bytes, found ${found}`);
  }
  return readFileSync(path, "utf8");
}

/**
 * Parses a case file in one pass.
 *
 * @param file its name, for errors
 * @throws SyntaxError with file and line, what was found and what was wanted
 */
export function parseCase(text: string, file: string): Case {
  const fail = (line: number, message: string): never => {
    throw new SyntaxError(`${file}:${line}: ${message}`);
  };
  const { matrices, baseMVA, lines } = readMatrices(text, fail);
  const rowsOf = (name: string) => matrices.get(name) ?? fail(lines, `the file ends without mpc.${name}`);
  const finite = ({ numbers, line }: Row, column: number, what: string) =>
    Number.isFinite(numbers[column])
      ? numbers[column]
      : fail(line, `${what} (column ${column + 1}) must be a finite number, found ${numbers[column]}`);

  const seen = new Map<number, number>();
  const buses = rowsOf("bus").map((row) => {
    const id = finite(row, 0, "the number of a bus");
    if (!Number.isSafeInteger(id) || id < 1)
      fail(row.line, `the number of a bus must be a whole number from 1, found ${id}`);
    if (seen.has(id)) fail(row.line, `bus ${id} is there already, in line ${seen.get(id)}`);
    seen.set(id, row.line);
    const kind = finite(row, 1, "the type of a bus");
    if (![1, 2, 3, 4].includes(kind))
      fail(row.line, `the type of bus ${id} must be 1, 2, 3 or 4, found ${kind}`);
    const [demand, shunt] = [finite(row, 2, "the demand Pd"), finite(row, 4, "the shunt Gs")];
    return { id, kind, demand, shunt, angle: finite(row, 8, "the angle Va") };
  });
  if (!buses.some(({ kind }) => kind === 3)) fail(lines, "no bus is of type 3, the reference");

  const known = (row: Row, column: number, what: string) => {
    const id = row.numbers[column];
    return seen.has(id) ? id : fail(row.line, `${what} must be a bus of mpc.bus, found ${id}`);
  };
  const generators = rowsOf("gen").map((row) => ({
    bus: known(row, 0, "the bus of a generator"),
    power: finite(row, 1, "the power Pg"),
    on: row.numbers[7] > 0,
  }));
  const branches = rowsOf("branch").map((row) => {
    const [from, to] = [known(row, 0, "the beginning of a branch"), known(row, 1, "the end of a branch")];
    const on = finite(row, 10, "the status of a branch") !== 0;
    const reactance = finite(row, 3, "the reactance x");
    if (from === to) fail(row.line, `a branch must connect two buses, found ${from} twice`);
    if (on && reactance === 0) fail(row.line, `the reactance of branch ${from}-${to} must not be 0, found 0`);
    const ratio = finite(row, 8, "the ratio of a transformer") || 1;
    const shift = finite(row, 9, "the shift of a transformer");
    return { from, to, reactance, ratio, shift, rating: finite(row, 5, "the rating rateA"), on };
  });
  return { baseMVA, buses, generators, branches };
}

/** The matrices of the file that are wanted, row by row, and its base power. */
function readMatrices(text: string, fail: (line: number, message: string) => never) {
  const matrices = new Map<string, Row[]>();
  const lines = text.split(/\r\n|\r|\n/);
  let baseMVA: number | undefined;
  /** The bracket that is open: where, what closes it, and the rows that go into it. */
  let open: { name: string; line: number; close: "]" | "}"; rows: Row[] | undefined } | undefined;
  let pending: number[] = [];
  let inComment = false; // between %{ and %}

  const endRow = (line: number) => {
    const { name, rows } = open!;
    if (rows === undefined || pending.length === 0) return;
    const wanted = rows[0]?.numbers.length ?? COLUMNS.get(name)!;
    const first = rows.length === 0;
    if (first ? pending.length < wanted : pending.length !== wanted) {
      const size = first ? `at least ${wanted} numbers` : `${wanted} numbers as the first row`;
      fail(line, `a row of mpc.${name} must have ${size}, found ${pending.length}`);
    }
    rows.push({ numbers: pending, line });
    pending = [];
  };

  /** Takes what stands between brackets; gives what stands behind them in the same line. */
  const fill = (content: string, line: number): string => {
    const { close, rows } = open!;
    const end = content.indexOf(close);
    const inside = end < 0 ? content : content.slice(0, end);
    if (rows !== undefined) {
      const row = inside.trimEnd();
      const continues = end < 0 && row.endsWith("...");
      const parts = (continues ? row.slice(0, -3) : row).split(";");
      for (const [i, part] of parts.entries()) {
        for (const word of part.split(/[\s,]+/)) if (word !== "") pending.push(numberOf(word, line, fail));
        if (i < parts.length - 1 || !continues) endRow(line);
      }
    }
    if (end < 0) return "";
    open = undefined;
    return content.slice(end + 1);
  };

  for (const [i, raw] of lines.entries()) {
    const line = i + 1;
    const trimmed = raw.trim(); // regular expressions below stay linear in the length of a line without the spaces
    if (trimmed === "%{") inComment = true;
    if (trimmed === "%}") inComment = false;
    if (inComment) continue;
    // texts, which may hold anything, stand outside the matrices that are read
    const plain = open?.rows === undefined ? trimmed.replace(/'[^']*'/g, "''") : trimmed;
    let content = plain.split("%", 1)[0].trimEnd();
    if (open === undefined) {
      const assignment = /^mpc\.(\w+)\s*=\s*(.*)$/.exec(content);
      if (assignment === null) {
        if (/^(;|function\b.*|(end|return)\s*;?)?$/.test(content)) continue;
        fail(line, `must be data, as in "mpc.bus = [", found "${content.slice(0, 60)}"`);
      }
      const [, name, value] = assignment!;
      if (value.startsWith("[") || value.startsWith("{")) {
        if (matrices.has(name)) fail(line, `mpc.${name} is given a second time`);
        const rows = value.startsWith("[") && COLUMNS.has(name) ? [] : undefined;
        if (rows !== undefined) matrices.set(name, rows);
        else if (COLUMNS.has(name)) fail(line, `mpc.${name} must be a matrix in [ ], found "{"`);
        open = { name, line, close: value.startsWith("[") ? "]" : "}", rows };
        content = value.slice(1);
      } else {
        if (COLUMNS.has(name))
          fail(line, `mpc.${name} must be a matrix in [ ], found "${value.slice(0, 60)}"`);
        if (name === "baseMVA") {
          baseMVA = numberOf((value.endsWith(";") ? value.slice(0, -1) : value).trimEnd(), line, fail);
          if (!(baseMVA > 0 && baseMVA < Number.POSITIVE_INFINITY))
            fail(line, `mpc.baseMVA must be a positive number, found ${baseMVA}`);
        }
        continue;
      }
    }
    const behind = fill(content, line);
    if (/[^\s;]/.test(behind))
      fail(line, `the line must end after the bracket, found "${behind.trim().slice(0, 60)}"`);
  }
  if (open !== undefined)
    fail(
      lines.length,
      `the file ends inside mpc.${open.name}, which line ${open.line} begins; wanted "${open.close}"`,
    );
  if (baseMVA === undefined) return fail(lines.length, "the file ends without mpc.baseMVA");
  return { matrices, baseMVA, lines: lines.length };
}

function numberOf(word: string, line: number, fail: (line: number, message: string) => never): number {
  if (word.length > LONGEST) return fail(line, `must be a number, found ${word.length} letters`);
  if (/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(word)) return Number(word);
  if (/^[+-]?Inf$/i.test(word))
    return word.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return fail(line, `must be a number, found "${word.slice(0, 60)}"`);
}
