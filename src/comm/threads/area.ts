/** Where the collectives of one communicator meet. */
export const Area = {
  allocate(size: number): SharedArrayBuffer {
    return new SharedArrayBuffer(size * 2 * (8192 + 24 * size));
  },
};
