import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { libraryOf } from "./support/mpi.js";
import { noPetsc } from "./support/petsc.js";

/*
 * What the documents show is true: every `ts` block is written to the file that its first line names, and every line of
 * an `sh` block is run in that folder, in order. Blocks that are only indented are not run.
 */

const root = fileURLToPath(new URL("../..", import.meta.url));
const cli = join(root, "dist/lib/cli/main.js");
const documents = ["README.md", ...readdirSync(join(root, "docs")).map((name) => join("docs", name))].filter(
  (name) => name.endsWith(".md"),
);

interface Block {
  readonly language: string;
  readonly text: string;
}

function blocksOf(markdown: string): Block[] {
  return [...markdown.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language, text]) => ({ language, text }));
}

/** A table for the commands: three kinds that two of its columns tell apart. */
function table(): string {
  const rows = Array.from({ length: 120 }, (_, i) => {
    const kind = i % 3;
    return `${5 + kind + 0.01 * (i % 7)},${2 * kind - 0.02 * (i % 11)},${["red", "green"][i % 2]},${["a", "b", "c"][kind]}`;
  });
  return ["length,width,colour,species", ...rows, ""].join("\n");
}

async function runLine(line: string, folder: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const [command, ...args] = line.replace(/\s+#.*$/, "").split(/\s+/);
  assert.equal(command, "tutti", `only tutti's commands are run: ${line}`);
  const { stdout } = await promisify(execFile)(process.execPath, [cli, ...args], {
    cwd: folder,
    env: { ...process.env, ...env },
    timeout: 120_000,
  });
  return stdout;
}

for (const document of documents) {
  const blocks = blocksOf(readFileSync(join(root, document), "utf8"));
  const commands = blocks.filter(({ language }) => language === "sh");
  if (commands.length === 0) continue;
  describe(document, () => {
    const folder = mkdtempSync(join(tmpdir(), "tutti-docs-"));
    after(() => rmSync(folder, { recursive: true, force: true }));
    writeFileSync(join(folder, "table.csv"), table());
    const programs = new Set<string>();
    for (const { language, text } of blocks) {
      if (language !== "ts") continue;
      const name = /^\/\/ (\S+\.ts)\n/.exec(text)?.[1];
      assert.ok(name, `${document}: the first line of a program must name its file:\n${text}`);
      writeFileSync(join(folder, name), text);
      programs.add(name);
    }
    for (const line of commands.flatMap(({ text }) => text.trim().split("\n"))) {
      test(line, async () => {
        const output = await runLine(line, folder);
        assert.ok(output.trim().length > 0 || line.includes("--out"), "it says something");
      });
      for (const program of programs) if (line.includes(program)) programs.delete(program);
    }
    test("every program is run by a command", () => assert.deepEqual([...programs], []));
  });
}

describe("examples", () => {
  for (const file of readdirSync(join(root, "examples")).filter((name) => name.endsWith(".ts"))) {
    const path = join(root, "examples", file);
    const withPetsc = /"tutti\/(petsc|slepc)"/.test(readFileSync(path, "utf8"));
    test(basename(file), { skip: withPetsc && noPetsc }, async () => {
      // PETSc needs processes, of the MPI that it is built for
      const [engine, env] = withPetsc ? ["mpi", libraryOf("Open MPI")] : ["threads", {}];
      const output = await runLine(`tutti run --engine ${engine} -n 2 ${path}`, root, env);
      assert.ok(output.trim().length > 0, "it says something");
    });
  }
});
