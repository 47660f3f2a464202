import type { Collective } from "../collective.js";
import type { Layout } from "../layout.js";
import { planOf } from "../nonblocking/plan.js";
import { Schedule } from "../nonblocking/schedule.js";
import { AwaitableRequest } from "../request.js";
import { allgather, alltoall, gather, scatter } from "./collectives.js";
import type { MpiLane } from "./lane.js";
import type { Mpi } from "./mpi.js";
import { nativeAllreduce, nativeReduce, nativeReduceScatter, nativeScan } from "./native-reductions.js";
import { exchangeAndFold, gatherAndFold, gatherAndFoldOn } from "./ordered-reductions.js";
import { type Group, type Prepared, start } from "./prepared.js";
import { type MpiOperation, Pauses } from "./requests.js";

/*
 * Nonblocking collectives. Most are one of MPI's own and, where order matters, some arithmetic when it is complete: they move
 * on whatever the rank is in. A long ordered reduction takes two steps of messages, and the rank has to be asked to take the
 * second: it is a schedule.
 */

/** Up to so many bytes from all ranks together are gathered in one step. */
const ONE_STEP = 1 << 20;

/**
 * A collective as one call of the library; undefined if it has to be a schedule, as all ranks know alike.
 *
 * @throws TuttiError `unsupported` for a layout that MPI's ints cannot say
 */
function prepare(group: Group, task: Collective): Prepared | undefined {
  const { mpi, size, rank } = group;
  const { call } = task;
  switch (task.kind) {
    case "barrier":
      return { name: "Barrier", args: [], memory: [] };
    case "bcast": {
      const { length } = task.buf;
      if (length > mpi.maxCount) return undefined;
      const args = [mpi.address(task.buf), length, mpi.types[task.type.code], task.root];
      return { name: "Bcast", args, memory: [task.buf] };
    }
    case "gather":
      return gather(group, call, task.type, task.buf, task.root, task.into);
    case "scatter":
      return scatter(group, call, task.type, task.from, task.root, task.out);
    case "allgather":
      if (total(task.into.layout) > mpi.maxCount) return undefined;
      return allgather(group, call, task.type, task.buf, task.into);
    case "alltoall":
      return alltoall(group, call, task.type, task.from, task.into);
  }
  const { type, buf, reduction } = task;
  if (buf.length * size > mpi.maxCount) return undefined;
  const op = mpi.operation(reduction, type, size);
  // a function of the user may throw: in one step it does so on every rank that gets the result
  const oneStep = reduction.name === "function" || buf.byteLength * size <= ONE_STEP;
  switch (task.kind) {
    case "allreduce":
      if (op !== undefined) return nativeAllreduce(group, call, type, buf, op, task.out);
      return oneStep ? gatherAndFold(group, call, type, buf, reduction, size, task.out) : undefined;
    case "reduce": {
      const { root, out } = task;
      if (op !== undefined) return nativeReduce(group, call, type, buf, op, root, out);
      return oneStep ? gatherAndFoldOn(group, call, type, buf, reduction, root, out) : undefined;
    }
    case "reduceScatter": {
      const { layout, out } = task;
      if (op !== undefined) return nativeReduceScatter(group, call, type, buf, op, layout, out);
      return exchangeAndFold(group, call, type, buf, reduction, layout, out);
    }
    case "scan": {
      const { exclusive, out } = task;
      if (op !== undefined) return nativeScan(group, call, type, buf, op, exclusive, out);
      return gatherAndFold(group, call, type, buf, reduction, exclusive ? rank : rank + 1, out);
    }
  }
}

function total({ counts }: Layout): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Starts a collective. @param lane makes what carries the messages of a schedule */
export function startCollective<T>(
  group: Group,
  task: Collective,
  lane: () => MpiLane,
  result: () => T,
): MpiOperation<T> {
  const prepared = prepare(group, task);
  if (prepared !== undefined) return start(group, task.call, prepared, result);
  return new ScheduleRequest(group.mpi, new Schedule(planOf(lane(), task)), result);
}

/** A collective that is carried out here, step by step. */
class ScheduleRequest<T> extends AwaitableRequest<T> implements MpiOperation<T> {
  private readonly pauses = new Pauses();

  constructor(
    private readonly mpi: Mpi,
    private readonly schedule: Schedule,
    private readonly result: () => T,
  ) {
    super();
    mpi.schedules.start(schedule);
  }

  wait(): T {
    const { mpi, schedule, result } = this;
    if (!schedule.done) mpi.waitBusily(() => schedule.done);
    schedule.check();
    return result();
  }

  poll(): boolean {
    this.schedule.advance();
    return this.schedule.done;
  }

  test(): boolean {
    const { mpi, schedule } = this;
    if (!schedule.done) mpi.schedules.advance();
    if (schedule.done) schedule.check();
    return schedule.done;
  }

  protected turn(): Promise<void> {
    return this.pauses.next();
  }
}
