/** What the dictionary in the header of an NPY file says. */
export interface NpyHeader {
  readonly descr: string;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
}

/**
 * Reads the header of an NPY file: the Python literal of a dictionary with exactly the keys `descr`,
 * `fortran_order` and `shape` (NumPy Enhancement Proposal 1). Only strings, True, False and tuples of whole numbers
 * are understood; nothing is evaluated.
 *
 * @throws SyntaxError whose message says what was wanted where.
 */
export function parseNpyHeader(text: string): NpyHeader {
  const scanner = new Scanner(text);
  const found = new Map<string, unknown>();
  scanner.expect("{");
  while (!scanner.accept("}")) {
    const key = scanner.string();
    const read = VALUES.get(key);
    if (read === undefined || found.has(key))
      throw scanner.wanted("each of descr, fortran_order and shape once");
    scanner.expect(":");
    found.set(key, read(scanner));
    if (!scanner.accept(",")) {
      scanner.expect("}");
      break;
    }
  }
  scanner.end();
  for (const key of VALUES.keys()) if (!found.has(key)) throw new SyntaxError(`its header has no '${key}'`);
  return {
    descr: found.get("descr") as string,
    fortranOrder: found.get("fortran_order") as boolean,
    shape: found.get("shape") as number[],
  };
}

/** As many as NumPy 2 has. */
const MAX_DIMENSIONS = 64;

const VALUES = new Map<string, (scanner: Scanner) => unknown>([
  ["descr", (scanner) => scanner.string()],
  ["fortran_order", (scanner) => scanner.boolean()],
  ["shape", (scanner) => scanner.tuple()],
]);

class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Takes what matches here, after white space, or returns null. */
  #take(pattern: RegExp): string | null {
    while (" \t\n\r".includes(this.#text[this.#at] ?? "x")) this.#at++;
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) return null;
    this.#at = pattern.lastIndex;
    return match[0];
  }

  wanted(what: string): SyntaxError {
    const found = this.#text.slice(this.#at, this.#at + 20);
    return new SyntaxError(`its header has ${JSON.stringify(found)} at position ${this.#at}; wanted ${what}`);
  }

  accept(symbol: "{" | "}" | "(" | ")" | "," | ":"): boolean {
    return this.#take(SYMBOLS[symbol]) !== null;
  }

  expect(symbol: "{" | "}" | "(" | ")" | "," | ":"): void {
    if (!this.accept(symbol)) throw this.wanted(`'${symbol}'`);
  }

  string(): string {
    const quoted = this.#take(/'[^'\\\n]*'|"[^"\\\n]*"/y);
    if (quoted === null) throw this.wanted("a string");
    return quoted.slice(1, -1);
  }

  boolean(): boolean {
    const word = this.#take(/(?:True|False)\b/y);
    if (word === null) throw this.wanted("True or False");
    return word === "True";
  }

  /** A tuple of whole numbers. Python 2 wrote long integers with an L. */
  tuple(): number[] {
    const items: number[] = [];
    this.expect("(");
    while (!this.accept(")")) {
      const digits = this.#take(/\d{1,15}(?!\d)L?/y);
      if (digits === null) throw this.wanted("a whole number of at most 15 digits");
      items.push(Number.parseInt(digits, 10));
      if (items.length > MAX_DIMENSIONS) throw this.wanted(`at most ${MAX_DIMENSIONS} dimensions`);
      if (!this.accept(",")) {
        // (5) is a number in Python; a tuple of one has a comma.
        if (items.length === 1) throw this.wanted("',' after the only item of a tuple");
        this.expect(")");
        break;
      }
    }
    return items;
  }

  end(): void {
    this.#take(/\s*/y);
    if (this.#at < this.#text.length) throw this.wanted("nothing more");
  }
}

const SYMBOLS = { "{": /\{/y, "}": /\}/y, "(": /\(/y, ")": /\)/y, ",": /,/y, ":": /:/y };
