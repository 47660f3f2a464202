import { TuttiError } from "../../errors.js";
import { CALL, CALLS } from "../calls.js";
import { checkBuffer, checkLength, checkOut, checkOverlap } from "../check.js";
import { type AlltoallOptions, type GatherOptions, PROC_NULL } from "../comm.js";
import { createLike, describe, type ElementType, OBJECT, type TypedArray } from "../elements.js";
import { extent, makeLayout } from "../layout.js";
import { pack, unpack } from "../objects.js";
import type { Request } from "../request.js";
import type { Status } from "../status.js";
import type { Transport } from "../transport.js";
import { ExchangeRequest } from "./exchange-request.js";

/** A buffer for one neighbour, or from one. */
export interface Parcel {
  /** Position of the neighbour among the destinations or sources. */
  readonly slot: number;
  readonly buf: TypedArray;
}

/** A receive under way, and the parcel that it fills. */
interface Expected extends Parcel {
  readonly source: number;
  readonly request: Request<Status>;
}

/** Names that a communicator's arguments have in messages. */
const COUNTS = { counts: "counts", displs: "displs" };
const SEND_COUNTS = { counts: "sendCounts", displs: "sendDispls" };
const RECV_COUNTS = { counts: "recvCounts", displs: "recvDispls" };

/**
 * The exchanges of one rank with its neighbours, on a transport of their own so that they never meet the user's messages.
 *
 * All receives are started before the first send and nothing waits in between, so no order of neighbours can deadlock.
 */
export class Neighborhood {
  /**
   * @param lane carries nothing but these exchanges
   * @param paired whether slots 2k and 2k + 1 are opposite directions, so that what leaves by one arrives by the other;
   *   otherwise messages between two ranks arrive in the order of the slots
   */
  constructor(
    private readonly lane: Transport,
    readonly sources: readonly number[],
    readonly destinations: readonly number[],
    private readonly paired: boolean,
  ) {}

  /** Gives the lane back. */
  free(): void {
    this.lane.free?.();
  }

  /** Starts an allgather for the method `call`. */
  allgather<A extends TypedArray>(call: number, buf: A, options: GatherOptions<A> = {}): Request<A> {
    const { counts, displs } = options;
    const { sources, destinations } = this;
    const type = checkBuffer(call, "buf", buf);
    const layout = makeLayout(CALLS[call], COUNTS, counts, displs, sources.length, buf.length, "sources");
    const out = options.out ?? createLike(buf, type, extent(layout));
    checkOut(call, "out", out, type, extent(layout), counts !== undefined || displs !== undefined);
    checkOverlap(call, "out", buf, out);
    const sends = destinations.map((_, slot) => ({ slot, buf }));
    return this.start(call, type, sends, pieces(out, layout), out as A);
  }

  /** Starts an alltoall for the method `call`. */
  alltoall<A extends TypedArray>(call: number, buf: A, options: AlltoallOptions<A> = {}): Request<A> {
    const { sendCounts, sendDispls, recvCounts, recvDispls } = options;
    const { sources, destinations } = this;
    const type = checkBuffer(call, "buf", buf);
    if ((sendCounts === undefined) !== (recvCounts === undefined)) {
      const message = `${CALLS[call]}: sendCounts and recvCounts must be given together`;
      throw new TuttiError("argument", message, { call: CALLS[call] });
    }
    const share = sendCounts === undefined ? this.share(call, buf) : 0;
    const name = CALLS[call];
    const sent = makeLayout(
      name,
      SEND_COUNTS,
      sendCounts,
      sendDispls,
      destinations.length,
      share,
      "destinations",
    );
    const received = makeLayout(name, RECV_COUNTS, recvCounts, recvDispls, sources.length, share, "sources");
    checkLength(call, "buf", buf, extent(sent), true);
    const out = options.out ?? createLike(buf, type, extent(received));
    checkOut(call, "out", out, type, extent(received), true);
    checkOverlap(call, "out", buf, out);
    return this.start(call, type, pieces(buf, sent), pieces(out, received), out as A);
  }

  allgatherObject<T>(value: T): (T | undefined)[] {
    const call = CALL.neighborAllgatherObject;
    const bytes = pack(call, value);
    return this.exchangeObjects(
      call,
      this.destinations.map(() => bytes),
    );
  }

  alltoallObject<T>(values: readonly T[]): (T | undefined)[] {
    const call = CALL.neighborAlltoallObject;
    const { length } = this.destinations;
    if (!Array.isArray(values) || values.length !== length) {
      const message = `neighborAlltoallObject: values must be an Array with one value for each of the ${length} destinations, found ${describe(values)}`;
      throw new TuttiError("argument", message, { call: CALLS[call], argument: "values" });
    }
    return this.exchangeObjects(
      call,
      values.map((value, slot) =>
        this.destinations[slot] === PROC_NULL ? new Uint8Array() : pack(call, value),
      ),
    );
  }

  /**
   * Sends and receives at the same time. A parcel to or from PROC_NULL is left alone.
   *
   * @param packed called for each parcel before it is sent, after all receives have been started
   * @param arrived called for each parcel that has been received
   */
  exchange<P extends Parcel>(
    call: number,
    type: ElementType,
    sends: readonly P[],
    receives: readonly P[],
    packed?: (parcel: P) => void,
    arrived?: (parcel: P) => void,
  ): void {
    this.begin(call, type, sends, receives, packed, arrived).complete();
  }

  private start<A>(
    call: number,
    type: ElementType,
    sends: readonly Parcel[],
    receives: readonly Parcel[],
    out: A,
  ): Request<A> {
    const { messages, complete } = this.begin(call, type, sends, receives);
    return new ExchangeRequest(messages, () => {
      complete();
      return out;
    });
  }

  private begin<P extends Parcel>(
    call: number,
    type: ElementType,
    sends: readonly P[],
    receives: readonly P[],
    packed?: (parcel: P) => void,
    arrived?: (parcel: P) => void,
  ): { readonly messages: readonly Request<unknown>[]; readonly complete: () => void } {
    const { lane, sources, destinations } = this;
    const incoming = receives
      .filter(({ slot }) => sources[slot] !== PROC_NULL)
      .map((parcel) => {
        const source = sources[parcel.slot];
        const request = lane.irecv(call, type, parcel.buf, source, this.tag(parcel.slot));
        return { source, slot: parcel.slot, buf: parcel.buf, request, parcel };
      });
    const outgoing = sends
      .filter(({ slot }) => destinations[slot] !== PROC_NULL)
      .map((parcel) => {
        packed?.(parcel);
        return lane.isend(call, type, parcel.buf, destinations[parcel.slot], this.opposite(parcel.slot));
      });
    const steps = [
      ...incoming.map((expected) => () => {
        this.finish(call, expected);
        arrived?.(expected.parcel);
      }),
      ...outgoing.map((request) => () => request.wait()),
    ];
    const messages = [...incoming.map(({ request }) => request), ...outgoing];
    return { messages, complete: () => settle(steps) };
  }

  private exchangeObjects<T>(call: number, messages: readonly Uint8Array[]): (T | undefined)[] {
    const { lane, sources, destinations } = this;
    const outgoing = messages.flatMap((bytes, slot) =>
      destinations[slot] === PROC_NULL
        ? []
        : [lane.isend(call, OBJECT, bytes, destinations[slot], this.opposite(slot))],
    );
    const values = sources.map((source, slot) => {
      if (source === PROC_NULL) return undefined;
      const tag = this.tag(slot);
      const bytes = new Uint8Array(lane.probe(call, source, tag).bytes);
      lane.recv(call, OBJECT, bytes, source, tag);
      return unpack<T>(bytes);
    });
    for (const request of outgoing) request.wait();
    return values;
  }

  /** Tag of what arrives by a slot. */
  private tag(slot: number): number {
    return this.paired ? slot : 0;
  }

  /** Tag of what leaves by a slot: that of the slot by which the neighbour receives it. */
  private opposite(slot: number): number {
    return this.paired ? slot ^ 1 : 0;
  }

  private finish(call: number, { source, buf, request }: Expected): void {
    const { bytes } = request.wait();
    if (bytes === buf.byteLength) return;
    const [sent, wanted] = [bytes / buf.BYTES_PER_ELEMENT, buf.length];
    const { rank, name } = this.lane;
    const message = `${CALLS[call]}: rank ${rank} of ${name} expects ${wanted} elements from rank ${source}, which has sent ${sent}`;
    throw new TuttiError("mismatch", message, { call: CALLS[call], rank, source, sent, wanted });
  }

  /** Each neighbour's share of a buffer that must divide evenly. */
  private share(call: number, buf: TypedArray): number {
    const { sources, destinations } = this;
    const count = destinations.length;
    if (count > 0 && buf.length % count === 0) return buf.length / count;
    if (count === 0 && buf.length === 0 && sources.length === 0) return 0;
    const message =
      count === 0
        ? `${CALLS[call]}: a rank without destinations must give sendCounts and recvCounts`
        : `${CALLS[call]}: the length of buf must be a multiple of the ${count} destinations, found ${buf.length}; give counts for unequal pieces`;
    throw new TuttiError("argument", message, { call: CALLS[call], length: buf.length, count });
  }
}

function pieces(
  buf: TypedArray,
  { counts, displs }: { readonly counts: readonly number[]; readonly displs: readonly number[] },
): Parcel[] {
  return counts.map((count, slot) => ({ slot, buf: buf.subarray(displs[slot], displs[slot] + count) }));
}

/** Does everything, then throws the first error: no message of a failed exchange stays behind to be taken by the next. */
function settle(steps: readonly (() => void)[]): void {
  const errors: unknown[] = [];
  for (const step of steps) {
    try {
      step();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
}
