// One rank of an MpiPool: does the tasks that rank 0 reads, and returns at the end of its input.
import { readSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deserialize, serialize } from "node:v8";
import { world } from "../../src/comm/index.js";
import { TuttiError } from "../../src/errors.js";
import type { Answer } from "./mpi.js";
import type { Task } from "./ranks.js";

const folder = process.argv[2];
const comm = world();

for (let number = 0; ; number++) {
  const line = comm.bcastObject(comm.rank === 0 ? readLine() : "");
  if (line === "") break;
  const answer = await perform(deserialize(Buffer.from(line, "base64")) as Task);
  writeFileSync(join(folder, `${number}-${comm.rank}`), serialize(answer));
  process.stdout.write(`@${comm.rank}\n`);
}

async function perform({ module, name, arg }: Task): Promise<Answer> {
  try {
    const body = (await import(module))[name];
    if (typeof body !== "function") throw new Error(`${module} exports no function ${name}`);
    const value = await body(comm, arg);
    // Rank 0 is about to wait for its input, without a thought for messages that others have not got rid of yet.
    comm.barrier();
    return { value };
  } catch (error) {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    const tutti = error instanceof TuttiError ? { code: error.code, data: error.data } : undefined;
    return { failure: { message, stack, tutti } };
  }
}

function readLine(): string {
  const byte = Buffer.alloc(1);
  let line = "";
  while (readSync(0, byte) === 1 && byte[0] !== 10) line += String.fromCharCode(byte[0]);
  return line;
}
