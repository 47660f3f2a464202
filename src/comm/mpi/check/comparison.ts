import type { TuttiError } from "../../../errors.js";
import { lineOf, sourceLine } from "../../explain/source-line.js";
import { describeSignature, mismatchError, type Signature } from "../../signature.js";
import type { Agreement, Particulars } from "./agreement.js";
import type { Exchange } from "./exchanges.js";

/** Bytes for a line of a user's program. */
const LINE_BYTES = 512;

/** What a rank shows of a collective: its signature, and a number to which {@link Counts} give a meaning. */
export interface Shown {
  readonly kind: number;
  readonly root: number;
  readonly count: number;
  readonly extra: number;
}

/** What of a collective must fit together beside its signature. */
export interface Counts {
  /** Shown with the signature. */
  readonly extra: number;
  /** Numbers that this rank has to show, too, as many as every other rank; none if that is not necessary. */
  numbers(shown: readonly Shown[]): readonly number[];
  /** What is wrong, the same on all ranks; undefined if nothing is. */
  wrong(shown: readonly Shown[], numbers: readonly Float64Array[]): string | undefined;
}

/** One collective, about which ranks compare what they call: signatures, then numbers, and lines of the program if they differ. */
export class Comparison {
  /** The place of the collective among those of its communicator, from 1. */
  readonly number: number;
  isOver = false;
  private error: TuttiError | undefined;
  private step: "signatures" | "numbers" | "lines" = "signatures";
  private exchange: Exchange;
  private shown: readonly Shown[] = [];
  private disagreement = "";

  constructor(
    private readonly agreement: Agreement,
    private readonly signature: Signature,
    private readonly particulars: Particulars,
  ) {
    const { kind, root, count } = signature;
    this.exchange = agreement.first.begin(bytes([kind, root, count, particulars.counts?.extra ?? 0]));
    this.number = agreement.first.begun;
  }

  /** Whether all ranks have called a collective. */
  get hasMet(): boolean {
    return this.shown.length > 0;
  }

  /** The error to throw, if the ranks disagree. */
  failure(): TuttiError | undefined {
    if (this.error !== undefined) Error.captureStackTrace(this.error); // the user's line is the one that asks
    return this.error;
  }

  /** Goes on as far as possible without waiting; whether it is over. To be called when all before it are. */
  advance(): boolean {
    while (!this.isOver && this.exchange.ready()) this.next();
    return this.isOver;
  }

  private next(): void {
    switch (this.step) {
      case "signatures":
        this.compareSignatures();
        break;
      case "numbers":
        this.decide(this.particulars.counts!.wrong(this.shown, this.all(numbersIn)));
        break;
      case "lines":
        this.fail(this.all(lineIn));
    }
  }

  private compareSignatures(): void {
    const { counts } = this.particulars;
    this.shown = this.all((shown) => {
      const [kind, root, count, extra] = numbersIn(shown);
      return { kind, root, count, extra };
    });
    const { uniform } = this.signature;
    const [first] = this.shown;
    const alike = this.shown.every(
      ({ kind, root, count }) =>
        kind === first.kind && root === first.root && (!uniform || count === first.count),
    );
    const numbers = (alike && counts?.numbers(this.shown)) || [];
    if (numbers.length > 0) this.show("numbers", bytes(numbers));
    else this.decide(alike ? counts?.wrong(this.shown, []) : "called different collectives");
  }

  private decide(disagreement: string | undefined): void {
    if (disagreement === undefined) {
      this.isOver = true;
      this.particulars.then?.();
      return;
    }
    this.disagreement = disagreement;
    const line = new Uint8Array(LINE_BYTES);
    const { called } = this.particulars;
    const place = called === undefined ? sourceLine() : lineOf(called.stack ?? "");
    new TextEncoder().encodeInto(place ?? "", line);
    this.show("lines", line);
  }

  private fail(lines: readonly string[]): void {
    const { channel, watch } = this.agreement;
    const { name, rank } = channel.group;
    const calls = this.shown.map((one, r) => `${describeSignature(one)}${lines[r]}`);
    this.error = mismatchError(name, this.disagreement, calls);
    if (rank !== 0) watch.toldElsewhere.add(this.error);
    this.isOver = true;
  }

  private show(step: "numbers" | "lines", mine: Uint8Array): void {
    this.step = step;
    this.exchange = this.agreement.further.begin(mine);
  }

  private all<T>(read: (shown: Uint8Array) => T): T[] {
    return this.agreement.channel.group.ranks.map((_, r) => read(this.exchange.of(r)));
  }
}

function bytes(numbers: readonly number[]): Uint8Array {
  return new Uint8Array(Float64Array.from(numbers).buffer);
}

function numbersIn(shown: Uint8Array): Float64Array {
  return new Float64Array(shown.slice().buffer);
}

function lineIn(shown: Uint8Array): string {
  const line = new TextDecoder().decode(shown).replace(/\0+$/, "");
  return line === "" ? "" : ` at ${line}`;
}
