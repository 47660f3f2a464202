import { TuttiError } from "../errors.js";
import { CALL, CALLS } from "./calls.js";
import { checkBuffer, checkLength, checkOut, checkOverlap, checkRoot } from "./check.js";
import type { Allgather, Alltoall, Bcast, Gather, Scatter } from "./collective.js";
import type { AlltoallOptions, GatherOptions, RootOptions, ScatterOptions } from "./comm.js";
import { createLike, type ElementType, type TypedArray } from "./elements.js";
import { evenLayout, extent, makeLayout } from "./layout.js";
import { MessageCalls } from "./message-calls.js";

/** Names that arguments have in messages to the user. */
export const COUNTS = { counts: "counts", displs: "displs" };
const SEND_COUNTS = { counts: "sendCounts", displs: "sendDispls" };
const RECV_COUNTS = { counts: "recvCounts", displs: "recvDispls" };

/** The methods that move buffers between all ranks. What checks their arguments also serves the nonblocking forms. */
export abstract class CollectiveCalls extends MessageCalls {
  barrier(): void {
    this.begin(CALL.barrier);
    this.transport.barrier(CALL.barrier);
  }

  bcast<A extends TypedArray>(buf: A, options?: RootOptions): A {
    const { call, type, root } = this.prepareBcast(CALL.bcast, buf, options);
    this.transport.bcast(call, type, buf, root);
    return buf;
  }

  gather<A extends TypedArray>(buf: A, options?: GatherOptions<A> & RootOptions): A | undefined {
    const { call, type, root, into } = this.prepareGather(CALL.gather, buf, options);
    this.transport.gather(call, type, buf, root, into);
    return into?.buf as A | undefined;
  }

  scatter<A extends TypedArray>(buf: A | null | undefined, options: ScatterOptions<A>): A {
    const { call, type, from, root, out } = this.prepareScatter(CALL.scatter, buf, options);
    this.transport.scatter(call, type, from, root, out);
    return out as A;
  }

  allgather<A extends TypedArray>(buf: A, options?: GatherOptions<A>): A {
    const { call, type, into } = this.prepareAllgather(CALL.allgather, buf, options);
    this.transport.allgather(call, type, buf, into);
    return into.buf as A;
  }

  alltoall<A extends TypedArray>(buf: A, options?: AlltoallOptions<A>): A {
    const { call, type, from, into } = this.prepareAlltoall(CALL.alltoall, buf, options);
    this.transport.alltoall(call, type, from, into);
    return into.buf as A;
  }

  protected prepareBcast(call: number, buf: TypedArray, { root = 0 }: RootOptions = {}): Bcast {
    this.begin(call);
    const type = checkBuffer(call, "buf", buf);
    checkRoot(call, root, this.size);
    return { kind: "bcast", call, type, buf, root };
  }

  protected prepareGather(call: number, buf: TypedArray, options: GatherOptions & RootOptions = {}): Gather {
    const { root = 0 } = options;
    this.begin(call);
    const type = checkBuffer(call, "buf", buf);
    checkRoot(call, root, this.size);
    const into = this.rank === root ? this.gatherInto(call, type, buf, options) : undefined;
    return { kind: "gather", call, type, buf, root, into };
  }

  protected prepareScatter(
    call: number,
    buf: TypedArray | null | undefined,
    { root = 0, out, counts, displs }: ScatterOptions,
  ): Scatter {
    this.begin(call);
    checkRoot(call, root, this.size);
    const type = checkBuffer(call, "out", out);
    if (this.rank !== root) return { kind: "scatter", call, type, from: undefined, root, out };
    const layout = makeLayout(CALLS[call], COUNTS, counts, displs, this.size, out.length);
    const all = buf as TypedArray;
    checkOut(call, "buf", all, type, extent(layout), counts !== undefined || displs !== undefined);
    checkLength(call, "out", out, layout.counts[root]);
    checkOverlap(call, "out", all, out, layout.displs[root]);
    return { kind: "scatter", call, type, from: { buf: all, layout }, root, out };
  }

  protected prepareAllgather(call: number, buf: TypedArray, options: GatherOptions = {}): Allgather {
    this.begin(call);
    const type = checkBuffer(call, "buf", buf);
    return { kind: "allgather", call, type, buf, into: this.gatherInto(call, type, buf, options) };
  }

  protected prepareAlltoall(call: number, buf: TypedArray, options: AlltoallOptions = {}): Alltoall {
    const { sendCounts, sendDispls, recvCounts, recvDispls } = options;
    const name = CALLS[call];
    this.begin(call);
    const type = checkBuffer(call, "buf", buf);
    if ((sendCounts === undefined) !== (recvCounts === undefined)) {
      throw new TuttiError("argument", `${name}: sendCounts and recvCounts must be given together`, {
        call: name,
      });
    }
    const share = sendCounts === undefined ? this.share(call, buf) : 0;
    const sent = makeLayout(name, SEND_COUNTS, sendCounts, sendDispls, this.size, share);
    const received = makeLayout(name, RECV_COUNTS, recvCounts, recvDispls, this.size, share);
    checkLength(call, "buf", buf, extent(sent), true);
    const out = options.out ?? createLike(buf, type, extent(received));
    checkOut(call, "out", out, type, extent(received), true);
    checkOverlap(call, "out", buf, out);
    return {
      kind: "alltoall",
      call,
      type,
      from: { buf, layout: sent },
      into: { buf: out, layout: received },
    };
  }

  /** Each rank's share of a buffer that must divide evenly. */
  protected share(call: number, buf: TypedArray): number {
    if (buf.length % this.size === 0) return buf.length / this.size;
    const message = `${CALLS[call]}: the length of buf must be a multiple of the ${this.size} ranks, found ${buf.length}; give counts for unequal pieces`;
    throw new TuttiError("argument", message, { call: CALLS[call], length: buf.length, size: this.size });
  }

  private gatherInto(call: number, type: ElementType, buf: TypedArray, options: GatherOptions) {
    const { counts, displs } = options;
    const layout =
      counts === undefined && displs === undefined
        ? evenLayout(this.size, buf.length)
        : makeLayout(CALLS[call], COUNTS, counts, displs, this.size, buf.length);
    checkLength(call, "buf", buf, layout.counts[this.rank]);
    const out = options.out ?? createLike(buf, type, extent(layout));
    checkOut(call, "out", out, type, extent(layout), counts !== undefined || displs !== undefined);
    checkOverlap(call, "out", buf, out, -layout.displs[this.rank]);
    return { buf: out, layout };
  }
}
