import { ffi } from "./ffi.js";

/**
 * The address of the first byte that `view` shows, as C sees it.
 *
 * It stays valid while the view's buffer is alive and neither transferred nor resized. Shared buffers never move.
 */
export function addressOf(view: ArrayBufferView): number {
  return Number(ffi().address(view));
}
