import { addressOf } from "../../native/index.js";
import type { ElementType } from "../elements.js";
import type { Mpi } from "./mpi.js";

/** Datatypes that are kept for the next message of the same length. */
const KEPT = 8;

/**
 * Datatypes whose one item is all elements of a long message.
 *
 * Sender and receiver need not use the same datatypes, only the same elements (MPI 4.1, section 3.3.1), so that a long
 * message matches any receive of enough elements, and a long buffer receives any message.
 */
export class LongTypes {
  private made: { readonly code: number; readonly length: number; readonly handle: number }[] = [];
  private readonly result = new Int32Array(2);
  private readonly resultAddress = addressOf(this.result);

  constructor(private readonly mpi: Mpi) {}

  /** The datatype of `length` elements, valid until {@link KEPT} others have been asked for. */
  handle({ code, bytes }: ElementType, length: number): number {
    const found = this.made.find((type) => type.code === code && type.length === length);
    if (found !== undefined) return found.handle;
    if (this.made.length === KEPT) this.free(this.made.shift()!.handle);
    const handle = this.make(this.mpi.types[code], bytes, length);
    this.made.push({ code, length, handle });
    return handle;
  }

  /** As many runs of the greatest length as fit, and behind them what is left. */
  private make(element: number, bytes: number, length: number): number {
    const { mpi } = this;
    const { f, maxCount } = mpi;
    f.Type_contiguous(maxCount, element, this.resultAddress);
    const run = mpi.handleAt(this.result, 0);
    const runs = Math.floor(length / maxCount);
    const counts = Int32Array.of(runs, length - runs * maxCount);
    const displs = BigInt64Array.of(0n, BigInt(runs * maxCount * bytes));
    const types = mpi.handles([run, element]);
    const [countsAt, displsAt, typesAt] = [counts, displs, types].map((array) => mpi.address(array));
    f.Type_create_struct(2, countsAt, displsAt, typesAt, this.resultAddress);
    f.Type_commit(this.resultAddress);
    const handle = mpi.handleAt(this.result, 0);
    this.free(run);
    return handle;
  }

  /** MPI itself keeps it as long as a message that is under way needs it (MPI 4.1, section 5.1.9). */
  private free(handle: number): void {
    this.mpi.f.Type_free(this.mpi.address(this.mpi.handles([handle])));
  }
}
