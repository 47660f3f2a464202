// What every rank of the trainer runs; rank 0 prints what came of it.
import { workerData } from "node:worker_threads";
import { world } from "../../../src/comm/index.js";
import { type Resumable, resume } from "./resumes.js";

const { weights, resumedFrom } = resume(world(), workerData.data as Resumable);
if (world().rank === 0) console.log(JSON.stringify({ weights: [...weights], resumedFrom }));
