import { type Comm, Window } from "../../../src/comm/index.js";

/** What `action` throws, as text. */
function failureOf(action: () => void): string {
  try {
    action();
    return "nothing";
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    return `${code}: ${message}`;
  }
}

/** Rank 1 returns without having unlocked, or without the fence that rank 0 calls. */
export function returnedHolder(comm: Comm, how: "lock" | "lockAll" | "fence"): string {
  const win = Window.allocate(comm, Int32Array, 1);
  if (how !== "fence" && comm.rank === 1) win.lock(0, { shared: how === "lockAll" });
  comm.barrier();
  if (comm.rank === 1) return "";
  return failureOf(() => (how === "fence" ? win.fence() : win.lock(0)));
}

/** Two ranks that each hold what the other wants. */
export function crossedLocks(comm: Comm): string {
  const { rank } = comm;
  const win = Window.allocate(comm, Int32Array, 1);
  win.lock(rank);
  comm.barrier();
  return failureOf(() => win.lock(1 - rank, { shared: rank === 0 }));
}

/** A rank that keeps others from a lock while it waits for them. */
export function lockedBarrier(comm: Comm): string {
  const win = Window.allocate(comm, Int32Array, 1);
  if (comm.rank === 0) win.lock(1);
  const buf = new Int8Array(1);
  if (comm.rank === 0) comm.send(buf, 1);
  else comm.recv(buf);
  return failureOf(() => {
    if (comm.rank === 0) comm.barrier();
    else win.lock(1);
  });
}

/** The first rank holds the lock for ever, and the job is ended from outside. */
export function lockInVain(comm: Comm): string {
  const win = Window.allocate(comm, Int32Array, 1);
  if (comm.rank === 0) win.lock(0);
  comm.barrier();
  if (comm.rank === 0) {
    const pillow = new Int32Array(new SharedArrayBuffer(4));
    return failureOf(() => {
      for (;;) {
        win.put(Int32Array.of(1), 0);
        Atomics.wait(pillow, 0, 0, 10);
      }
    });
  }
  return failureOf(() => win.lock(0));
}
