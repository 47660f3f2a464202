// The whole process `tutti run -n 2` of an empty script; and what `import "tutti"` takes, as the few files that the package
// exports and as the modules that they were joined from.
//   node dist/bench/startup.js [rounds]
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { interleave, roundsOr, run, tutti } from "./support.js";

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
  const importOf = (built: "lib" | "src") => () => {
    const module = new URL(`../${built}/index.js`, import.meta.url).href;
    const code = `const start = performance.now(); await import("${module}"); console.log(performance.now() - start);`;
    return Number(run(process.execPath, ["--input-type=module", "-e", code]));
  };
  const figures = interleave(rounds, {
    ...{ one: seconds("1"), two: seconds("2") },
    ...{ joined: importOf("lib"), modules: importOf("src") },
  });
  console.log(
    `tutti run of an empty script: 1 rank ${figures.one.toFixed(3)} s, 2 ranks ${figures.two.toFixed(3)} s (target: 0.5 s)`,
  );
  console.log(
    `import "tutti": joined ${figures.joined.toFixed(0)} ms, module by module ${figures.modules.toFixed(0)} ms`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
