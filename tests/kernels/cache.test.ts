import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { describeIn, inProcess, temporaryFolder } from "./child.js";

const compiler = spawnSync("cc", ["--version"]).status === 0;
const needsCompiler = { skip: compiler ? false : "there is no C compiler; apt-get install gcc" };

function giveTo(user: number, path: string): boolean {
  const command = ["chown", String(user), path];
  if (process.getuid?.() !== 0) command.unshift("sudo", "-n");
  return spawnSync(command[0], command.slice(1)).status === 0;
}

function mayGiveAway(): boolean {
  return process.getuid?.() === 0 || spawnSync("sudo", ["-n", "true"]).status === 0;
}

/** An environment with an empty cache, and a compiler that is quick because it does not optimise. */
function freshCache(t: TestContext): { env: NodeJS.ProcessEnv; cache: string; compilations: () => number } {
  const folder = temporaryFolder(t);
  const log = join(folder, "compilations");
  const quick = join(folder, "quick-cc");
  writeFileSync(quick, `#!/bin/sh\necho once >> '${log}'\nexec cc "$@" -O0\n`, { mode: 0o755 });
  const env = { PATH: process.env.PATH, HOME: folder, CC: quick };
  const compilations = () => (existsSync(log) ? readFileSync(log, "utf8").trim().split("\n").length : 0);
  return { env, cache: join(folder, ".cache", "tutti"), compilations };
}

/** The one compiled library of a cache. */
function entryOf(cache: string): string {
  const entries = readdirSync(cache).filter((name) => name.endsWith(".so"));
  assert.equal(entries.length, 1, `${cache} holds ${readdirSync(cache)}`);
  return join(cache, entries[0]);
}

/** Asserts that kernels fell back to WebAssembly, for a reason that mentions `reason`. */
async function fallsBack(env: NodeJS.ProcessEnv, reason: RegExp): Promise<void> {
  const { target, targets } = await describeIn(env);
  assert.match(targets.native.reason ?? "", reason);
  assert.equal(targets.native.available, false);
  assert.match(target ?? "", /^wasm/);
}

describe("the cache of compiled kernels", needsCompiler, () => {
  test("compiles once, into a folder of this user alone", async (t) => {
    const { env, cache, compilations } = freshCache(t);
    assert.equal((await describeIn(env)).target, "native");
    const entry = entryOf(cache);
    assert.equal(statSync(cache).mode & 0o777, 0o700);
    assert.equal(statSync(entry).mode & 0o077, 0);
    assert.equal((await describeIn(env)).targets.native.detail, entry);
    assert.equal(compilations(), 1);
  });

  test("XDG_CACHE_HOME comes before HOME, unless it is relative", async (t) => {
    const { env, cache } = freshCache(t);
    const xdg = join(env.HOME!, "xdg");
    await describeIn({ ...env, XDG_CACHE_HOME: xdg });
    entryOf(join(xdg, "tutti"));
    assert.equal(existsSync(cache), false);
    await describeIn({ ...env, XDG_CACHE_HOME: "xdg" });
    entryOf(cache);
  });

  test("processes that start together compile once", async (t) => {
    const { env, cache, compilations } = freshCache(t);
    const found = await Promise.all([1, 2, 3].map(() => describeIn(env)));
    for (const { target } of found) assert.equal(target, "native");
    entryOf(cache);
    assert.equal(compilations(), 1);
  });

  test("the lock of a process that is gone stops nobody", async (t) => {
    const { env, cache } = freshCache(t);
    await describeIn(env);
    const entry = entryOf(cache);
    const gone = spawnSync(process.execPath, ["--eval", ""]).pid;
    const host = spawnSync(process.execPath, ["--print", "os.hostname()"], {
      encoding: "utf8",
    }).stdout.trim();
    renameSync(entry, join(env.HOME!, "moved"));
    writeFileSync(entry.replace(/-[^-]*$/, ".lock"), `${gone} ${host}`);
    assert.equal((await describeIn(env)).target, "native");
    assert.equal(entryOf(cache), entry);
  });

  test("another compiler makes another entry", async (t) => {
    const { env, cache } = freshCache(t);
    await describeIn(env);
    writeFileSync(env.CC!, `${readFileSync(env.CC!)}# changed\n`);
    await describeIn(env);
    assert.equal(readdirSync(cache).filter((name) => name.endsWith(".so")).length, 2);
  });

  for (const [what, damage] of [
    ["truncated", (entry: string) => truncateSync(entry, statSync(entry).size >> 1)],
    ["empty", (entry: string) => truncateSync(entry, 0)],
    [
      "changed",
      (entry: string) =>
        writeFileSync(
          entry,
          readFileSync(entry).map((byte, i) => (i === 5000 ? ~byte : byte)),
        ),
    ],
  ] as const)
    test(`a ${what} entry is compiled anew`, async (t) => {
      const { env, cache, compilations } = freshCache(t);
      await describeIn(env);
      const entry = entryOf(cache);
      const content = readFileSync(entry);
      damage(entry);
      assert.equal((await describeIn(env)).target, "native");
      assert.deepEqual(readFileSync(entryOf(cache)), content);
      assert.equal(compilations(), 2);
    });
});

describe("entries of the cache that nobody uses are removed", needsCompiler, () => {
  const KEY = "0".repeat(32);
  const CONTENT = "1".repeat(64);
  const DAY = 86_400_000;

  /** Lets a file seem to have been written so long ago (ms). */
  function makeOld(file: string, age: number): void {
    const then = new Date(Date.now() - age);
    utimesSync(file, then, then);
  }

  test("after a compilation, by age, by name and only files", async (t) => {
    const { env, cache } = freshCache(t);
    mkdirSync(cache, { recursive: true, mode: 0o700 });
    const put = (name: string, age: number) => {
      writeFileSync(join(cache, name), "");
      makeOld(join(cache, name), age);
      return name;
    };
    put(`kernels-${KEY}-${CONTENT}.so`, 31 * DAY);
    put(`kernels-${KEY}.failed`, 0.1 * DAY);
    put(`kernels-${KEY}.lock`, 0.1 * DAY);
    put(".01234567-89ab-cdef-0123-456789abcdef.so", 0.1 * DAY);
    const kept = [
      put(`kernels-${KEY}-${CONTENT.replace("1", "2")}.so`, 29 * DAY),
      put(`kernels-${KEY.replace("0", "3")}.lock`, 0),
      put(".11234567-89ab-cdef-0123-456789abcdef.so", 0),
      put("notes.so", 99 * DAY),
      put(".hidden", 99 * DAY),
      put(`kernels-${KEY}-${CONTENT}.so.bak`, 99 * DAY),
      put(`kernels-${KEY}-${CONTENT.slice(1)}.so`, 99 * DAY),
    ];
    const elsewhere = join(env.HOME!, "elsewhere");
    writeFileSync(elsewhere, "");
    makeOld(elsewhere, 99 * DAY);
    const link = `kernels-${KEY}-${CONTENT.replace("1", "4")}.so`;
    symlinkSync(elsewhere, join(cache, link));
    lutimesSync(join(cache, link), 0, 0);
    const folder = `kernels-${KEY}-${CONTENT.replace("1", "5")}.so`;
    mkdirSync(join(cache, folder));
    makeOld(join(cache, folder), 99 * DAY);

    const { detail } = (await describeIn(env)).targets.native;
    assert.deepEqual(readdirSync(cache).sort(), [...kept, link, folder, basename(detail!)].sort());
    assert.equal(readlinkSync(join(cache, link)), elsewhere);
    assert.ok(existsSync(elsewhere));
  });

  test("not by a start that compiles nothing", async (t) => {
    const { env, cache } = freshCache(t);
    await describeIn(env);
    const entry = entryOf(cache);
    const old = join(cache, `kernels-${KEY}-${CONTENT}.so`);
    writeFileSync(old, "");
    makeOld(old, 99 * DAY);
    makeOld(entry, 99 * DAY);
    assert.equal((await describeIn(env)).targets.native.detail, entry);
    assert.ok(existsSync(old));
  });

  test("use keeps an entry; at most one use a day is written down", async (t) => {
    const { env, cache } = freshCache(t);
    await describeIn(env);
    const entry = entryOf(cache);
    makeOld(entry, 0.9 * DAY);
    const { mtimeMs } = statSync(entry);
    await describeIn(env);
    assert.equal(statSync(entry).mtimeMs, mtimeMs);
    makeOld(entry, 1.1 * DAY);
    await describeIn(env);
    assert.ok(Date.now() - statSync(entry).mtimeMs < 0.1 * DAY);
    makeOld(entry, 31 * DAY);
    await describeIn(env);
    writeFileSync(env.CC!, `${readFileSync(env.CC!)}# changed\n`);
    await describeIn(env);
    assert.ok(existsSync(entry));
  });

  // Another process removes the entry after each of the steps by which this one finds it.
  for (const [step, after] of [
    ["the look into the folder", "readdirSync"],
    ["the entry was opened", "openSync"],
    ["the entry was checked", "lutimesSync"],
  ])
    test(`an entry that vanishes after ${step} is compiled anew`, async (t) => {
      const { env, cache, compilations } = freshCache(t);
      await describeIn(env);
      const entry = entryOf(cache);
      makeOld(entry, 2 * DAY);
      const target = await inProcess(
        `const { default: fs } = await import("node:fs");
         const { syncBuiltinESMExports } = await import("node:module");
         const original = fs.${after};
         fs.${after} = (path, ...others) => {
           const result = original(path, ...others);
           if (path.startsWith(${JSON.stringify(cache)})) {
             fs.rmSync(${JSON.stringify(entry)});
             fs.${after} = original;
             syncBuiltinESMExports();
           }
           return result;
         };
         syncBuiltinESMExports();
         return k.kernels().target;`,
        env,
      );
      assert.equal(target, "native");
      assert.equal(entryOf(cache), entry);
      assert.equal(compilations(), 2);
    });
});

describe("a cache that others can write is not used", needsCompiler, () => {
  test("a folder that the group or everybody may write", async (t) => {
    const { env, cache } = freshCache(t);
    mkdirSync(cache, { recursive: true });
    for (const mode of [0o770, 0o707]) {
      chmodSync(cache, mode);
      await fallsBack(env, /can be written by other users \(mode 07[07]{2}\)/);
    }
    assert.deepEqual(readdirSync(cache), []);
  });

  test("a folder in one that everybody may write", async (t) => {
    const { env, cache } = freshCache(t);
    mkdirSync(cache, { recursive: true, mode: 0o700 });
    chmodSync(join(cache, ".."), 0o777);
    await fallsBack(env, /\.cache can be written by everybody/);
  });

  test("a symbolic link in place of the folder", async (t) => {
    const { env, cache } = freshCache(t);
    const elsewhere = join(env.HOME!, "elsewhere");
    mkdirSync(elsewhere, { mode: 0o700 });
    mkdirSync(join(cache, ".."));
    symlinkSync(elsewhere, cache);
    await fallsBack(env, /is a symbolic link/);
    assert.deepEqual(readdirSync(elsewhere), []);
  });

  test("a symbolic link in place of an entry", async (t) => {
    const { env, cache } = freshCache(t);
    await describeIn(env);
    const entry = entryOf(cache);
    const elsewhere = join(env.HOME!, "elsewhere.so");
    renameSync(entry, elsewhere);
    symlinkSync(elsewhere, entry);
    await fallsBack(env, /is a symbolic link/);
  });

  test("an entry that everybody may write", async (t) => {
    const { env, cache } = freshCache(t);
    await describeIn(env);
    chmodSync(entryOf(cache), 0o722);
    await fallsBack(env, /can be written by other users/);
  });

  const foreign = {
    skip: mayGiveAway() ? false : "giving files to another user takes root, or sudo without a password",
  };
  test("a folder or an entry of another user", foreign, async (t) => {
    const { env, cache } = freshCache(t);
    const user = process.getuid!();
    await describeIn(env);
    const entry = entryOf(cache);
    giveTo(54321, entry);
    await fallsBack(env, /belongs to user 54321/);
    giveTo(user, entry);
    giveTo(54321, cache);
    await fallsBack(env, /belongs to user 54321/);
    giveTo(user, cache);
  });
});

describe("without compiled kernels the embedded ones are used, and the reason is known", () => {
  test("CC names no program", async (t) => {
    const { env } = freshCache(t);
    await fallsBack(
      { ...env, CC: "/nonexistent/cc -O2" },
      /CC names \/nonexistent\/cc, which is not a program/,
    );
  });

  test("no compiler in PATH", async (t) => {
    const { env } = freshCache(t);
    await fallsBack({ ...env, CC: undefined, PATH: "" }, /there is no C compiler.*install/);
  });

  test("the compiler fails: its words are kept, and ranks that follow do not try again", async (t) => {
    const { env, cache, compilations } = freshCache(t);
    writeFileSync(
      env.CC!,
      `${readFileSync(env.CC!, "utf8").replace("exec cc", "echo 'error: no registers' >&2; false")}`,
    );
    await fallsBack(env, /cannot compile the kernels: error: no registers/);
    const tried = compilations();
    await fallsBack(env, /cannot compile the kernels: error: no registers/);
    assert.equal(compilations(), tried);
    assert.deepEqual(
      readdirSync(cache).filter((name) => !name.endsWith(".failed")),
      [],
    );
  });

  test("neither HOME nor XDG_CACHE_HOME", async (t) => {
    const { env } = freshCache(t);
    await fallsBack({ ...env, HOME: undefined }, /neither XDG_CACHE_HOME nor HOME/);
  });

  test("a home that cannot be written", async (t) => {
    const { env } = freshCache(t);
    // A file where a folder would have to be stops even root.
    const HOME = join(env.HOME!, "file");
    writeFileSync(HOME, "");
    await fallsBack({ ...env, HOME }, /cannot be created \(ENOTDIR\)/);
    const readOnly = existsSync("/proc/self");
    if (readOnly) await fallsBack({ ...env, HOME: "/proc" }, /cannot be created \(E\w+\)/);
  });

  test("a library that the loader refuses", {
    skip: compiler ? false : "needs cc; apt-get install gcc",
  }, async (t) => {
    const { env } = freshCache(t);
    writeFileSync(env.CC!, '#!/bin/sh\nwhile [ "$1" != -o ]; do shift; done\necho garbage > "$2"\n');
    await fallsBack(env, /cannot load .*kernels-/);
  });
});
