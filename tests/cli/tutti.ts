import assert from "node:assert/strict";
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

/** The command line's program. */
export const MAIN = fileURLToPath(new URL("../../lib/cli/main.js", import.meta.url));

/** What a run of the command line has left. */
export interface Result {
  /** Exit code, or the name of the signal that ended it. */
  readonly code: number | NodeJS.Signals;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running command line: its streams, and what it leaves. */
export interface Running {
  readonly process: ChildProcessByStdio<null, Readable, Readable>;
  readonly result: Promise<Result>;
}

/** A temporary folder with the user's files, in which commands run; `using` removes it. */
export class Project {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), "tutti-test-")));
  /** Where the commands' own temporary files go: nothing must be left here. */
  readonly temporary = join(this.folder, "tmp");

  constructor(files: Readonly<Record<string, string>>) {
    mkdirSync(this.temporary);
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(this.path(name)), { recursive: true });
      writeFileSync(this.path(name), content);
    }
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** Starts `tutti ...args`; a run that is not over in time is killed and rejects. */
  start(args: readonly string[], env: NodeJS.ProcessEnv = {}, timeout = 60_000): Running {
    const child = spawn(process.execPath, [MAIN, ...args], {
      cwd: this.folder,
      env: { ...process.env, NODE_OPTIONS: "", ...env, TMPDIR: this.temporary },
      stdio: ["ignore", "pipe", "pipe"],
      timeout,
      killSignal: "SIGKILL",
    });
    const ended = new Promise<number | NodeJS.Signals>((resolve) =>
      child.on("close", (code, signal) => resolve(code ?? signal!)),
    );
    const out = text(child.stdout).catch(() => "");
    const result = Promise.all([ended, out, text(child.stderr)]).then(([code, stdout, stderr]) => {
      assert.notEqual(code, "SIGKILL", `tutti ${args.join(" ")} did not end in time:\n${stdout}\n${stderr}`);
      assert.deepEqual(readdirSync(this.temporary), [], "temporary files are left");
      return { code, stdout, stderr };
    });
    return { process: child, result };
  }

  /** Runs `tutti ...args` to its end. */
  tutti(args: readonly string[], env?: NodeJS.ProcessEnv, timeout?: number): Promise<Result> {
    return this.start(args, env, timeout).result;
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Runs one script on `size` ranks. */
export async function runScript(script: string, size: number, ...args: string[]): Promise<Result> {
  using project = new Project({ "script.ts": script });
  return await project.tutti(["run", "-n", String(size), ...args, "script.ts"]);
}

/** Resolves when what the stream has delivered matches. */
export function seen(stream: Readable, wanted: RegExp): Promise<void> {
  let all = "";
  return new Promise((resolve, reject) => {
    stream.on("data", (chunk: Buffer) => {
      all += chunk;
      if (wanted.test(all)) resolve();
    });
    stream.on("end", () => reject(new Error(`the output ended without ${wanted}:\n${all}`)));
  });
}
