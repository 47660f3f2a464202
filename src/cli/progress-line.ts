import { Writable } from "node:stream";

const WIDTH = 30;
const CLEAR = "\r\x1b[K";

/**
 * A line at the bottom of a terminal that shows how far a job is; nothing where the output is no terminal.
 *
 * Output that goes through `stdout` and `stderr` appears above it.
 */
export class ProgressLine {
  /** Where the job's output must go. */
  readonly stdout: Writable = process.stdout;
  readonly stderr: Writable = process.stderr;
  readonly #share: () => number;
  readonly #timer: NodeJS.Timeout | undefined;
  /** The share that was done when it was first looked at, and when. */
  #first: { share: number; time: number } | undefined;
  #shown = false;

  /** @param share how much is done, from 0 to 1 */
  constructor(share: () => number) {
    this.#share = share;
    if (!process.stdout.isTTY) return;
    this.stdout = this.#above(process.stdout);
    this.stderr = this.#above(process.stderr);
    this.#timer = setInterval(() => this.#draw(), 100);
  }

  /** A stream whose output takes the line's place, until it is drawn again below. */
  #above(stream: Writable): Writable {
    return new Writable({
      write: (chunk, _, done) => {
        this.#clear();
        stream.write(chunk, done);
      },
    });
  }

  #clear(): void {
    if (this.#shown) process.stdout.write(CLEAR);
    this.#shown = false;
  }

  #draw(): void {
    const share = this.#share();
    if (share <= 0 || share >= 1) {
      this.#clear();
      return;
    }
    const now = performance.now();
    this.#first ??= { share, time: now };
    const { share: before, time } = this.#first;
    const left = share > before ? `  ${seconds(((1 - share) * (now - time)) / (share - before))} left` : "";
    const text = ` ${Math.floor(share * 100)} %${left}`;
    const width = Math.min(WIDTH, process.stdout.columns - text.length - 1);
    const full = Math.round(share * width);
    const bar = width > 0 ? "█".repeat(full) + "░".repeat(width - full) : "";
    process.stdout.write(`${CLEAR}${bar}${text}`);
    this.#shown = true;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#clear();
  }
}

function seconds(milliseconds: number): string {
  const whole = Math.ceil(milliseconds / 1000);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
