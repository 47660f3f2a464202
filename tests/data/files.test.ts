import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { atomicWriteFile, readBytes } from "../../src/data/files.js";
import { temporaryFile, temporaryFolder, tuttiError } from "./helpers.js";

test("chunks of text and of bytes make one new file; the umask decides its permissions", (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, "out.bin");
  atomicWriteFile(path, ["Grüße\n", Uint8Array.of(0, 255), new Uint8Array(new SharedArrayBuffer(2))]);
  assert.deepEqual(readFileSync(path), Buffer.concat([Buffer.from("Grüße\n"), Buffer.from([0, 255, 0, 0])]));
  writeFileSync(join(folder, "plain"), "");
  assert.equal(statSync(path).mode, statSync(join(folder, "plain")).mode);
  assert.deepEqual(readdirSync(folder).sort(), ["out.bin", "plain"]);
});

test("a replaced file keeps its permissions, a link keeps pointing", (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, "secret");
  writeFileSync(path, "old");
  chmodSync(path, 0o600);
  symlinkSync("secret", join(folder, "link"));
  atomicWriteFile(join(folder, "link"), ["new"]);
  assert.equal(readFileSync(path, "utf8"), "new");
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(folder).sort(), ["link", "secret"]);
});

test("if the content cannot be made the old file stays and nothing else is left", (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, "out");
  atomicWriteFile(path, ["old"]);
  const failing = function* () {
    yield "half";
    throw new RangeError("no more");
  };
  assert.throws(() => atomicWriteFile(path, failing()), tuttiError("file", "out", "no more"));
  assert.equal(readFileSync(path, "utf8"), "old");
  assert.deepEqual(readdirSync(folder), ["out"]);
});

test("where nothing can be written", (t) => {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, "folder"));
  writeFileSync(join(folder, "file"), "x");
  const refuse = (name: string, ...parts: string[]) =>
    assert.throws(() => atomicWriteFile(join(folder, name), ["x"]), tuttiError("file", name, ...parts));
  refuse("folder", "it is a folder");
  refuse("none/out", "no such file or folder");
  refuse("file/out", "not a folder");
  refuse("n".repeat(300), "too long");
  assert.deepEqual(readdirSync(folder).sort(), ["file", "folder"]);
});

test("a device is written to, not replaced, and says when it is full", {
  skip: !existsSync("/dev/full") && "needs /dev/full",
}, () => {
  assert.throws(() => atomicWriteFile("/dev/full", ["x"]), tuttiError("file", "/dev/full", "no space left"));
  atomicWriteFile("/dev/null", ["x"]);
  assert.ok(statSync("/dev/full").isCharacterDevice() && statSync("/dev/null").isCharacterDevice());
});

// In a process of its own, whose limits do not touch the other tests. SIGXFSZ ignored turns the limit into an error.
const CHILD = `
  import { atomicWriteFile } from ${JSON.stringify(new URL("../../src/data/files.js", import.meta.url).href)};
  try {
    atomicWriteFile(process.argv[1], Array(64).fill(Buffer.alloc(65536)));
    console.log("written");
  } catch (error) {
    console.log(error.code, error.data.code, error.message);
  }`;

test("a write that hits the largest file size leaves the old file alone", {
  skip: process.platform === "win32" && "needs a POSIX shell",
}, (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, "out");
  writeFileSync(path, "old");
  const shell = 'trap "" XFSZ; ulimit -f 100; exec "$0" --input-type=module -e "$1" "$2"';
  const child = spawnSync("sh", ["-c", shell, process.execPath, CHILD, path], { encoding: "utf8" });
  assert.match(
    child.stdout,
    /^file EFBIG atomicWriteFile: cannot write '.*out': the file would be larger/,
    child.stderr,
  );
  assert.equal(readFileSync(path, "utf8"), "old");
  assert.deepEqual(readdirSync(folder), ["out"]);
});

test("a full disk leaves the old file alone", (t) => {
  const folder = temporaryFolder(t);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", folder], { stdio: "ignore" });
  } catch {
    t.skip("needs the right to mount a small tmpfs");
    return;
  }
  try {
    const path = join(folder, "out");
    writeFileSync(path, "old");
    const big = () => atomicWriteFile(path, Array(64).fill(Buffer.alloc(65536)));
    assert.throws(big, tuttiError("file", "out", "no space left on the device", "ENOSPC"));
    assert.equal(readFileSync(path, "utf8"), "old");
    assert.deepEqual(readdirSync(folder), ["out"]);
  } finally {
    execFileSync("umount", [folder]);
  }
});

test("a reader of the file never sees a part of it", (t) => {
  const path = temporaryFile(t, "out", "a".repeat(1_000_000));
  const seen = new Set<number>();
  const watching = function* () {
    for (let i = 0; i < 10; i++) {
      seen.add(readFileSync(path).length);
      yield "b".repeat(200_000);
    }
  };
  atomicWriteFile(path, watching());
  assert.deepEqual([...seen], [1_000_000]);
  assert.equal(readFileSync(path, "utf8"), "b".repeat(2_000_000));
});

test("reading: files, pipes, shared memory, and a bound", {
  skip: process.platform === "win32" && "needs a POSIX shell",
}, (t) => {
  const path = temporaryFile(t, "in", "0123456789");
  assert.equal(Buffer.from(readBytes(path)).toString(), "0123456789");
  const shared = readBytes(path, { shared: true });
  assert.ok(shared.buffer instanceof SharedArrayBuffer);
  assert.equal(shared.length, 10);
  assert.throws(() => readBytes(path, { maxBytes: 9 }), tuttiError("file", "larger than 9 bytes"));
  const read = `import { readBytes } from ${JSON.stringify(new URL("../../src/data/files.js", import.meta.url).href)};
    console.log(readBytes("/dev/stdin").length);`;
  const child = spawnSync(
    "sh",
    ["-c", 'head -c 3000000 /dev/zero | "$0" --input-type=module -e "$1"', process.execPath, read],
    {
      encoding: "utf8",
    },
  );
  assert.equal(child.stdout, "3000000\n", child.stderr);
});
