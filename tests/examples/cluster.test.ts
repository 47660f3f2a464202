import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, readdirSync, readFileSync } from "node:fs";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { MAIN, Project } from "../cli/tutti.js";
import { asUser, FAMILIES, mpiexecOf } from "../support/mpi.js";

/* The files for clusters are right as far as one machine without Slurm, Docker and Kubernetes can tell. */

const root = fileURLToPath(new URL("../../..", import.meta.url));
const path = (name: string) => `${root}/examples/cluster/${name}`;
const read = (name: string) => readFileSync(path(name), "utf8");

const HELLO = `import { world } from "tutti/comm";
const comm = world();
console.log(\`hello from \${comm.rank} of \${comm.allreduce(1)}\`);`;

/** A project in which `npx tutti` starts this command line. */
const project = new Project({
  "script.ts": HELLO,
  "node_modules/.bin/tutti": `#!/bin/sh\nexec '${process.execPath}' '${MAIN}' "$@"\n`,
  "package.json": '{ "name": "a-project", "version": "1.0.0" }',
  "package-lock.json":
    '{ "name": "a-project", "version": "1.0.0", "lockfileVersion": 3, "packages": { "": { "name": "a-project", "version": "1.0.0" } } }',
});
chmodSync(project.path("node_modules/.bin/tutti"), 0o755);
after(() => project[Symbol.dispose]());

const shell = (script: string, env: Record<string, string>, cwd = project.folder) =>
  spawnSync("bash", ["-c", script], asUser(cwd, { TMPDIR: project.temporary, ...env }));

const installed = FAMILIES.flatMap(({ family }) => mpiexecOf(family)?.command ?? []);
const needsMpi = installed.length > 0 ? false : `needs MPI: ${FAMILIES[0].install}`;

describe("job.slurm", () => {
  test("is a script of bash", () => assert.equal(shell(`bash -n '${path("job.slurm")}'`, {}).status, 0));

  test("asks for what sbatch knows, before its first command", () => {
    const [head] = read("job.slurm").split(/^set /m);
    const options = [...head.matchAll(/^#SBATCH --([\w-]+)=(\S+)$/gm)].map(([, name]) => name);
    assert.equal(options.length, read("job.slurm").match(/^#SBATCH/gm)!.length);
    const known = ["job-name", "nodes", "ntasks-per-node", "cpus-per-task", "time", "output"];
    assert.deepEqual(options, known);
  });

  // Where there is a Slurm, it says itself whether it would take the job.
  if (spawnSync("scontrol", ["ping"]).status === 0)
    test("would be taken by sbatch", () => {
      const { status, stderr } = shell(
        `sbatch --test-only -N 1 --ntasks-per-node=1 '${path("job.slurm")}'`,
        {},
      );
      assert.equal(status, 0, stderr);
    });

  test("starts one rank for each task, with any launcher", { skip: needsMpi }, () => {
    for (const mpiexec of installed) {
      const env = { LAUNCH: `${mpiexec} -n 3`, SCRIPT: "script.ts" };
      const { status, stdout, stderr } = shell(read("job.slurm"), env);
      assert.equal(status, 0, stdout + stderr);
      assert.match(stdout, /^Tutti \d/);
      const hello = stdout.split("\n").filter((line) => line.startsWith("hello"));
      assert.deepEqual(hello.sort(), ["hello from 0 of 3", "hello from 1 of 3", "hello from 2 of 3"]);
    }
  });

  test("fails with a script that fails, and says what is missing without one", { skip: needsMpi }, () => {
    assert.notEqual(shell(read("job.slurm"), { LAUNCH: installed[0], SCRIPT: "none.ts" }).status, 0);
    const { status, stderr } = shell(read("job.slurm"), { LAUNCH: installed[0] });
    assert.notEqual(status, 0);
    assert.match(stderr, /SCRIPT: the script to run/);
  });
});

test("the hostfile names each host once for each rank, without words of one library", () => {
  for (const line of read("hostfile").trim().split("\n")) assert.match(line, /^[a-z0-9]+$/);
});

describe("Dockerfile", () => {
  /** Instructions with what follows them, lines joined, comments left out. */
  const instructions = read("Dockerfile")
    .replace(/^#.*\n/gm, "")
    .replace(/\\\n/g, " ")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => /^([A-Z]+) +(.*)$/.exec(line)!.slice(1));
  const all = (name: string) =>
    instructions.filter(([instruction]) => instruction === name).map(([, rest]) => rest);

  test("begins with an image of a Node that Tutti runs on", () => {
    const { engines } = JSON.parse(readFileSync(`${root}/package.json`, "utf8"));
    assert.equal(instructions[0][0], "FROM");
    const major = Number(/^node:(\d+)-bookworm-slim$/.exec(instructions[0][1])![1]);
    assert.ok(major >= Number(/>=(\d+)/.exec(engines.node)![1]));
  });

  test("has the instructions that Docker knows, those that change least first", () => {
    const names = instructions.map(([name]) => name);
    assert.deepEqual(names, ["FROM", "RUN", "RUN", "WORKDIR", "COPY", "RUN", "COPY", "ENV", "CMD"]);
    for (const line of all("ENV")) assert.match(line, /^(\w+=\w+ ?)+$/);
  });

  test("installs the packages that the tests install, and ssh", () => {
    const [command] = all("RUN");
    const packages = /--no-install-recommends (.*?) &&/.exec(command.replace(/ +/g, " "))![1].split(" ");
    const tested = readFileSync(`${root}/scripts/system-packages.mjs`, "utf8");
    for (const name of packages)
      assert.ok(name.startsWith("openssh-") || tested.includes(`"${name}"`), `${name} is tested nowhere`);
    assert.ok(packages.includes("openmpi-bin"));
  });

  test("its other commands run in their order, and its program starts", () => {
    using image = new Project({
      "etc/ssh/sshd_config": "Port 22\n#StrictModes yes\n",
      "etc/ssh/ssh_config": "Host *\n",
    });
    const [, ...commands] = all("RUN");
    for (const command of commands) {
      const inside = command.replace(/ (\/(run|etc)\/)/g, ` ${image.folder}$1`);
      const { status, stderr } = shell(
        `set -e; cp '${project.folder}'/package*.json .; ${inside}`,
        {},
        image.folder,
      );
      assert.equal(status, 0, `${inside}\n${stderr}`);
    }
    const etc = (name: string) => readFileSync(image.path(`etc/ssh/${name}`), "utf8");
    assert.equal(etc("sshd_config"), "Port 22\nStrictModes no\n");
    assert.match(etc("ssh_config"), /^StrictHostKeyChecking no$/m);
    const [program, ...args] = JSON.parse(all("CMD")[0]);
    const { status, stdout } = shell([program, ...args].join(" "), { OMP_NUM_THREADS: "1" });
    assert.equal(status, 0);
    assert.match(stdout, /^Tutti/);
  });
});

describe("mpijob.yaml", () => {
  const python = spawnSync(
    "/usr/bin/python3",
    ["-c", "import json, sys, yaml; print(json.dumps(yaml.safe_load(sys.stdin)))"],
    { input: read("mpijob.yaml"), encoding: "utf8" },
  );
  const skip = python.status === 0 ? false : "needs a YAML parser: apt-get install python3-yaml";

  /** What a field may be: a type, words, or fields in their turn; those with a `!` must be there. */
  type Schema =
    | "integer"
    | "string"
    | "list"
    | "any"
    | readonly string[]
    | { readonly [field: string]: Schema };

  // Fields of MPIJobSpec and of what it consists of, as the operator's API v2beta1 names them; of pods, those used here.
  const container: Schema = {
    "name!": "string",
    "image!": "string",
    command: "list",
    args: "list",
    env: "list",
    resources: { limits: "any", requests: "any" },
    volumeMounts: "list",
  };
  const replica: Schema = {
    replicas: "integer",
    restartPolicy: ["Never", "OnFailure", "Always", "ExitCode"],
    "template!": {
      metadata: "any",
      "spec!": {
        "containers!": "list",
        restartPolicy: ["Never", "OnFailure"],
        volumes: "list",
        nodeSelector: "any",
      },
    },
  };
  const job: Schema = {
    "apiVersion!": ["kubeflow.org/v2beta1"],
    "kind!": ["MPIJob"],
    "metadata!": { "name!": "string", namespace: "string", labels: "any" },
    "spec!": {
      slotsPerWorker: "integer",
      mpiImplementation: ["OpenMPI", "Intel", "MPICH"],
      sshAuthMountPath: "string",
      launcherCreationPolicy: ["AtStartup", "WaitForWorkersReady"],
      runPolicy: {
        cleanPodPolicy: ["None", "Running", "All"],
        ttlSecondsAfterFinished: "integer",
        activeDeadlineSeconds: "integer",
        backoffLimit: "integer",
        schedulingPolicy: "any",
        suspend: "any",
      },
      "mpiReplicaSpecs!": { "Launcher!": replica, Worker: replica },
    },
  };

  function check(value: unknown, schema: Schema, where: string): void {
    if (schema === "any") return;
    if (schema === "list") assert.ok(Array.isArray(value), where);
    else if (schema === "integer") assert.ok(Number.isSafeInteger(value), where);
    else if (schema === "string") assert.equal(typeof value, "string", where);
    else if (Array.isArray(schema)) assert.ok(schema.includes(value), `${where} is none of ${schema}`);
    else {
      const fields = Object.entries(schema).map(([name, inner]) => [
        name.replace("!", ""),
        inner,
        name.includes("!"),
      ]);
      const known = new Map(fields.map(([name, inner]) => [name as string, inner as Schema]));
      for (const [name, inner] of Object.entries(value as object)) {
        assert.ok(known.has(name), `${where}.${name} is no field`);
        check(inner, known.get(name)!, `${where}.${name}`);
      }
      for (const [name, , needed] of fields)
        if (needed) assert.ok((name as string) in (value as object), `${where}.${name} is missing`);
    }
  }

  test("has the fields of the operator's API", { skip }, () => {
    const found = JSON.parse(python.stdout);
    check(found, job, "MPIJob");
    for (const { template } of Object.values<{ template: { spec: { containers: unknown[] } } }>(
      found.spec.mpiReplicaSpecs,
    ))
      for (const [i, one] of template.spec.containers.entries()) check(one, container, `containers[${i}]`);
    assert.throws(() => check({ ...found, spec: { slotsPerWorkers: 1 } }, job, "MPIJob"), /is no field/);
  });

  test("starts as many ranks as the workers have slots, one a core", { skip }, () => {
    const { slotsPerWorker, mpiReplicaSpecs } = JSON.parse(python.stdout).spec;
    const { Launcher, Worker } = mpiReplicaSpecs;
    const { command } = Launcher.template.spec.containers[0];
    assert.deepEqual(command.slice(0, 2), ["mpiexec", "--allow-run-as-root"]);
    assert.equal(Number(command[command.indexOf("-n") + 1]), Worker.replicas * slotsPerWorker);
    assert.equal(Worker.template.spec.containers[0].resources.limits.cpu, slotsPerWorker);
  });
});

test("the page links every file, and quotes job.slurm and the hostfile as they are", () => {
  const page = readFileSync(`${root}/docs/clusters.md`, "utf8");
  for (const name of readdirSync(path(""))) assert.ok(page.includes(`](../examples/cluster/${name})`), name);
  const indented = (text: string) => text.trim().replace(/^/gm, "    ");
  assert.ok(page.includes(indented(read("hostfile"))));
  assert.ok(page.includes(indented(read("job.slurm").split("\n").slice(-3).join("\n"))));
});
