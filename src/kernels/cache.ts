import { createHash, randomUUID } from "node:crypto";
import { chmodSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { isatty } from "node:tty";
import { fileURLToPath } from "node:url";
import { TuttiError } from "../errors.js";
import { age, FAILURE_LASTS, LOCK_LASTS, markAsUsed, prune } from "./cache-lifetime.js";
import { type Compiler, compile, FLAGS_IDENTITY, findCompiler, machineIdentity } from "./compiler.js";
import { privateFolder, readPrivateFile } from "./private-folder.js";

const SOURCE_FOLDER = fileURLToPath(new URL("../../../src/kernels/c", import.meta.url));
const MAIN_SOURCE = "kernels.c";

const POLL = 20;
const LONG_WAIT = 15_000;

/**
 * The kernels compiled for this machine: the path of a shared library in this user's cache, compiled if need be.
 *
 * Its name holds a digest of everything that decides about the code (source, compiler, flags, processor) and one of its
 * own content, so that an entry is found, checked and replaced by name alone: `kernels-<key>-<content>.so`.
 *
 * Another process may prune an entry at any time: who cannot load the file asks again.
 *
 * @throws TuttiError `library` if there is no compiler, it fails, or the cache cannot be used safely.
 */
export function compiledKernels(): string {
  const folder = privateFolder();
  const compiler = findCompiler();
  const stem = `kernels-${cacheKey(compiler)}`;
  return findEntry(folder, stem) ?? compileOnce(folder, stem, compiler);
}

function cacheKey(compiler: Compiler): string {
  const key = createHash("sha256").update(
    JSON.stringify([FLAGS_IDENTITY, compiler.identity, machineIdentity()]),
  );
  for (const name of readdirSync(SOURCE_FOLDER).sort()) {
    const content = readFileSync(join(SOURCE_FOLDER, name));
    key.update(`${name} ${content.length}\n`).update(content);
  }
  return key.digest("hex").slice(0, 32);
}

/** The undamaged entry of the cache, or undefined. Loading a damaged library could crash the process. */
function findEntry(folder: string, stem: string): string | undefined {
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(`${stem}-`) || !name.endsWith(".so")) continue;
    const file = join(folder, name);
    const content = readPrivateFile(file);
    if (content === undefined) continue; // pruned since the look into the folder
    if (name === `${stem}-${digest(content)}.so`) {
      markAsUsed(file);
      return file;
    }
    rmSync(file, { force: true });
  }
  return undefined;
}

/** Compiles, unless another process or thread is at it: then waits for its result. */
function compileOnce(folder: string, stem: string, compiler: Compiler): string {
  const lock = join(folder, `${stem}.lock`);
  const failure = join(folder, `${stem}.failed`);
  for (let waited = 0; ; waited += POLL) {
    const entry = findEntry(folder, stem);
    if (entry !== undefined) return entry;
    const failed = age(failure) < FAILURE_LASTS ? readPrivateFile(failure) : undefined;
    if (failed !== undefined) throw new TuttiError("library", failed.toString());
    if (!tryLock(lock)) {
      if (waited === LONG_WAIT) say(`still waiting for another process that compiles kernels (${lock})`);
      Atomics.wait(SLEEP, 0, 0, POLL);
      continue;
    }
    try {
      // Another may have finished between the look and the lock.
      return findEntry(folder, stem) ?? compileEntry(folder, stem, compiler);
    } catch (error) {
      if (error instanceof TuttiError) writeFileSync(failure, error.message, { mode: 0o600 });
      throw error;
    } finally {
      rmSync(lock, { force: true });
    }
  }
}

function compileEntry(folder: string, stem: string, compiler: Compiler): string {
  const temporary = join(folder, `.${randomUUID()}.so`);
  say("compiling kernels for this machine (once, some seconds)");
  try {
    compile(compiler, SOURCE_FOLDER, MAIN_SOURCE, temporary);
    chmodSync(temporary, 0o700);
    const file = join(folder, `${stem}-${digest(readPrivateFile(temporary)!)}.so`);
    renameSync(temporary, file);
    prune(folder);
    return file;
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** Takes the lock; one whose owner is gone is removed for the next attempt. */
function tryLock(lock: string): boolean {
  try {
    writeFileSync(lock, `${process.pid} ${hostname()}`, { flag: "wx", mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    if (age(lock) > LOCK_LASTS || ownerIsGone(lock)) rmSync(lock, { force: true });
    return false;
  }
}

/** Whether the lock names a process of this host that does not run any more. */
function ownerIsGone(lock: string): boolean {
  try {
    const [pid, host] = readFileSync(lock, "utf8").split(" ");
    if (host === hostname()) process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}

/** Tells a person at a terminal why nothing happens yet. */
function say(what: string): void {
  if (isatty(2)) writeSync(2, `tutti: ${what}\n`);
}

function digest(content: Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}

const SLEEP = new Int32Array(new SharedArrayBuffer(4));
