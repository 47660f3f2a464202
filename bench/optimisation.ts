// Training as optimisation, whole processes on 2 ranks, beside scripts in numpy, mpi4py and petsc4py.
//   node dist/bench/optimisation.js [rounds]
// The peers need Debian's python3-petsc4py, python3-mpi4py, python3-numpy and openmpi-bin, and GNU time for the memory.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { median } from "../src/cli/bench/timing.js";
import { petsc4pyFolder } from "./petsc-peers.js";
import { mpiPlacement, peers, python, roundsOr } from "./support.js";

const RANKS = 2;
const TIME = "/usr/bin/time";
const cli = fileURLToPath(new URL("../lib/cli/main.js", import.meta.url));
const example = (name: string) => fileURLToPath(new URL(`../../examples/${name}.ts`, import.meta.url));

/**
 * What is measured, and what the scripts took that the examples are modelled on, which are not here: on an idle machine of 2
 * cores, with how much faster than that is wanted, and of their memory what share.
 */
const CASES = [
  {
    title: "deep classifier, defaults: 10,000 × 16, 32-16, 50 iterations of lmvm",
    ...{ program: "14-deep-classifier", script: "petsc4py_classifier.py", args: [] },
    published: { seconds: 0.85, times: 1.5 },
  },
  {
    title: "deep classifier, 200,000 × 64, 256-128, 10 iterations of lmvm",
    ...{ program: "14-deep-classifier", script: "petsc4py_classifier.py" },
    args: "--samples 200000 --features 64 --hidden1 256 --hidden2 128 --epochs 10".split(" "),
    published: { seconds: 22.5, times: 2.5 },
  },
  {
    title: "logistic regression, 1,000,000 × 128, 10 epochs of mini-batches",
    ...{ program: "13-logistic-regression", script: "petsc4py_logistic.py" },
    args: "--samples 1000000 --features 128 --epochs 10".split(" "),
    published: { seconds: 10.5, times: 4, megabytes: 2100, share: 1 / 3 },
  },
];

interface Measured {
  readonly seconds: number;
  /** The most memory that a rank has held. */
  readonly megabytes: number;
}

const folder = petsc4pyFolder();
if (folder === undefined) throw new Error("there is no petsc4py: apt-get install python3-petsc4py");
if (!existsSync(TIME)) throw new Error(`there is no ${TIME}: apt-get install time`);
const one = { OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1" };
const rounds = roundsOr(5);
for (const { title, program, script, args, published } of CASES) {
  const [ours, theirs]: [Measured[], Measured[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    // ranks that are threads share one process
    ours.push(measure(RANKS, process.execPath, [cli, "run", "-n", `${RANKS}`, example(program), ...args]));
    const peer = [...mpiPlacement(RANKS), python, `${peers}/${script}`, ...args];
    theirs.push(measure(1, "mpirun", peer, { ...one, PYTHONPATH: folder }));
  }
  const figures = (all: Measured[]) => {
    const seconds = all.map((each) => each.seconds);
    const memory = median(all.map((each) => each.megabytes));
    return `median ${median(seconds).toFixed(2)} s, best ${Math.min(...seconds).toFixed(2)} s, ${memory.toFixed(0)} MB a rank`;
  };
  const ratio = (of: (all: number[]) => number) =>
    of(theirs.map(({ seconds }) => seconds)) / of(ours.map(({ seconds }) => seconds));
  console.log(title);
  console.log(`  Tutti     ${figures(ours)}`);
  const best = ratio((all) => Math.min(...all)).toFixed(2);
  console.log(
    `  petsc4py  ${figures(theirs)}; ${ratio(median).toFixed(2)} times as long, of the best ${best}`,
  );
  const times = (published.seconds / median(ours.map(({ seconds }) => seconds))).toFixed(2);
  console.log(`  published ${published.seconds} s; ${times} times as long (wanted: ${published.times})`);
  if (published.megabytes === undefined) continue;
  const share = median(ours.map(({ megabytes }) => megabytes)) / published.megabytes;
  console.log(
    `            ${published.megabytes} MB a rank; Tutti ${share.toFixed(2)} of it (wanted: ${published.share.toFixed(2)})`,
  );
}

/** Time and memory of a whole command; the memory is that of its largest process, which so many ranks share. */
function measure(
  ranks: number,
  command: string,
  args: string[],
  variables: Record<string, string> = {},
): Measured {
  const env = { ...process.env, ...variables };
  const timed = ["-f", "%e %M", command, ...args];
  const { status, stderr, error } = spawnSync(TIME, timed, {
    env,
    encoding: "utf8",
    timeout: 600_000,
  });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed: ${error?.message ?? stderr}`);
  const [seconds, kilobytes] = stderr.trim().split("\n").at(-1)!.split(" ").map(Number);
  return { seconds, megabytes: kilobytes / 1024 / ranks };
}
