import { CALL } from "../calls.js";
import { FLOAT64, type TypedArray } from "../elements.js";
import { evenLayout } from "../layout.js";
import { signature } from "../signature.js";
import { allocate, DirectWindow, type Guard } from "../window/direct.js";
import type { WindowSpec } from "../window/transport.js";
import { allgather } from "./collectives.js";
import type { Meeting } from "./meeting.js";
import { allocateLocks, WindowLocks } from "./window-locks.js";

/**
 * Shows the memory of each rank to all others. Collective.
 *
 * @param lane where the ranks of this window meet, and nobody else
 */
export function openWindow(lane: Meeting, call: number, spec: WindowSpec): DirectWindow {
  const { endpoint, group, rank, size } = lane;
  const { buffers } = endpoint;
  const { type, lengths } = spec;
  const local = spec.local ?? allocate(spec, rank);
  const locks = rank === 0 ? allocateLocks(size) : undefined;
  const shown = buffers.show(local.buffer as SharedArrayBuffer, group.ranks);
  const told = new Float64Array(3 * size);
  const mine = Float64Array.of(shown, local.byteOffset, locks ? buffers.show(locks, group.ranks) : 0);
  allgather(lane, call, FLOAT64, mine, { buf: told, layout: evenLayout(size, 3) });
  const find = (r: number, id: number) => buffers.find(group.ranks[r], id);
  const views = lengths.map((length, r) => {
    if (r === rank) return local;
    return new type.Array(find(r, told[3 * r]), told[3 * r + 1], length) as TypedArray;
  });
  const held = new WindowLocks(endpoint, group, locks ?? find(0, told[2]));
  meet(lane, call); // the numbers of buffers are valid until all have found them
  return new DirectWindow(spec, views, guard(lane, held));
}

function guard(lane: Meeting, locks: WindowLocks): Guard {
  return {
    enter: (target) => locks.enter(target),
    leave: (target) => locks.leave(target),
    fence: (call) => meet(lane, call),
    lock: (call, target, shared) => locks.lock(call, target, shared),
    unlock: (target) => locks.unlock(target),
    sync: () => locks.sync(),
    free: () => meet(lane, CALL["window.free"]),
  };
}

function meet(lane: Meeting, call: number): void {
  lane.area.next();
  lane.meet(signature(call, undefined));
}
