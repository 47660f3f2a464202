import type { Comm } from "../../../src/comm/index.js";

/** A body of the conformance suite, and how few elements count as so many that C ints could not count them. */
export interface Limited {
  readonly module: string;
  readonly name: string;
  readonly maxCount: number;
}

/** Engine mpi's ways for lengths beyond C ints are the same at any length: a low limit makes short buffers go there. */
export async function limited(comm: Comm, { module, name, maxCount }: Limited): Promise<void> {
  const { mpi } = (comm as unknown as { transport: { mpi: { maxCount: number } } }).transport;
  const real = mpi.maxCount;
  mpi.maxCount = maxCount;
  try {
    await (await import(module))[name](comm);
  } finally {
    mpi.maxCount = real;
  }
}
