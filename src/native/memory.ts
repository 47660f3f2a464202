import { ffi } from "./ffi.js";

/**
 * The address of the first byte that `view` shows, as C sees it.
 *
 * It stays valid while the view's buffer is alive and neither transferred nor resized. Shared buffers never move.
 */
export function addressOf(view: ArrayBufferView): number {
  return Number(ffi().address(view));
}

/**
 * Memory that C owns, as a buffer. Nothing keeps C from freeing it: whoever hands the buffer on must see to that.
 *
 * @param bytes its length
 */
export function viewMemory(address: number, bytes: number): ArrayBuffer {
  return ffi().view(BigInt(address), bytes);
}

/** The text that begins at an address and ends in a zero byte. */
export function textAt(address: number): string {
  return address === 0 ? "" : ffi().decode(BigInt(address), "char", -1);
}
