import { TuttiError } from "../errors.js";

/** What a receive or a probe learnt about a message (MPI 4.1, section 3.2.5). */
export class Status {
  /**
   * @param source rank of the sender in the communicator of the receive
   * @param tag tag of the message
   * @param bytes length of the message
   */
  constructor(
    readonly source: number,
    readonly tag: number,
    readonly bytes: number,
  ) {}

  /**
   * Length of the message in elements of `type`, a TypedArray or its constructor: `status.count(Float64Array)`.
   *
   * @throws TuttiError `mismatch` if the message is no whole number of them
   */
  count(type: { readonly BYTES_PER_ELEMENT: number }): number {
    const { bytes, source, tag } = this;
    const count = bytes / type.BYTES_PER_ELEMENT;
    if (Number.isInteger(count)) return count;
    const elements = `${type.BYTES_PER_ELEMENT}-byte elements`;
    const message = `count: the message has ${bytes} bytes, no whole number of ${elements} (from rank ${source}, tag ${tag})`;
    throw new TuttiError("mismatch", message, { call: "count", source, tag, bytes });
  }
}
