// The first module of every rank that `launch` starts: sets the thread up as a process of its own and runs the script.
import { workerData } from "node:worker_threads";
import { describeFailure } from "../failure.js";
import { tell } from "./rank-inbox.js";
import { redirectOutput } from "./rank-output.js";
import type { RankStart } from "./rank-protocol.js";

const start = workerData.launch as RankStart;

process.argv = [process.execPath, ...start.argv];
process.setSourceMapsEnabled(true);
redirectOutput(start);

// Told at once rather than with the thread's end, which handlers of the script may put off. Where the script has its own
// handler the error may yet be caught; if not, the launcher learns it from the worker's "error" event.
process.on("uncaughtExceptionMonitor", (error) => {
  const caught = process.listenerCount("uncaughtException") > 0;
  if (!caught && !process.hasUncaughtExceptionCaptureCallback())
    tell(start, { kind: "failure", failure: describeFailure(error) });
});

let loaded = false;
let idle = false;
process.on("beforeExit", () => {
  idle = true;
});
process.on("exit", () => {
  tell(start, { kind: "end", how: !idle ? "exited" : loaded ? "returned" : "unsettled" });
});

try {
  await import(start.entry);
} finally {
  loaded = true;
}
