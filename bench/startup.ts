// The whole process `tutti run -n 2` of an empty script.
//   node dist/bench/startup.js [rounds]
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { interleave, roundsOr, tutti } from "./support.js";

const rounds = roundsOr(11);
const folder = mkdtempSync(join(tmpdir(), "tutti-bench-"));
try {
  const script = join(folder, "empty.ts");
  writeFileSync(script, "export {};\n");
  const seconds = (ranks: string) => () => {
    const start = performance.now();
    tutti("run", "-n", ranks, script);
    return (performance.now() - start) / 1000;
  };
  const figures = interleave(rounds, { one: seconds("1"), two: seconds("2") });
  console.log(
    `tutti run of an empty script: 1 rank ${figures.one.toFixed(3)} s, 2 ranks ${figures.two.toFixed(3)} s (target: 0.5 s)`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
