import { bytesOf, type ElementType, type TypedArray } from "../elements.js";
import type { Layout } from "../layout.js";
import type { Reduction } from "../ops.js";
import { signature } from "../signature.js";
import type { Pieces } from "../transport.js";
import { copyElements, exchange } from "./exchange.js";
import type { Meeting } from "./meeting.js";

/*
 * The collectives in which each rank takes what it needs from the inputs of others. What one rank expects of another goes
 * into the vectors of its slot, so that every rank can see whether all fit together, and all report it if they do not.
 */

const COUNTS = 0;
const DISPLS = 1;
const RECV_COUNTS = 2;

/** Puts the buffers of all ranks into their places on the root. */
export function gather(
  meeting: Meeting,
  call: number,
  type: ElementType,
  buf: TypedArray,
  root: number,
  into: Pieces | undefined,
): void {
  const { area, size } = meeting;
  area.next();
  if (into !== undefined) area.setVector(COUNTS, into.layout.counts);
  const same = signature(call, type, { root, count: buf.length, uniform: false });
  exchange(meeting, same, bytesOf(buf), (inputOf) => {
    requireAll(
      meeting,
      (r) => area.count(r) === area.vectorAt(root, COUNTS, r),
      "send other counts than the root expects",
    );
    if (into === undefined) return;
    const { counts, displs } = into.layout;
    for (let r = 0; r < size; r++) copyElements(type, inputOf(r), 0, counts[r], into.buf, displs[r]);
  });
}

/** Puts the buffers of all ranks into their places on every rank. */
export function allgather(
  meeting: Meeting,
  call: number,
  type: ElementType,
  buf: TypedArray,
  into: Pieces,
): void {
  const { area, size, rank } = meeting;
  const { counts, displs, given } = into.layout;
  area.next();
  if (given) area.setVector(COUNTS, counts);
  const same = signature(call, type, { count: buf.length, uniform: !given, withCounts: given });
  exchange(meeting, same, bytesOf(buf), (inputOf) => {
    if (given) {
      requireSameCounts(meeting);
      requireAll(
        meeting,
        (r) => area.count(r) === area.vectorAt(rank, COUNTS, r),
        "send other counts than they expect",
      );
    }
    for (let r = 0; r < size; r++) copyElements(type, inputOf(r), 0, counts[r], into.buf, displs[r]);
  });
}

/** Deals the pieces of the root's buffer out. */
export function scatter(
  meeting: Meeting,
  call: number,
  type: ElementType,
  from: Pieces | undefined,
  root: number,
  out: TypedArray,
): void {
  const { area, rank } = meeting;
  area.next();
  if (from !== undefined) {
    area.setVector(COUNTS, from.layout.counts);
    area.setVector(DISPLS, from.layout.displs);
  }
  const same = signature(call, type, { root, count: out.length, uniform: false });
  exchange(meeting, same, from && bytesOf(from.buf), (inputOf) => {
    requireAll(
      meeting,
      (r) => area.count(r) === area.vectorAt(root, COUNTS, r),
      "expect other counts than the root sends",
    );
    copyElements(type, inputOf(root), area.vectorAt(root, DISPLS, rank), out.length, out, 0);
  });
}

/** Takes this rank's piece from every rank. */
export function alltoall(
  meeting: Meeting,
  call: number,
  type: ElementType,
  from: Pieces,
  into: Pieces,
): void {
  const { area, size, rank } = meeting;
  const { counts, displs, given } = into.layout;
  area.next();
  area.setVector(COUNTS, from.layout.counts);
  area.setVector(DISPLS, from.layout.displs);
  area.setVector(RECV_COUNTS, counts);
  const count = given ? from.buf.length : from.layout.counts[0];
  const same = signature(call, type, { count, uniform: !given, withCounts: given });
  exchange(meeting, same, bytesOf(from.buf), (inputOf) => {
    const fits = (s: number, r: number) => area.vectorAt(s, COUNTS, r) === area.vectorAt(r, RECV_COUNTS, s);
    requireAll(
      meeting,
      (r) => meeting.group.ranks.every((_, s) => fits(s, r)),
      "send other counts than their receivers expect",
    );
    for (let r = 0; r < size; r++) {
      copyElements(type, inputOf(r), area.vectorAt(r, DISPLS, rank), counts[r], into.buf, displs[r]);
    }
  });
}

/** Combines this rank's piece of all inputs. */
export function reduceScatter(
  meeting: Meeting,
  call: number,
  type: ElementType,
  buf: TypedArray,
  reduction: Reduction,
  { counts, displs, given }: Layout,
  out: TypedArray,
): void {
  const { area, endpoint, size, rank } = meeting;
  area.next();
  if (given) area.setVector(COUNTS, counts);
  const same = signature(call, type, { reduction, count: buf.length, withCounts: given });
  exchange(meeting, same, bytesOf(buf), (inputOf) => {
    if (given) requireSameCounts(meeting);
    const inputs = Array.from({ length: size }, (_, r) => {
      const { bytes, at } = inputOf(r);
      return { bytes, at: at + displs[rank] * type.bytes };
    });
    endpoint.folder.fold(reduction, type, inputs, counts[rank] * type.bytes, [
      { bytes: bytesOf(out), at: 0 },
    ]);
  });
}

/** Combines the inputs of the ranks up to this one, with it or without. */
export function scan(
  meeting: Meeting,
  call: number,
  type: ElementType,
  buf: TypedArray,
  reduction: Reduction,
  exclusive: boolean,
  out: TypedArray,
): void {
  const { area, endpoint, rank } = meeting;
  const count = exclusive ? rank : rank + 1;
  // later ranks may still read an input that is to be overwritten
  const result = out === buf || out.buffer === buf.buffer ? new Uint8Array(out.byteLength) : bytesOf(out);
  area.next();
  exchange(meeting, signature(call, type, { reduction, count: buf.length }), bytesOf(buf), (inputOf) => {
    if (count === 0) return;
    const inputs = Array.from({ length: count }, (_, r) => inputOf(r));
    endpoint.folder.fold(reduction, type, inputs, buf.byteLength, [{ bytes: result, at: 0 }]);
  });
  if (count > 0 && result.buffer !== out.buffer) bytesOf(out).set(result);
}

function requireSameCounts(meeting: Meeting): void {
  const { area, size } = meeting;
  const alike = (r: number, i: number) => area.vectorAt(r, COUNTS, i) === area.vectorAt(0, COUNTS, i);
  requireAll(meeting, (r) => meeting.group.ranks.every((_, i) => alike(r, i)), "give different counts", size);
}

function requireAll(
  meeting: Meeting,
  holds: (rank: number) => boolean,
  what: string,
  size = meeting.size,
): void {
  for (let r = 0; r < size; r++) if (!holds(r)) throw meeting.mismatch(`${what} (rank ${r})`);
}
