/** Where sender and receiver of one long message see how far the other is. */
export interface Ticket {
  readonly words: Int32Array;
  /** Position in `words` of the number of chunks that the receiver may read. */
  readonly index: number;
}

const PAGE = 512;
const WORDS = 2;

/** Tickets of the long messages that a rank sends, kept for the next ones. */
export class Tickets {
  private readonly free: Ticket[] = [];

  take(): Ticket {
    if (this.free.length === 0) {
      const words = new Int32Array(new SharedArrayBuffer(4 * WORDS * PAGE));
      for (let i = 0; i < PAGE; i++) this.free.push({ words, index: WORDS * i });
    }
    const ticket = this.free.pop()!;
    ticket.words.fill(0, ticket.index, ticket.index + WORDS);
    return ticket;
  }

  giveBack(ticket: Ticket): void {
    this.free.push(ticket);
  }
}

/** Sender: the first `chunks` chunks may be read. */
export function setReadable({ words, index }: Ticket, chunks: number): void {
  Atomics.store(words, index, chunks);
}

/** Receiver: returns when more than `chunk` chunks may be read. The sender is copying them right now. */
export function awaitReadable({ words, index }: Ticket, chunk: number): void {
  for (let spins = 0; ; spins++) {
    const readable = Atomics.load(words, index);
    if (readable > chunk) return;
    if (spins > 1000) Atomics.wait(words, index, readable, 0.05);
  }
}

/** Receiver: the message has been read or dropped. */
export function setTaken({ words, index }: Ticket): void {
  Atomics.store(words, index + 1, 1);
}

export function isTaken({ words, index }: Ticket): boolean {
  return Atomics.load(words, index + 1) === 1;
}
