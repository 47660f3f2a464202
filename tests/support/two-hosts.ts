import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Mpiexec } from "../../src/cli/mpiexec.js";

const SCRIPT = fileURLToPath(new URL("../../../tests/support/two-hosts.sh", import.meta.url));
const HOSTFILE = fileURLToPath(new URL("../../../examples/cluster/hostfile", import.meta.url));

/** Ends with the process that has started it, and everything inside with it; root need not be root outside. */
const NAMESPACE = [
  ...[
    "setpriv",
    "--pdeathsig",
    "KILL",
    "unshare",
    "--pid",
    "--fork",
    "--kill-child",
    "--mount",
    "--mount-proc",
  ],
  ...(process.getuid?.() === 0 ? [] : ["--map-root-user"]),
];

/** Why two hosts cannot be had here; undefined if they can. */
export function reasonForNoHosts(): string | undefined {
  if (process.platform !== "linux") return "needs the namespaces of Linux";
  if (spawnSync("ip", ["-V"]).status !== 0) return "needs the command ip: apt-get install iproute2";
  const [command, ...args] = [...NAMESPACE, "unshare", "--net", "--uts", "--ipc", "--mount", "true"];
  const { status, stderr, error } = spawnSync(command, args, { encoding: "utf8" });
  return status === 0 ? undefined : `this system makes no namespaces: ${error?.message ?? stderr.trim()}`;
}

/** An mpiexec whose ranks run on two hosts in turn, which are namespaces of this machine; new ones for each job. */
export class TwoHosts {
  /** As of the family that it was made of. */
  readonly mpiexec: Mpiexec;
  private readonly folder = mkdtempSync(join(tmpdir(), "tutti-hosts-"));

  constructor({ command, family, version }: Mpiexec) {
    this.mpiexec = { command: join(this.folder, "mpiexec"), family, version };
    const words = [...NAMESPACE, "sh", SCRIPT, this.folder, HOSTFILE, family, command];
    writeFileSync(this.mpiexec.command, `#!/bin/sh\nexec ${words.map(quoted).join(" ")} "$@"\n`);
    chmodSync(this.mpiexec.command, 0o755);
  }

  /** Bytes that have crossed the cable between the hosts, both ways, for each job that is over. */
  get cable(): number[] {
    return this.lines("cable").map(Number);
  }

  /** Files of Tutti that jobs have left in folders for temporary files. */
  get left(): string[] {
    return this.lines("left").filter((name) => name.startsWith("tutti"));
  }

  private lines(name: string): string[] {
    const file = join(this.folder, name);
    return existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean) : [];
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
