import { setFlagsFromString } from "node:v8";
import { runInNewContext, runInThisContext } from "node:vm";
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
 * Memory that C owns, as a buffer. Nothing keeps C from freeing it: whoever hands the buffer on must see to that, by
 * {@link detach} if need be.
 *
 * @param bytes its length
 */
export function viewMemory(address: number, bytes: number): ArrayBuffer {
  return bytes === 0 ? new ArrayBuffer(0) : ffi().view(BigInt(address), bytes);
}

/** The text that begins at an address and ends in a zero byte. */
export function textAt(address: number): string {
  return address === 0 ? "" : ffi().decode(BigInt(address), "char", -1);
}

/** Takes the memory away from `buffer`: from now on it and all its views have length 0. */
export function detach(buffer: ArrayBuffer): void {
  transfer ??= findTransfer();
  transfer.call(buffer);
}

type Transfer = (this: ArrayBuffer) => ArrayBuffer;

let transfer: Transfer | undefined;

/** ES2024's ArrayBuffer.prototype.transfer, which Node has had since 21, and Node 20 in contexts made after a flag was set. */
function findTransfer(): Transfer {
  const expression = "ArrayBuffer.prototype.transfer";
  const own: Transfer | undefined = runInThisContext(expression);
  if (own !== undefined) return own;
  setFlagsFromString("--harmony-rab-gsab-transfer");
  return runInNewContext(expression);
}
