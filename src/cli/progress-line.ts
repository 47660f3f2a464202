import { Writable } from "node:stream";

const WIDTH = 30;

/**
 * A line at the bottom of a terminal that shows how far a job is; nothing where the output is no terminal.
 *
 * Output that goes through `stdout` appears above it.
 */
export class ProgressLine {
  /** Where the job's output must go. */
  readonly stdout: Writable;
  readonly #share: () => number;
  readonly #timer: NodeJS.Timeout | undefined;

  /** @param share how much is done, from 0 to 1 */
  constructor(share: () => number) {
    this.#share = share;
    if (!process.stdout.isTTY) {
      this.stdout = process.stdout;
      return;
    }
    this.stdout = new Writable({
      write: (chunk, _, done) => {
        process.stdout.write(`\r\x1b[K${chunk}`, done);
      },
    });
    this.#timer = setInterval(() => this.#draw(), 100);
  }

  #draw(): void {
    const share = this.#share();
    if (share <= 0 || share >= 1) return;
    const full = Math.round(share * WIDTH);
    process.stdout.write(
      `\r\x1b[K${"█".repeat(full)}${"░".repeat(WIDTH - full)} ${Math.floor(share * 100)} %`,
    );
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    if (this.#timer) process.stdout.write("\r\x1b[K");
  }
}
