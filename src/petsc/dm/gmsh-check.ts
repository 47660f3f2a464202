import { readFileSync } from "node:fs";
import { systemReason, TuttiError } from "../../errors.js";

/**
 * Throws `format` where a text file of Gmsh, of format 2 or 4.1, is no mesh: PETSc believes counts and numbers of nodes, and
 * reads other memory or ends the process if they are wrong. Binary files and other formats are left to PETSc.
 */
export function checkGmsh(path: string): void {
  const lines = new Lines(path);
  if (lines.next("$MeshFormat").trim() !== "$MeshFormat") throw lines.wrong("$MeshFormat");
  const [version, binary] = lines.numbers("$MeshFormat", 3);
  const modern = version === 4.1;
  if (binary !== 0 || !(modern || Math.floor(version) === 2)) return;
  const nodes = new Set<number>();
  if (!lines.skipTo("$Nodes")) return;
  if (modern) readBlocks(lines, "$Nodes", (count) => readNodeBlock(lines, count, nodes));
  else for (let n = lines.count("$Nodes"); n > 0; n--) nodes.add(lines.numbers("$Nodes", 4)[0]);
  if (!lines.skipTo("$Elements")) throw lines.wrong("$Elements");
  if (modern) readBlocks(lines, "$Elements", (count) => readElementBlock(lines, count, nodes));
  else for (let n = lines.count("$Elements"); n > 0; n--) readElement(lines, nodes);
}

/** The blocks of format 4.1, each of which has the number of its entries at the end of its first line. */
function readBlocks(lines: Lines, section: string, read: (count: number) => void): void {
  const [blocks] = lines.numbers(section, 4);
  for (let block = 0; block < blocks; block++) {
    const count = lines.numbers(section, 4)[3];
    if (!(Number.isInteger(count) && count >= 0)) throw lines.wrong("the number of entries of a block");
    read(count);
  }
}

/** First all numbers of nodes, then all places. */
function readNodeBlock(lines: Lines, count: number, nodes: Set<number>): void {
  for (let n = 0; n < count; n++) nodes.add(lines.numbers("$Nodes", 1)[0]);
  for (let n = 0; n < count; n++) lines.numbers("$Nodes", 3);
}

function readElementBlock(lines: Lines, count: number, nodes: ReadonlySet<number>): void {
  for (let n = 0; n < count; n++) requireNodes(lines, lines.numbers("$Elements", 2).slice(1), nodes);
}

/** An element of format 2: number, type, number of tags, tags, nodes. */
function readElement(lines: Lines, nodes: ReadonlySet<number>): void {
  const [, , tags, ...rest] = lines.numbers("$Elements", 4);
  if (!(Number.isInteger(tags) && tags >= 0 && tags < rest.length))
    throw lines.wrong("an element with a number of tags, the tags, and its nodes");
  requireNodes(lines, rest.slice(tags), nodes);
}

function requireNodes(lines: Lines, found: readonly number[], nodes: ReadonlySet<number>): void {
  for (const node of found) if (!nodes.has(node)) throw lines.wrong(`nodes of $Nodes, not ${node}`);
}

/** The lines of a file, one after the other. */
class Lines {
  readonly #lines: readonly string[];
  #at = 0;

  constructor(readonly path: string) {
    try {
      this.#lines = readFileSync(path, "latin1").split("\n");
    } catch (cause) {
      const message = `createGmsh: cannot read ${path}: ${systemReason(cause)}`;
      throw new TuttiError("file", message, { file: path }, { cause });
    }
  }

  /** The next line; `what` is what it belongs to. */
  next(what: string): string {
    if (this.#at >= this.#lines.length) throw this.wrong(`more of ${what}; the file ends`);
    return this.#lines[this.#at++];
  }

  /** Goes behind a line; false if there is none. */
  skipTo(line: string): boolean {
    while (this.#at < this.#lines.length) if (this.#lines[this.#at++].trim() === line) return true;
    return false;
  }

  /** The numbers of the next line, so many at least. */
  numbers(section: string, least: number): number[] {
    const numbers = this.next(section).trim().split(/\s+/).map(Number);
    if (numbers.length < least || !numbers.every(Number.isFinite))
      throw this.wrong(`${least} or more numbers of ${section}`);
    return numbers;
  }

  /** The number of lines of a section of format 2. */
  count(section: string): number {
    const [count] = this.numbers(section, 1);
    if (Number.isInteger(count) && count >= 0) return count;
    throw this.wrong(`the number of lines of ${section}`);
  }

  /** The error of the line that was read last. */
  wrong(wanted: string): TuttiError {
    const found = this.#lines[this.#at - 1] ?? "";
    const message = `${this.path}:${this.#at}: expected ${wanted}, found ${JSON.stringify(found.slice(0, 60))}`;
    return new TuttiError("format", message, { file: this.path, line: this.#at });
  }
}
