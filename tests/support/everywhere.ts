import type { Comm } from "../../src/comm/index.js";
import { self } from "../../src/comm/world.js";

/** A body, and what it is given besides a communicator. */
export interface EverywhereTask {
  readonly module: string;
  readonly name: string;
  readonly arg?: unknown;
}

type Body = (comm: Comm, arg: unknown) => unknown;

/**
 * Runs a body on each kind of communicator, one after the other: the world, a copy of it, its halves at the same time, with
 * their ranks in reverse order, and each rank by itself. An error says on which.
 */
export async function everywhere(world: Comm, { module, name, arg }: EverywhereTask): Promise<void> {
  const body: Body = (await import(module))[name];
  const half = world.rank % 2;
  await perform("world", world, body, arg);
  for (const [what, comm] of [
    ["a copy of world", world.dup()],
    [`half ${half} of world`, world.split(half, -world.rank)],
  ] as const) {
    await perform(what, comm, body, arg);
    comm.free();
  }
  await perform("self", self(), body, arg);
}

async function perform(what: string, comm: Comm, body: Body, arg: unknown): Promise<void> {
  try {
    await body(comm, arg);
  } catch (error) {
    if (error instanceof Error) {
      error.message = `on ${what}: ${error.message}`;
      error.stack = `on ${what}: ${error.stack}`;
    }
    throw error;
  }
}
