import type { Allgather, Alltoall, Bcast, Gather, Scatter } from "../collective.js";
import { bytesOf, type TypedArray, UINT8 } from "../elements.js";
import type { Pieces } from "../transport.js";
import type { Lane, Plan } from "./lane.js";

/*
 * The collectives that only move elements.
 */

const NOTHING = new Uint8Array();

/** In each round a rank hears of twice as many others (Hensgen, Finkel and Manber, Two algorithms for barrier synchronization, 1988). */
export function* barrier(lane: Lane): Plan {
  const { rank, size } = lane;
  for (let distance = 1; distance < size; distance *= 2) {
    const [to, from] = [(rank + distance) % size, (rank - distance + size) % size];
    yield [lane.receive(UINT8, NOTHING, from), lane.send(UINT8, NOTHING, to)];
  }
}

/** A binomial tree: each rank that has the buffer passes it on, first to the rank that is farthest away. */
export function* bcast(lane: Lane, { type, buf, root }: Bcast): Plan {
  const { rank, size } = lane;
  const place = (rank - root + size) % size;
  const at = (other: number) => (other + root) % size;
  let distance = 1;
  while (distance < size && (place & distance) === 0) distance *= 2;
  if (place > 0) yield [lane.receive(type, buf, at(place - distance))];
  const sends = [];
  for (distance /= 2; distance >= 1; distance /= 2)
    if (place + distance < size) sends.push(lane.send(type, buf, at(place + distance)));
  yield sends;
}

export function* gather(lane: Lane, { type, buf, root, into }: Gather): Plan {
  if (into === undefined) {
    yield [lane.send(type, buf, root)];
    return;
  }
  const receives = others(lane).map((r) => lane.receive(type, piece(into, r), r));
  copy(buf, piece(into, lane.rank));
  yield receives;
}

export function* scatter(lane: Lane, { type, from, root, out }: Scatter): Plan {
  if (from === undefined) {
    yield [lane.receive(type, out, root)];
    return;
  }
  const sends = others(lane).map((r) => lane.send(type, piece(from, r), r));
  copy(piece(from, lane.rank), out);
  yield sends;
}

export function* allgather(lane: Lane, { type, buf, into }: Allgather): Plan {
  const receives = others(lane).map((r) => lane.receive(type, piece(into, r), r));
  const sends = others(lane).map((r) => lane.send(type, buf, r));
  copy(buf, piece(into, lane.rank));
  yield [...receives, ...sends];
}

export function* alltoall(lane: Lane, { type, from, into }: Alltoall): Plan {
  const receives = others(lane).map((r) => lane.receive(type, piece(into, r), r));
  const sends = others(lane).map((r) => lane.send(type, piece(from, r), r));
  copy(piece(from, lane.rank), piece(into, lane.rank));
  yield [...receives, ...sends];
}

/** All ranks but this one, from the next one on, so that not all begin with the same. */
export function others({ rank, size }: Lane): number[] {
  return Array.from({ length: size - 1 }, (_, i) => (rank + 1 + i) % size);
}

/** The part of a buffer that belongs to a rank. */
export function piece({ buf, layout }: Pieces, rank: number): TypedArray {
  return buf.subarray(layout.displs[rank], layout.displs[rank] + layout.counts[rank]);
}

/** Copies elements as they are; nothing happens in place. */
export function copy(from: TypedArray, to: TypedArray): void {
  if (from !== to) bytesOf(to).set(bytesOf(from));
}
