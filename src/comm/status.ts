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

  /** Length of the message in elements of `type`, a TypedArray or its constructor: `status.count(Float64Array)`. */
  count(type: { readonly BYTES_PER_ELEMENT: number }): number {
    return this.bytes / type.BYTES_PER_ELEMENT;
  }
}
