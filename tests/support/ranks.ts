import { after, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { Communicator } from "../../src/comm/communicator.js";
import type { Comm, Engine } from "../../src/comm/index.js";
import { selfWorld } from "../../src/comm/self.js";
import { type AbortEvent, createJob, type Job } from "../../src/comm/threads/job.js";
import { type ErrorCode, type ErrorData, TuttiError } from "../../src/errors.js";
import { FAMILIES, MpiPool, mpiexecOf } from "./mpi.js";

/*
 * Runs functions on several ranks. A body is an exported function `(comm, arg) => result`, sync or async, in a
 * module that registers no tests itself: each rank imports the module in a thread of its own.
 */

export interface Task {
  readonly module: string;
  readonly name: string;
  readonly arg: unknown;
}

export interface RunOptions {
  /** After this time the ranks are killed and the run fails, saying what each rank waited for; 20 s if absent. */
  readonly timeoutMs?: number;
}

export interface Failure {
  readonly message: string;
  readonly stack?: string;
  readonly tutti?: { readonly code: ErrorCode; readonly data: ErrorData };
}

/** Worker threads that are the ranks of one job and run one body after the other. A failure ends the job; the next run starts a new one. */
export class RankPool {
  private job: Job | undefined;
  private workers: Worker[] = [];

  constructor(readonly size: number) {}

  /** The results of `(await import(module))[name](comm, arg)` by rank; throws the first failure, with its rank. */
  async run<T>(module: string, name: string, arg?: unknown, options: RunOptions = {}): Promise<T[]> {
    return await this.start<T>({ module, name, arg }, options.timeoutMs ?? 20_000, false);
  }

  /** As {@link RankPool.run}, but a rank that returns is finished: others that still wait for it fail. Ends the job. */
  async runOnce<T>(module: string, name: string, arg?: unknown, options: RunOptions = {}): Promise<T[]> {
    try {
      return await this.start<T>({ module, name, arg }, options.timeoutMs ?? 20_000, true);
    } finally {
      await this.close();
    }
  }

  /** What each rank is doing now; see {@link Job.describe}. */
  describe(): string[] {
    return this.job?.describe() ?? [];
  }

  /** Ends the job as a launcher does when a rank has failed. */
  abort(rank: number, message: string): void {
    this.job?.abort(rank, message);
  }

  /** Resolves when the job is ended by a rank or by {@link RankPool.abort}. */
  aborted(): Promise<AbortEvent> {
    return new Promise((resolve) => this.open().onAbort(resolve));
  }

  /** Ends the threads. */
  async close(): Promise<void> {
    const { workers, job } = this;
    this.workers = [];
    this.job = undefined;
    await Promise.all(workers.map((worker) => worker.terminate()));
    job?.close();
  }

  private async start<T>(task: Task, timeoutMs: number, finish: boolean): Promise<T[]> {
    const job = this.open();
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new Error(`${task.name}: not done after ${timeoutMs} ms\n  ${job.describe().join("\n  ")}`));
      }, timeoutMs);
    });
    const results = this.workers.map(async (worker, rank) => {
      const value = await ask<T>(worker, rank, task);
      if (finish) job.finish(rank);
      return value;
    });
    try {
      return await Promise.race([Promise.all(results), timeout]);
    } catch (error) {
      // A thread that is terminated while it loads a shared library takes the process with it: let them come to an end.
      job.abort(0, `${task.name} has failed`);
      await Promise.race([Promise.allSettled(results), delay(1000, undefined, { ref: false })]);
      await this.close();
      throw error;
    } finally {
      clearTimeout(timer);
      await Promise.allSettled(results);
    }
  }

  private open(): Job {
    if (this.job === undefined) {
      const job = createJob(this.size);
      this.job = job;
      this.workers = Array.from({ length: this.size }, (_, rank) => {
        const { data, transfer } = job.environment(rank);
        return new Worker(new URL("./rank-worker.js", import.meta.url), {
          workerData: { tutti: data },
          transferList: transfer,
        });
      });
    }
    return this.job;
  }
}

function ask<T>(worker: Worker, rank: number, task: Task): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const done = () => {
      worker.off("message", answered).off("error", reject).off("exit", exited);
    };
    const answered = (answer: { value: T } | { failure: Failure }) => {
      done();
      if ("failure" in answer) reject(rebuild(rank, answer.failure));
      else resolve(answer.value);
    };
    const exited = (code: number) => {
      done();
      reject(new Error(`rank ${rank}: exited with code ${code}`));
    };
    worker.on("message", answered).on("error", reject).on("exit", exited);
    worker.postMessage(task);
  });
}

/** The error that a rank has met, with its rank. */
export function rebuild(rank: number, { message, stack, tutti }: Failure): Error {
  const text = `rank ${rank}: ${message}`;
  const error =
    tutti === undefined
      ? new Error(text)
      : new TuttiError(tutti.code, text, { ...tutti.data, failedRank: rank });
  error.stack = `rank ${rank}: ${stack}`;
  return error;
}

/** Runs a body once on `size` ranks of the threads engine; the results by rank, or the first failure. */
export function runRanks<T>(
  size: number,
  moduleUrl: string,
  exportName: string,
  arg?: unknown,
  options?: RunOptions,
): Promise<T[]> {
  return new RankPool(size).runOnce<T>(moduleUrl, exportName, arg, options);
}

/** Where a suite runs: one engine with one number of ranks. */
export interface Place {
  readonly engine: Engine;
  /**
   * The MPI library, if there is one. Ranks of MPICH never give their core away: five of them on two cores need a time slice
   * for each step, so that suites but for the conformance suite do only there what takes few of them.
   */
  readonly family?: "Open MPI" | "MPICH";
  readonly size: number;
  run<T>(moduleUrl: string, exportName: string, arg?: unknown, options?: RunOptions): Promise<T[]>;
}

/**
 * Registers a suite for each MPI library and each number of ranks; each job stays for the whole suite.
 *
 * @param options.check whether the ranks check themselves, which must change nothing
 * @param options.families the libraries, all if absent
 */
export function forEachMpi(
  sizes: readonly number[],
  register: (place: Place) => void,
  { check = false, families = FAMILIES }: { check?: boolean; families?: typeof FAMILIES } = {},
): void {
  for (const { family, install } of families) {
    const mpiexec = mpiexecOf(family);
    if (mpiexec === undefined) {
      test(`engine mpi on ${family}`, { skip: `${family} is not installed: ${install}` });
      continue;
    }
    for (const size of sizes) {
      const title = `engine mpi on ${family}${check ? " with checks" : ""}`;
      describe(`${title}, ${size} rank${size === 1 ? "" : "s"}`, () => {
        const pool = new MpiPool(mpiexec, size, check);
        after(() => pool.close());
        register({ engine: "mpi", family, size, run: (...args) => pool.run(...args) });
      });
    }
  }
}

/** Registers a suite for engine self and for threads with each number of ranks; the threads stay for the whole suite. */
export function forEachEngine(sizes: readonly number[], register: (place: Place) => void): void {
  describe("engine self", () => {
    register({ engine: "self", size: 1, run: runSelf });
  });
  for (const size of sizes) {
    describe(`engine threads, ${size} rank${size === 1 ? "" : "s"}`, () => {
      const pool = new RankPool(size);
      after(() => pool.close());
      register({ engine: "threads", size, run: (...args) => pool.run(...args) });
    });
  }
}

async function runSelf<T>(moduleUrl: string, exportName: string, arg?: unknown): Promise<T[]> {
  const body: (comm: Comm, arg: unknown) => T | Promise<T> = (await import(moduleUrl))[exportName];
  return [await body(new Communicator(selfWorld(), true), arg)];
}
