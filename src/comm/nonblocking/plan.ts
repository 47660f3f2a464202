import type { Collective } from "../collective.js";
import type { Lane, Plan } from "./lane.js";
import * as movement from "./movement.js";
import * as reductions from "./reductions.js";

/** What this rank does in a collective. */
export function planOf(lane: Lane, collective: Collective): Plan {
  switch (collective.kind) {
    case "barrier":
      return movement.barrier(lane);
    case "bcast":
      return movement.bcast(lane, collective);
    case "gather":
      return movement.gather(lane, collective);
    case "scatter":
      return movement.scatter(lane, collective);
    case "allgather":
      return movement.allgather(lane, collective);
    case "alltoall":
      return movement.alltoall(lane, collective);
    case "reduce":
      return reductions.reduce(lane, collective);
    case "allreduce":
      return reductions.allreduce(lane, collective);
    case "reduceScatter":
      return reductions.reduceScatter(lane, collective);
    case "scan":
      return reductions.scan(lane, collective);
  }
}
