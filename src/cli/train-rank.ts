// What every rank of `tutti train` runs.
import { workerData } from "node:worker_threads";
import { trainRun } from "../train/run.js";

await trainRun(workerData.data);
