import { closeSync, ftruncateSync, openSync, writeFileSync } from "node:fs";
import { readBytes } from "../../data/files.js";
import { TuttiError } from "../../errors.js";

/** What was measured up to one step of training. A figure that was not measured is absent; NaN is one that is not finite. */
export interface MetricsRecord {
  /** Optimiser steps, or iterations of a minimisation, done from the start of the run. */
  readonly step: number;
  /** Passes over the training data done, with fractions: 1.5 is the middle of the second epoch. A minimisation's iterations count as one each. */
  readonly epoch: number;
  /** Seconds of training since the start of the run; parts of a resumed run add up. */
  readonly time: number;
  /** Mean training loss of a sample since the record before; of a minimisation, the objective's value now. */
  readonly loss?: number;
  /** Of a minimisation: Euclidean norm of the gradient now. */
  readonly gradientNorm?: number;
  /** Of a minimisation: length of the last step along its direction, or radius of the trust region. */
  readonly stepLength?: number;
  /** Share of training samples classified correctly since the record before. */
  readonly accuracy?: number;
  readonly validationLoss?: number;
  readonly validationAccuracy?: number;
  /** Learning rate of this step. */
  readonly lr?: number;
  /** Training samples per second, over all ranks, since the record before. */
  readonly samplesPerSecond?: number;
}

/**
 * Reads a metrics file: one JSON object a line.
 *
 * A process that is killed may leave half a line at the end; it is left out. Throws "file" when the file cannot be
 * read and "format", with the line, when any other line is not a record.
 */
export function readMetrics(file: string): MetricsRecord[] {
  return parse(file).map(({ record }) => record);
}

/**
 * The metrics file of a run in progress: every record is one appended line, written before `append` returns.
 *
 * The file belongs to one process; in a parallel run, to rank 0.
 */
export class MetricsLog {
  readonly #file: string;
  readonly #records: MetricsRecord[];
  #descriptor: number;
  #size: number;

  private constructor(file: string, size: number, records: MetricsRecord[]) {
    this.#file = file;
    this.#size = size;
    this.#records = records;
    try {
      this.#descriptor = openSync(file, "a");
      ftruncateSync(this.#descriptor, size);
    } catch (cause) {
      throw fileError("open", file, cause);
    }
  }

  /** An empty log in a new file, or in place of an old one. Throws "file". */
  static create(file: string): MetricsLog {
    return new MetricsLog(file, 0, []);
  }

  /**
   * The log of a run that goes on after `step`: records of later steps, which a checkpoint does not know of, are cut
   * off, so that every step stands in the history once. Throws as {@link readMetrics}.
   */
  static resume(file: string, step: number): MetricsLog {
    const lines = parse(file);
    const late = lines.findIndex(({ record }) => record.step > step);
    const kept = late < 0 ? lines : lines.slice(0, late);
    const records = kept.map(({ record }) => record);
    const last = kept.at(-1);
    const log = new MetricsLog(file, last?.end ?? 0, records);
    // A whole record may have lost its newline only.
    if (last?.terminated === false) log.#write("\n");
    return log;
  }

  /** All records of the run so far, those before a resumption included. */
  get records(): readonly MetricsRecord[] {
    return this.#records;
  }

  /** Writes one record. Throws "file" when it cannot be written; the file then ends with the record before. */
  append(record: MetricsRecord): void {
    this.#write(`${JSON.stringify(record)}\n`);
    this.#records.push(record);
  }

  /** Closes the file. Closing twice is allowed. */
  close(): void {
    if (this.#descriptor >= 0) closeSync(this.#descriptor);
    this.#descriptor = -1;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #write(text: string): void {
    try {
      writeFileSync(this.#descriptor, text);
    } catch (cause) {
      if (this.#descriptor >= 0) ftruncateSync(this.#descriptor, this.#size);
      throw fileError("write", this.#file, cause);
    }
    this.#size += Buffer.byteLength(text);
  }
}

interface Line {
  readonly record: MetricsRecord;
  /** Byte offset after the line. */
  readonly end: number;
  readonly terminated: boolean;
}

function parse(file: string): Line[] {
  const content = Buffer.from(readBytes(file));
  const lines: Line[] = [];
  for (let start = 0; start < content.length; ) {
    const newline = content.indexOf(10, start);
    const terminated = newline >= 0;
    const end = terminated ? newline + 1 : content.length;
    const record = parseRecord(content.toString("utf8", start, end));
    if (record) lines.push({ record, end, terminated });
    else if (terminated) {
      throw new TuttiError(
        "format",
        `${file}, line ${lines.length + 1}: not a metrics record; wanted a JSON object with numbers step, epoch and time`,
        { file, line: lines.length + 1 },
      );
    }
    start = end;
  }
  return lines;
}

function parseRecord(text: string): MetricsRecord | undefined {
  let value: unknown;
  try {
    // JSON has no NaN and no infinity: JSON.stringify writes null for both.
    value = JSON.parse(text, (_, item) => (item === null ? NaN : item));
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const record = value as MetricsRecord;
  const numeric = [record.step, record.epoch, record.time].every((item) => Number.isFinite(item));
  return numeric && Object.values(record).every((item) => typeof item === "number") ? record : undefined;
}

function fileError(action: string, file: string, cause: unknown): TuttiError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new TuttiError("file", `metrics: cannot ${action} ${file}: ${reason}`, { file }, { cause });
}
