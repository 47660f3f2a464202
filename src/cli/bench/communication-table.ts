import type { Engine } from "../../comm/index.js";
import type { Benchmark, Row } from "./benchmark.js";
import type { Memory } from "./message-buffers.js";

/** Under which circumstances figures were found. */
export interface Setting {
  readonly name: string;
  readonly benchmark: Benchmark;
  readonly ranks: number;
  readonly engine: Engine;
  /** Absent where there are no messages. */
  readonly memory?: Memory;
}

/** The figures of a row with their units, in the order of the table's columns. */
export const UNITS: Readonly<Record<keyof Row, string>> = {
  bytes: "bytes",
  us: "µs",
  mbPerSecond: "MB/s",
  messagesPerSecond: "messages/s",
};

const WIDTH = 14;

/** The setting in a line. */
export function describe({ name, benchmark, ranks, engine, memory }: Setting): string {
  const buffers = memory === undefined ? "" : `, buffers in ${memory} memory`;
  return `${name}: ${benchmark.title}; ranks: ${ranks}, engine: ${engine}${buffers}`;
}

/** The table's row of column heads, for rows like this one. */
export function headOf(row: Row): string {
  return columnsOf(row)
    .map((column) => UNITS[column].padStart(WIDTH))
    .join("");
}

/** A row as text under {@link headOf}. */
export function textOf(row: Row): string {
  return columnsOf(row)
    .map((column) => figure(row[column]!).padStart(WIDTH))
    .join("");
}

function columnsOf(row: Row): (keyof Row)[] {
  const all = Object.keys(UNITS) as (keyof Row)[];
  return all.filter((column) => row[column] !== undefined);
}

/** At least three digits that count, and all of a whole number's. */
function figure(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return value.toFixed(Math.max(0, Math.min(6, 2 - Math.floor(Math.log10(value)))));
}
