import type { StuckRank } from "../../explain/operation.js";
import type { Answer, Question, Untaken } from "./letters.js";
import type { Table } from "./table.js";

let inquiries = 0;

/** Questions to ranks that seem to be stuck, to make sure of it, and what they answer. */
export class Inquiry {
  private readonly id = inquiries++;
  readonly questions: ReadonlyMap<number, Question>;
  private readonly answers = new Map<number, Answer>();

  /**
   * @param suspects ranks that seem to be stuck
   * @param untaken messages that seem not to have been received, for which ranks wait
   */
  constructor(table: Table, suspects: readonly number[], untaken: readonly Untaken[]) {
    // a rank that has returned, too, has to say whether it has received a message before
    const asked = new Set([...suspects, ...untaken.map(({ receiver }) => receiver)]);
    const question = (rank: number): Question => ({
      kind: "question",
      id: this.id,
      version: table.version(rank),
      sent: table.sentTo(rank, suspects),
      untaken: untaken.filter(({ receiver }) => receiver === rank),
    });
    this.questions = new Map([...asked].map((rank) => [rank, question(rank)]));
  }

  note(rank: number, answer: Answer): void {
    if (answer.id === this.id) this.answers.set(rank, answer);
  }

  /** Undefined while answers are missing. */
  get outcome(): "yes" | "no" | undefined {
    if ([...this.answers.values()].some(({ yes }) => !yes)) return "no";
    return this.answers.size === this.questions.size ? "yes" : undefined;
  }

  /** The suspects, in words, when all have answered. */
  stuck(table: Table, suspects: readonly number[]): StuckRank[] {
    return suspects.map((rank) => ({
      rank,
      waiting: table.waiting(rank),
      at: table.blocked(rank).at,
      unreceived: this.answers.get(rank)!.unreceived,
    }));
  }
}
