import { totalmem } from "node:os";
import { TuttiError } from "../../errors.js";

/** Where the messages of a benchmark lie: in shared memory, as tensors do, or in ordinary memory of one rank. */
export const MEMORIES = ["shared", "private"] as const;
export type Memory = (typeof MEMORIES)[number];

/** A buffer of its own, every page of which has been written to: what no page stands behind would be quicker to read. Throws TuttiError "memory" when there is not that much. */
export function allocate(bytes: number, memory: Memory): ArrayBuffer | SharedArrayBuffer {
  try {
    // Some versions of Node end the thread instead of throwing.
    if (bytes > totalmem()) throw new RangeError(`the machine has ${totalmem()} bytes`);
    const buffer = memory === "shared" ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes);
    new Uint8Array(buffer).fill(1);
    return buffer;
  } catch (cause) {
    throw new TuttiError(
      "memory",
      `tutti bench: there is no memory for a buffer of ${bytes} bytes; choose smaller messages with --bytes`,
      { bytes },
      { cause },
    );
  }
}
