import { addressOf } from "../native/index.js";

const BYTES = 4096;

/**
 * Memory at a fixed address for the few numbers that a call takes or gives. What a call gives must be read before the
 * next call.
 */
export class Scratch {
  private readonly buffer = new ArrayBuffer(2 * BYTES);
  readonly ints = new Int32Array(this.buffer);
  readonly doubles = new Float64Array(this.buffer);
  private readonly words = new Uint32Array(this.buffer);
  /** Where results go. */
  readonly at = addressOf(this.ints);

  /** The address or size that was written to place `i` of the results, counted in 8 bytes. */
  pointer(i = 0): number {
    return this.words[2 * i] + this.words[2 * i + 1] * 2 ** 32;
  }

  /** Writes an address to place 0; its own address, for functions that take an address of an address. */
  hold(address: number): number {
    this.words[0] = address >>> 0;
    this.words[1] = Math.floor(address / 2 ** 32);
    return this.at;
  }
}
