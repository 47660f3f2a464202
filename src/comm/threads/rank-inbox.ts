import { MessageChannel, type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import type { RankMessage, RankStart } from "./rank-protocol.js";

/** A message with its place among those of all ranks. */
interface Stamped {
  readonly rank: number;
  readonly order: number;
  readonly message: RankMessage;
}

/**
 * What the ranks of a job tell the launcher, handled in an order that respects cause and effect.
 *
 * Each rank has its own port, and ports deliver in no particular order among each other: a line that rank 0 prints after
 * a barrier could overtake one that rank 1 printed before it. So every message takes a number from one shared counter.
 */
export class Inbox {
  readonly #ports: MessagePort[] = [];
  readonly #clock = new Int32Array(new SharedArrayBuffer(4));
  readonly #handle: (rank: number, message: RankMessage) => void;

  constructor(handle: (rank: number, message: RankMessage) => void) {
    this.#handle = handle;
  }

  /** What a rank needs for {@link tell}; its port must be transferred. */
  open(rank: number): Pick<RankStart, "rank" | "clock" | "port"> {
    const { port1, port2 } = new MessageChannel();
    port1.on("message", (first: Stamped) => this.takeAll([first]));
    this.#ports.push(port1);
    return { rank, clock: this.#clock, port: port2 };
  }

  /** Handles every message that has been sent so far. */
  takeAll(arrived: readonly Stamped[] = []): void {
    let pending = [...arrived, ...this.#collect()];
    while (pending.length > 0) {
      const newest = pending.reduce((a, b) => (compare(a, b) < 0 ? b : a));
      // What had to come before it has been sent by now, perhaps to a port that was already looked at. Later messages
      // may miss their predecessors in the same way: they stay for the next round.
      pending = [...pending, ...this.#collect()].sort(compare);
      for (const { rank, message } of pending.splice(0, pending.indexOf(newest) + 1))
        this.#handle(rank, message);
    }
  }

  #collect(): Stamped[] {
    const found: Stamped[] = [];
    for (const port of this.#ports)
      for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port))
        found.push(next.message);
    return found;
  }

  close(): void {
    for (const port of this.#ports) port.close();
  }
}

/** On a rank: sends a message to the launcher. */
export function tell({ rank, clock, port }: RankStart, message: RankMessage): void {
  port.postMessage({ rank, order: Atomics.add(clock, 0, 1), message } satisfies Stamped);
}

/** The counter wraps around after 2^32 messages; its differences stay right. */
function compare(a: Stamped, b: Stamped): number {
  return (a.order - b.order) | 0;
}
