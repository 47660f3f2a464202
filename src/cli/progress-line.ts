import { Writable } from "node:stream";

/** An output that may be a terminal, so many columns wide. */
type Terminal = Writable & { readonly isTTY?: boolean; readonly columns?: number };

const WIDTH = 30;
const CLEAR = "\r\x1b[K";

/**
 * A line at the bottom of a terminal that shows how far a job is; nothing where the output is no terminal.
 *
 * Output that goes through `stdout` and `stderr` appears above it.
 */
export class ProgressLine {
  /** Where the job's output must go. */
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly #terminal: Terminal;
  readonly #share: () => number;
  readonly #timer: NodeJS.Timeout | undefined;
  /** The share that was done when it was first looked at, and when that was. */
  #first: { share: number; time: number } | undefined;
  /** The share when it last changed, and when all will be done as far as that told. */
  #last = { share: 0, end: Number.NaN };
  #shown = false;

  /** @param share how much is done, from 0 to 1 */
  constructor(share: () => number, { stdout, stderr }: { stdout: Terminal; stderr: Writable } = process) {
    this.#share = share;
    this.#terminal = stdout;
    this.stdout = stdout.isTTY ? this.#above(stdout) : stdout;
    this.stderr = stdout.isTTY ? this.#above(stderr) : stderr;
    if (!stdout.isTTY) return;
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
    if (this.#shown) this.#terminal.write(CLEAR);
    this.#shown = false;
  }

  #draw(): void {
    const share = this.#share();
    if (share <= 0 || share >= 1) {
      this.#clear();
      return;
    }
    const text = ` ${Math.floor(share * 100)} %${this.#timeLeft(share)}`;
    const width = Math.min(WIDTH, (this.#terminal.columns || 80) - text.length - 1);
    const full = Math.round(share * width);
    const bar = width > 0 ? "█".repeat(full) + "░".repeat(width - full) : "";
    this.#terminal.write(`${CLEAR}${bar}${text}`);
    this.#shown = true;
  }

  #timeLeft(share: number): string {
    const now = performance.now();
    this.#first ??= { share, time: now };
    const { share: before, time } = this.#first;
    if (share > before && share !== this.#last.share)
      this.#last = { share, end: now + ((1 - share) * (now - time)) / (share - before) };
    const left = Math.max(1, Math.ceil((this.#last.end - now) / 1000));
    if (Number.isNaN(left)) return "";
    return left < 60 ? `  ${left} s left` : `  ${Math.floor(left / 60)} min ${left % 60} s left`;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#clear();
  }
}
