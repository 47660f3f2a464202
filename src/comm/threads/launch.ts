import { constants } from "node:os";
import type { Writable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { describeFailure, type Failure } from "../failure.js";
import { createJob, type Job } from "./job.js";
import { Inbox } from "./rank-inbox.js";
import { LineMerger, sizeOf } from "./rank-output.js";
import type { RankMessage, RankStart, StreamName } from "./rank-protocol.js";

export interface LaunchOptions {
  /** Number of ranks. */
  readonly size: number;
  /** The module that every rank runs, as JavaScript. */
  readonly entry: URL;
  /** What the ranks see as `process.argv[1]`: absolute path of the script. */
  readonly scriptPath: string;
  /** What the ranks see behind it. */
  readonly argv?: readonly string[];
  /** Plain data that the ranks find as `workerData.data`; shared memory in it is not copied. */
  readonly data?: unknown;
  /** Begins each line of output with `[rank] `. */
  readonly tag?: boolean;
  /** What to say of a rank's failure; undefined, or no function, leaves it at the rank and its stack. */
  readonly explain?: (failure: Failure) => string | undefined;
  /** Where the ranks' output goes; this process's own streams when absent. */
  readonly stdout?: Writable;
  readonly stderr?: Writable;
}

/** Time that ranks have to clean up, in milliseconds, once the job has failed; then they are stopped where they are. */
const GRACE = 250;
const AFTER_SIGPIPE = 128 + 13; // a constant that Windows lacks
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** Gives `import.meta.resolve` its second argument, with which bundled files ask from where they were. */
const EXEC_ARGV = ["--experimental-import-meta-resolve"].filter((flag) =>
  process.allowedNodeEnvironmentFlags.has(flag),
);
const RANK_MAIN = new URL("./rank-main.js", import.meta.url);

/**
 * Runs a module on `size` ranks of the threads engine and waits until all have ended.
 *
 * Each rank is a worker thread that looks like a process of its own: it has its own `process.argv`, its own copy of this
 * process's environment, and ends when nothing keeps its event loop alive. Only what threads share differs: the working
 * directory cannot be changed, and signals come to the launcher. Lines that ranks print never mix within a line.
 *
 * The job ends early, with a report on `stderr`, when a rank throws, rejects, exits with a code other than 0, aborts or
 * runs out of memory, on SIGINT, SIGTERM and SIGHUP, and silently when nobody reads `stdout` any more.
 *
 * @returns the exit code that this process should have: 0, what a rank asked for, 1 after an error, 128 + n after signal n
 * @throws TuttiError "argument" if `size` is not a possible number of ranks
 */
export async function launch(options: LaunchOptions): Promise<number> {
  return new Launch(createJob(options.size), options).run();
}

/** Why a job ends before all its ranks have returned. */
interface Verdict {
  /** The rank that is the reason; none for a signal. Ranks then have no time to clean up. */
  readonly rank?: number;
  readonly exitCode: number;
  readonly report: string;
  /** The report is in the caller's words. */
  readonly explained?: boolean;
}

class Launch {
  readonly #job: Job;
  readonly #options: LaunchOptions;
  readonly #streams: Record<StreamName, Writable>;
  readonly #output: Record<StreamName, LineMerger>;
  readonly #inbox = new Inbox((rank, message) => this.#take(rank, message));
  // by rank
  readonly #workers: Worker[] = [];
  readonly #unwritten: Int32Array[];
  readonly #endings: (RankMessage & { kind: "end" })["how"][] = [];
  readonly #failures = new Map<number, Failure>();
  #verdict: Verdict | undefined;
  #grace: NodeJS.Timeout | undefined;
  #exitCode = 0;

  constructor(job: Job, options: LaunchOptions) {
    this.#job = job;
    this.#options = options;
    this.#unwritten = Array.from({ length: job.size }, () => new Int32Array(new SharedArrayBuffer(4)));
    this.#streams = { stdout: options.stdout ?? process.stdout, stderr: options.stderr ?? process.stderr };
    const merger = (stream: Writable) =>
      new LineMerger(job.size, options.tag ?? false, (bytes, done) => stream.write(bytes, done));
    this.#output = { stdout: merger(this.#streams.stdout), stderr: merger(this.#streams.stderr) };
  }

  async run(): Promise<number> {
    const { stdout, stderr } = this.#streams;
    stdout.on("error", this.#onOutputError);
    stderr.on("error", ignore); // nothing is left to report it on
    for (const signal of SIGNALS) process.on(signal, this.#onSignal);
    this.#job.onAbort(({ rank, exitCode, message }) => this.#stop({ rank, exitCode, report: message }));
    try {
      await Promise.all(Array.from({ length: this.#job.size }, (_, rank) => this.#start(rank)));
      await setImmediate(); // a rank's abort may still be on its way
      clearTimeout(this.#grace);
      this.#verdict ??= this.#aftermath();
      for (const output of [this.#output.stdout, this.#output.stderr])
        output.flush(this.#verdict !== undefined);
      if (this.#verdict?.report) stderr.write(`${this.#verdict.report}${this.#others(this.#verdict)}\n`);
      await Promise.all([stdout, stderr].map((stream) => new Promise((done) => stream.write("", done))));
      return this.#verdict?.exitCode ?? this.#exitCode;
    } finally {
      this.#terminate(); // nothing to do unless a thread could not be started
      for (const signal of SIGNALS) process.off(signal, this.#onSignal);
      stdout.off("error", this.#onOutputError);
      stderr.off("error", ignore);
      this.#inbox.close();
      this.#job.close();
    }
  }

  /** Starts a rank; resolves when its thread has ended and all that it has told is taken in. */
  async #start(rank: number): Promise<void> {
    const { data, transfer } = this.#job.environment(rank);
    const start: RankStart = {
      entry: this.#options.entry.href,
      argv: [this.#options.scriptPath, ...(this.#options.argv ?? [])],
      unwritten: this.#unwritten[rank],
      ...this.#inbox.open(rank),
    };
    const worker = new Worker(RANK_MAIN, {
      workerData: { tutti: data, launch: start, data: this.#options.data },
      transferList: [...transfer, start.port],
      execArgv: EXEC_ARGV,
      // The worker's own streams stay unused: this keeps Node from connecting them (see redirectOutput).
      stdout: true,
      stderr: true,
    });
    this.#workers[rank] = worker;
    worker.on("error", (error) => this.#fail(rank, describeFailure(error)));
    const code = await new Promise<number>((exit) => worker.on("exit", exit));
    this.#inbox.takeAll();
    this.#ended(rank, code);
  }

  #take(rank: number, message: RankMessage): void {
    if (message.kind === "output") this.#print(rank, message.stream, message.chunk);
    else if (message.kind === "failure") this.#fail(rank, message.failure);
    else this.#endings[rank] = message.how;
  }

  #print(rank: number, stream: StreamName, chunk: string | Uint8Array): void {
    this.#output[stream].push(rank, chunk, () => {
      Atomics.sub(this.#unwritten[rank], 0, sizeOf(chunk));
      Atomics.notify(this.#unwritten[rank], 0);
    });
  }

  #fail(rank: number, failure: Failure): void {
    if (this.#failures.has(rank)) return;
    this.#failures.set(rank, failure);
    // An "aborted" error has its cause elsewhere, whose report may come later than it.
    if (failure.aborted) return;
    this.#stop(this.#failed(rank, failure));
  }

  #ended(rank: number, code: number): void {
    if (this.#verdict !== undefined || this.#failures.has(rank)) return;
    const ending = this.#endings[rank];
    if (ending === "unsettled") {
      this.#fail(rank, {
        text: "a top-level await waits for what nothing can settle any more",
        aborted: false,
        common: false,
      });
    } else if (ending === "exited" && code !== 0) {
      const report = `rank ${rank} ended the job by process.exit(${code})`;
      this.#stop({ rank, exitCode: code, report });
    } else {
      this.#exitCode ||= code;
      this.#job.finish(rank);
    }
  }

  /** Ends the job early. The first reason counts; a signal on top of it ends the others' time to clean up. */
  #stop(verdict: Verdict): void {
    const { rank, exitCode, report } = verdict;
    if (rank === undefined) this.#terminate();
    if (this.#verdict !== undefined) return;
    this.#verdict = verdict;
    if (rank === undefined) return;
    this.#job.abort(rank, report, exitCode);
    this.#grace = setTimeout(() => this.#terminate(), GRACE);
  }

  #terminate(): void {
    for (const worker of this.#workers) worker.terminate();
  }

  /** If all that failed were "aborted" errors and nobody aborted, a script has made them: they are all there is. */
  #aftermath(): Verdict | undefined {
    for (const [rank, failure] of this.#failures) return this.#failed(rank, failure);
  }

  #failed(rank: number, failure: Failure): Verdict {
    const explained = this.#options.explain?.(failure);
    if (explained !== undefined) return { rank, exitCode: 1, report: explained, explained: true };
    if (failure.common) return { rank, exitCode: 1, report: failure.text };
    return { rank, exitCode: 1, report: `rank ${rank} failed:\n${failure.text}` };
  }

  #others({ rank, explained }: Verdict): string {
    if (explained) return "";
    const same = (text: string) => rank !== undefined && this.#failures.get(rank)?.text === text;
    const others = [...this.#failures].filter(
      ([other, { aborted, common, text }]) => other !== rank && !aborted && !(common && same(text)),
    );
    if (others.length === 0) return "";
    const ranks = others.map(([other]) => other).sort((a, b) => a - b);
    return `\n(${ranks.length === 1 ? "rank" : "ranks"} ${ranks.join(", ")} failed too)`;
  }

  readonly #onSignal = (signal: (typeof SIGNALS)[number]) => {
    const report = `${signal}: ${this.#job.describe().join("; ")}`;
    this.#stop({ exitCode: 128 + constants.signals[signal], report });
  };

  readonly #onOutputError = (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") this.#stop({ exitCode: AFTER_SIGPIPE, report: "" });
    else this.#stop({ exitCode: 1, report: `cannot write what the ranks print: ${error.message}` });
  };
}

const ignore = () => {};
