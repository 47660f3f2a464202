import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { type ErrorCode, TuttiError } from "../../src/errors.js";

/** A folder that is removed when the test ends. */
export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "tutti-data-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A file in a folder that is removed when the test ends. */
export function temporaryFile(t: TestContext, name: string, content: Uint8Array | string): string {
  const path = join(temporaryFolder(t), name);
  writeFileSync(path, content);
  return path;
}

/** For assert.throws: a TuttiError of this code whose message has all the parts. */
export function tuttiError(code: ErrorCode, ...parts: (string | RegExp)[]): (error: unknown) => boolean {
  return (error) => {
    if (!(error instanceof TuttiError)) throw error;
    if (error.code !== code) throw new Error(`code is "${error.code}", not "${code}": ${error.message}`);
    for (const part of parts) {
      const found = typeof part === "string" ? error.message.includes(part) : part.test(error.message);
      if (!found) throw new Error(`no ${part} in: ${error.message}`);
    }
    return true;
  };
}

/** A generator of whole numbers below `limit`, the same for the same seed (Marsaglia, "Xorshift RNGs", 2003). */
export function randomIntegers(seed: number): (limit: number) => number {
  let state = seed | 1;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}

/**
 * Damages a valid file in many random ways and requires that each damaged file is read or refused with a TuttiError;
 * no other error, and no allocation far beyond the file's size. Returns how many were refused.
 */
export function fuzz(
  valid: Uint8Array,
  parse: (bytes: Uint8Array) => unknown,
  rounds: number,
  seed = 1,
): number {
  const random = randomIntegers(seed);
  let refused = 0;
  for (let round = 0; round < rounds; round++) {
    const bytes = damage(valid, random);
    try {
      parse(bytes);
    } catch (error) {
      if (!(error instanceof TuttiError)) {
        const file = Buffer.from(bytes).toString("base64");
        throw new Error(`round ${round} of seed ${seed}, file ${file}`, { cause: error });
      }
      refused++;
    }
  }
  return refused;
}

function damage(valid: Uint8Array, random: (limit: number) => number): Uint8Array {
  const bytes = Buffer.from(valid);
  switch (random(4)) {
    case 0: // a few bytes changed
      for (let n = 1 + random(4); n > 0; n--) bytes[random(bytes.length)] = random(256);
      return bytes;
    case 1: // cut off
      return bytes.subarray(0, random(bytes.length));
    case 2: {
      // a piece repeated
      const start = random(bytes.length);
      return Buffer.concat([bytes.subarray(0, start + random(bytes.length - start)), bytes.subarray(start)]);
    }
    default: {
      // a run of one extreme byte near the beginning, where lengths stand
      const start = random(Math.min(bytes.length, 64));
      return bytes.fill(random(2) * 255, start, Math.min(bytes.length, start + 1 + random(8)));
    }
  }
}
