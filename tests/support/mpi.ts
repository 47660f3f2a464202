import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { deserialize, serialize } from "node:v8";
import { findMpiexecs, type Mpiexec, mpiexecEnvironment } from "../../src/cli/mpiexec.js";
import { politeness } from "../../src/cli/run-mpi.js";
import { type Failure, type RunOptions, rebuild } from "./ranks.js";

/*
 * Runs functions on the ranks of a real MPI job, which takes one task after the other: rank 0 reads it from its standard
 * input and tells the others. Each rank leaves what it has got in a file and says so in one short line.
 */

const RANK = fileURLToPath(new URL("./mpi-rank.js", import.meta.url));

/** The MPI libraries that tests are to run on, installed or not. */
export const FAMILIES: readonly { family: Mpiexec["family"]; install: string }[] = [
  { family: "Open MPI", install: "apt-get install openmpi-bin" },
  { family: "MPICH", install: "apt-get install mpich" },
];

const installed = findMpiexecs();

/** The launcher of a family, or why tests on it are skipped. */
export function mpiexecOf(family: Mpiexec["family"]): Mpiexec | undefined {
  return installed.find((mpiexec) => mpiexec.family === family);
}

const LIBRARIES = {
  "Open MPI": { linux: "libmpi.so.40", darwin: "libmpi.40.dylib" },
  MPICH: { linux: "libmpich.so.12", darwin: "libmpich.12.dylib" },
};

/** The environment that tells `tutti` to take the library of a family. */
export function libraryOf(family: Mpiexec["family"]): { TUTTI_MPI_LIBRARY: string } {
  return { TUTTI_MPI_LIBRARY: LIBRARIES[family][process.platform === "darwin" ? "darwin" : "linux"] };
}

/** How a test starts a launcher as a user would: without what the test runner adds, for at most two minutes. */
export function asUser(cwd: string, env: Readonly<Record<string, string>> = {}) {
  const quiet = {
    NODE_OPTIONS: "",
    NO_COLOR: "1",
    npm_config_offline: "true",
    npm_config_loglevel: "silent",
  };
  return {
    cwd,
    env: { ...process.env, ...mpiexecEnvironment(), ...politeness(64), ...quiet, ...env },
    encoding: "utf8",
    timeout: 120_000,
    killSignal: "SIGKILL",
  } as const;
}

/** What a rank has left of a task. */
export type Answer = { readonly value: unknown } | { readonly failure: Failure };

/** The ranks of one MPI job. A failure ends the job; the next run starts a new one. */
export class MpiPool {
  private job: Job | undefined;

  constructor(
    private readonly mpiexec: Mpiexec,
    readonly size: number,
    private readonly check = false,
  ) {}

  async run<T>(module: string, name: string, arg?: unknown, options: RunOptions = {}): Promise<T[]> {
    this.job ??= new Job(this.mpiexec, this.size, this.check);
    try {
      return await this.job.run<T>(
        { module, name, arg },
        options.timeoutMs ?? (this.check ? 60_000 : 20_000),
      );
    } catch (error) {
      this.job.kill();
      this.job = undefined;
      throw error;
    }
  }

  /** Lets the ranks return and waits for them; throws if the job does not end well. */
  async close(): Promise<void> {
    const { job } = this;
    this.job = undefined;
    await job?.end();
  }
}

class Job {
  private readonly folder = mkdtempSync(join(tmpdir(), "tutti-mpi-"));
  private readonly launcher: ChildProcess;
  private readonly ended: Promise<string>;
  private answered: (rank: number) => void = () => {};
  private output = "";
  private tasks = 0;

  constructor(
    { command }: Mpiexec,
    private readonly size: number,
    check: boolean,
  ) {
    const args = ["-n", String(size), process.execPath, "--enable-source-maps", RANK, this.folder];
    this.launcher = spawn(command, args, {
      env: { ...process.env, ...mpiexecEnvironment(), ...politeness(size), TUTTI_CHECK: check ? "1" : "0" },
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.launcher.stdin!.on("error", () => {}); // a job that has failed no longer reads
    createInterface(this.launcher.stdout!).on("line", (line) => {
      const done = /^@(\d+)$/.exec(line);
      if (done) this.answered(Number(done[1]));
      else this.output += `${line}\n`;
    });
    this.launcher.stderr!.on("data", (chunk) => {
      this.output += chunk;
    });
    this.ended = new Promise((resolve) => {
      this.launcher.on("error", (error) => resolve(error.message));
      this.launcher.on("close", (code, signal) =>
        resolve(code === 0 ? "" : `it ended with ${code ?? signal}`),
      );
    });
    this.ended.then(() => rmSync(this.folder, { recursive: true, force: true }));
  }

  async run<T>(task: object, timeoutMs: number): Promise<T[]> {
    const answers: Answer[] = [];
    const number = this.tasks++;
    let timer: NodeJS.Timeout | undefined;
    const all = new Promise<void>((resolve, reject) => {
      this.answered = (rank) => {
        const answer = deserialize(readFileSync(join(this.folder, `${number}-${rank}`))) as Answer;
        if ("failure" in answer) reject(rebuild(rank, answer.failure));
        answers[rank] = answer;
        if (Object.keys(answers).length === this.size) resolve();
      };
      timer = setTimeout(() => {
        const missing = Array.from({ length: this.size }, (_, r) => r).filter((r) => !(r in answers));
        reject(new Error(`not done after ${timeoutMs} ms on ranks ${missing}\n${this.output}`));
      }, timeoutMs);
      this.ended.then((how) => reject(new Error(`the job is over: ${how}\n${this.output}`)));
    });
    this.launcher.stdin!.write(`${serialize(task).toString("base64")}\n`);
    try {
      await all;
    } finally {
      clearTimeout(timer);
    }
    return answers.map((answer) => (answer as { value: T }).value);
  }

  async end(): Promise<void> {
    this.launcher.stdin!.end();
    const timer = setTimeout(() => this.kill(), 20_000);
    const how = await this.ended;
    clearTimeout(timer);
    if (how !== "") throw new Error(`the job did not end well: ${how}\n${this.output}`);
  }

  kill(): void {
    // the launcher ends its ranks when it is asked to end
    this.launcher.kill("SIGTERM");
    setTimeout(() => this.launcher.kill("SIGKILL"), 5000).unref();
  }
}
