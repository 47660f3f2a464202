import { CALL } from "../../calls.js";
import { signature } from "../../signature.js";
import { type Agreement, areAlike, lineRecord, readRecord, record } from "./agreement.js";
import type { Exchange } from "./exchanges.js";
import type { Mover } from "./watch.js";

/**
 * The end of a communicator, which waits for nobody: it is complete when all ranks have called `free` and all their messages
 * have come.
 */
export class Closing implements Mover {
  private readonly called = new Error();
  private step: "called" | "counted" | "disagreed" = "called";
  private exchange: Exchange;

  /** @param close gives back what the library holds */
  constructor(
    private readonly agreement: Agreement,
    private readonly close: () => void,
  ) {
    this.exchange = agreement.exchanges.begin(record(signature(CALL.free, undefined), 0));
  }

  advance(): void {
    if (this.step === "disagreed" || !this.exchange.ready()) return;
    const { channel, exchanges } = this.agreement;
    const { ranks, rank } = channel.group;
    const shown = (r: number) => this.exchange.of(r);
    if (this.step === "called") {
      // who has called something else throws the error
      const alike = areAlike(
        ranks.map((_, r) => readRecord(shown(r))),
        true,
      );
      this.step = alike ? "counted" : "disagreed";
      const sent = new Uint8Array(Float64Array.from(channel.sent).buffer);
      this.exchange = exchanges.begin(alike ? sent : lineRecord(this.called));
      return;
    }
    const expected = ranks.map((_, r) => new Float64Array(shown(r).slice().buffer)[rank]);
    if (expected.every((count, r) => channel.arrived[r] >= count)) this.close();
  }
}
