/** The rings of a job: one for each ordered pair of ranks. */
export const Rings = {
  /** Bytes of one ring: fewer when there are many ranks, so that the pairs together stay small. */
  bytes(size: number): number {
    return size <= 32 ? 65536 : size <= 64 ? 16384 : 8192;
  },

  /** Untouched pages cost nothing, so rings between ranks that never talk are free. */
  allocate(size: number): SharedArrayBuffer {
    return new SharedArrayBuffer(size * size * Rings.bytes(size));
  },
};
