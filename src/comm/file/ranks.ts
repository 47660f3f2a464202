import { systemReason, TuttiError } from "../../errors.js";
import { CALLS } from "../calls.js";
import { FLOAT64 } from "../elements.js";
import { ObjectCalls } from "../object-calls.js";
import { resolveOp } from "../ops.js";

const MAX = resolveOp("File", "max", FLOAT64);

/** What has gone wrong on a rank, as another one can be told of it. */
export interface Trouble {
  readonly message: string;
  /** The system's code, such as ENOENT. */
  readonly code?: string;
}

/** The ranks that have a file open, as far as they tell each other what they are about to do with it. */
export class FileRanks extends ObjectCalls {
  /** The values of all ranks. */
  all<T>(call: number, value: T): T[] {
    return this.collect(call, value);
  }

  /** Throws on every rank if the ranks do not give the same value; `what` is what they give, `show` how it is shown. */
  requireSame<T>(call: number, what: string, value: T, show = (one: T) => String(one)): void {
    const values = this.all(call, show(value));
    const other = values.findIndex((one) => one !== values[0]);
    if (other < 0) return;
    const name = CALLS[call];
    const message = `${name}: all ranks must give the same ${what}: rank 0 gives ${values[0]}, rank ${other} gives ${values[other]}`;
    throw new TuttiError("mismatch", message, { call: name, rank: other });
  }

  /** Does something on every rank and waits for all; if it fails on any, all throw the first rank's trouble. */
  attempt<T>(call: number, action: () => T, undo?: (result: T) => void): T {
    let result: { readonly value: T } | undefined;
    let trouble: Trouble | undefined;
    try {
      result = { value: action() };
    } catch (error) {
      trouble = troubleOf(error);
    }
    const failed = this.transport.allreduceNumber(call, MAX, trouble === undefined ? 0 : 1) > 0;
    if (!failed) return result!.value;
    const found = this.all(call, trouble).find((one) => one !== undefined)!;
    if (result !== undefined) undo?.(result.value);
    throw found;
  }
}

function troubleOf(error: unknown): Trouble {
  const { message, code } = error as Trouble;
  return code === undefined ? { message } : { message, code };
}

/** The error of an operation on an open file, or on one to be opened. */
export function fileError(
  call: number,
  verb: string,
  path: string,
  trouble: unknown,
  offset?: number,
): unknown {
  if (trouble instanceof TuttiError) return trouble;
  const { code } = trouble as Trouble;
  const where = offset === undefined ? "" : ` at byte ${offset}`;
  const message = `${CALLS[call]}: cannot ${verb} '${path}'${where}: ${systemReason(trouble)}`;
  const data = { call: CALLS[call], file: path, code, ...(offset === undefined ? {} : { offset }) };
  const options = trouble instanceof Error ? { cause: trouble } : {};
  return new TuttiError("file", message, data, options);
}
