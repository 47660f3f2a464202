import { spawnSync } from "node:child_process";
import { accessSync, closeSync, constants, openSync, readSync, realpathSync, statSync } from "node:fs";
import { cpus } from "node:os";
import { delimiter, isAbsolute, join, resolve } from "node:path";
import { TuttiError } from "../errors.js";

/** A C compiler, and what tells it from another. */
export interface Compiler {
  /** The program and the arguments that come first, as in `CC="ccache gcc"`. */
  readonly command: readonly string[];
  /** Changes when another compiler or version is installed, without running it. */
  readonly identity: string;
}

/** Longest time that compiling may take, in milliseconds. */
export const COMPILE_TIMEOUT = 120_000;

// No -ffast-math: it would let the compiler cancel the roundings that exp is made of. No -ffp-contract: compilers fuse
// multiplications and additions without it, but with it clang fuses also where the source forbids it (c/unfused_begin.h).
const FLAGS = [
  "-std=gnu11",
  "-O3",
  "-fno-math-errno",
  "-fno-trapping-math",
  "-fvisibility=hidden",
  "-fPIC",
  "-shared",
];

/** How compilers are told to use all instructions of this machine, in order of preference. */
const MACHINE_FLAGS = [["-march=native"], ["-mcpu=native"], []];

/** What decides about the compiled code beside the source, the compiler and the machine. */
export const FLAGS_IDENTITY = JSON.stringify([FLAGS, MACHINE_FLAGS]);

/**
 * The compiler that `CC` names, or else the system's.
 *
 * @throws TuttiError `library` if there is none.
 */
export function findCompiler(): Compiler {
  const forced = process.env.CC?.split(/\s+/).filter(Boolean) ?? [];
  for (const command of forced.length > 0 ? [forced] : [["cc"], ["gcc"], ["clang"]]) {
    const path = findProgram(command[0]);
    if (path === undefined) continue;
    const program = realpathSync(path);
    const { size, mtimeMs } = statSync(program);
    return {
      command: [path, ...command.slice(1)],
      identity: JSON.stringify([command, program, size, mtimeMs]),
    };
  }
  const what =
    forced.length > 0
      ? `CC names ${forced[0]}, which is not a program`
      : "there is no C compiler (cc, gcc, clang)";
  throw new TuttiError("library", `${what}; install one: ${INSTALL_COMPILER}`, {});
}

/** How to get a C compiler here. */
export const INSTALL_COMPILER =
  process.platform === "darwin"
    ? "xcode-select --install"
    : "apt-get install gcc, dnf install gcc, or apk add gcc musl-dev";

/**
 * Compiles `source` for this machine into the shared library `output`.
 *
 * @throws TuttiError `library` with the compiler's first complaint.
 */
export function compile(compiler: Compiler, folder: string, source: string, output: string): void {
  const [program, ...first] = compiler.command;
  const deadline = Date.now() + COMPILE_TIMEOUT;
  let complaint = "";
  for (const machine of MACHINE_FLAGS) {
    const result = spawnSync(program, [...first, ...FLAGS, ...machine, "-o", output, source, "-lm"], {
      cwd: folder,
      encoding: "utf8",
      stdio: ["ignore", "ignore", "pipe"],
      timeout: Math.max(1, deadline - Date.now()),
    });
    if (result.status === 0) return;
    if (result.error) complaint ||= result.error.message;
    complaint ||=
      result.stderr.split("\n").find((line) => /error/i.test(line)) ?? result.stderr.split("\n")[0];
    complaint ||= `it ended with ${result.signal ?? `exit code ${result.status}`}`;
    if (result.signal) break;
  }
  throw new TuttiError("library", `${compiler.command.join(" ")} cannot compile the kernels: ${complaint}`, {
    complaint,
  });
}

/** Model and features of the processor: compiled kernels use all of them, so they run on no other. */
export function machineIdentity(): string {
  const facts: string[] = [process.platform, process.arch];
  try {
    // The first processor is at the beginning; reading all of the file takes long on machines with many.
    const start = Buffer.alloc(8192);
    const descriptor = openSync("/proc/cpuinfo", "r");
    const text = start.toString("latin1", 0, readSync(descriptor, start));
    closeSync(descriptor);
    facts.push(
      ...(text.split("\n\n")[0].match(/^(model name|flags|Features|CPU \w+|isa|uarch)\s*:.*$/gm) ?? []),
    );
  } catch {
    facts.push(cpus()[0]?.model ?? "");
  }
  return facts.join("\n");
}

function findProgram(name: string): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter).filter(isAbsolute);
  const candidates = name.includes("/") ? [resolve(name)] : folders.map((folder) => join(folder, name));
  return candidates.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return statSync(path).isFile();
    } catch {
      return false;
    }
  });
}
