import { parentPort } from "node:worker_threads";
import { world } from "../../src/comm/index.js";
import { TuttiError } from "../../src/errors.js";
import type { Task } from "./ranks.js";

parentPort!.on("message", async ({ module, name, arg }: Task) => {
  try {
    const body = (await import(module))[name];
    if (typeof body !== "function") throw new Error(`${module} exports no function ${name}`);
    parentPort!.postMessage({ value: await body(world(), arg) });
  } catch (error) {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    const tutti = error instanceof TuttiError ? { code: error.code, data: error.data } : undefined;
    parentPort!.postMessage({ failure: { message, stack, tutti } });
  }
});
