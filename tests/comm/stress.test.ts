import { after, describe, test } from "node:test";
import { RankPool } from "../support/ranks.js";

const BODIES = new URL("./bodies/stress.js", import.meta.url).href;

for (const size of [2, 3, 6]) {
  describe(`many messages among ${size} ranks`, () => {
    const pool = new RankPool(size);
    after(() => pool.close());
    const stress = (body: string, arg?: unknown) => async () => {
      await pool.run(BODIES, body, arg, { timeoutMs: 60_000 });
    };
    for (const seed of [1, 2, 3]) test(`random traffic ${seed}`, stress("traffic", seed));
    test("more than the rings hold", stress("manyToOne"));
    test("collectives without a pause", stress("collectives", size > 2 ? 500 : 3000));
    test("more shared buffers than are kept known", stress("manyBuffers"));
    test("a WebAssembly memory that grows", stress("webAssemblyMemory"));
  });
}
