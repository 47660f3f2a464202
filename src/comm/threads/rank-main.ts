// The first module of every rank that `launch` starts: sets the thread up as a process of its own and runs the script.
import { workerData } from "node:worker_threads";
import { describeFailure } from "./failure.js";
import { redirectOutput } from "./rank-output.js";
import type { RankMessage, RankStart } from "./rank-protocol.js";

const start = workerData.launch as RankStart;
const tell = (message: RankMessage) => start.port.postMessage(message);

process.argv = [process.execPath, ...start.argv];
process.setSourceMapsEnabled(true);
redirectOutput(start);

// Told at once rather than with the thread's end, which handlers of the script may put off. Where the script has its own
// handler the error may yet be caught; if not, the launcher learns it from the worker's "error" event.
process.on("uncaughtExceptionMonitor", (error) => {
  const caught = process.listenerCount("uncaughtException") > 0;
  if (!caught && !process.hasUncaughtExceptionCaptureCallback())
    tell({ kind: "failure", failure: describeFailure(error) });
});

let how: "returned" | "exited" | "unsettled" = "exited";
process.on("beforeExit", () => {
  how = "returned";
});
process.on("exit", (code) => {
  tell({ kind: "end", how: code === UNSETTLED && !loaded ? "unsettled" : how });
});

/** Node's exit code for a module whose top-level await can never settle. */
const UNSETTLED = 13;
let loaded = false;
await import(start.entry);
loaded = true;
