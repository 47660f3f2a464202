import { CALL } from "../../calls.js";
import { signature } from "../../signature.js";
import type { Agreement } from "./agreement.js";
import type { Mover } from "./watch.js";

/**
 * The end of a communicator, which waits for nobody: it is complete when all ranks have called `free` and all their messages
 * have come.
 */
export class Closing implements Mover {
  /** Messages to come from each rank. */
  private expected: readonly number[] | undefined;

  /** @param close gives back what the library holds */
  constructor(
    private readonly agreement: Agreement,
    private readonly close: () => void,
  ) {
    const { sent, group } = agreement.channel;
    const counts = {
      extra: 0,
      numbers: () => sent,
      wrong: (_: unknown, numbers: readonly Float64Array[]) => {
        this.expected = numbers.map((to) => to[group.rank]);
        return undefined;
      },
    };
    const then = () => {
      agreement.watch.movers.add(this);
    };
    // who has called something else throws the error
    agreement.begin(signature(CALL.free, undefined), { counts, then, called: new Error() });
  }

  advance(): void {
    const { channel, watch } = this.agreement;
    if (!this.expected!.every((count, r) => channel.arrived[r] >= count)) return;
    watch.movers.delete(this);
    this.close();
  }
}
