import { TuttiError } from "../../errors.js";
import { CALLS } from "../calls.js";
import type { ElementType, TypedArray } from "../elements.js";
import type { Folder } from "../fold.js";
import type { Lane, Step } from "../nonblocking/lane.js";
import type { Group } from "./prepared.js";
import { MpiRequest } from "./requests.js";

/** The messages of one schedule, on a communicator that carries nothing else. */
export class MpiLane implements Lane {
  readonly rank: number;
  readonly size: number;
  readonly folder: Folder;

  /**
   * @param messages the communicator of the messages
   * @param tag their tag: the number of the schedule
   */
  constructor(
    private readonly group: Group,
    private readonly call: number,
    private readonly messages: Pick<Group, "comm">,
    private readonly tag: number,
  ) {
    this.rank = group.rank;
    this.size = group.size;
    this.folder = group.mpi.folder;
  }

  send(type: ElementType, buf: TypedArray, dest: number): Step {
    const { group, call, tag } = this;
    const { mpi } = group;
    const { comm } = this.messages;
    const request = new MpiRequest<void>(mpi, buf, (code) => group.must(call, code));
    const [items, item] = [mpi.items(buf.length), mpi.itemType(type, buf.length)];
    const code = mpi.f.Isend(mpi.address(buf), items, item, dest, tag, comm, request.slot);
    return new MessageStep(request.started(code));
  }

  receive(type: ElementType, buf: TypedArray, source: number): Step {
    const { group, call, tag } = this;
    const { mpi } = group;
    const { comm } = this.messages;
    const request = new MpiRequest<void>(mpi, buf, (code) => {
      group.must(call, code);
      const { bytes } = mpi.readStatus();
      if (bytes !== buf.byteLength) throw this.wrongLength(source, bytes / type.bytes, buf.length);
    });
    const [items, item] = [mpi.items(buf.length), mpi.itemType(type, buf.length)];
    const code = mpi.f.Irecv(mpi.address(buf), items, item, source, tag, comm, request.slot);
    return new MessageStep(request.started(code));
  }

  private wrongLength(source: number, sent: number, wanted: number): TuttiError {
    const { name, rank } = this.group;
    const call = CALLS[this.call];
    const message = `${call}: rank ${rank} of ${name} expects ${wanted} elements from rank ${source}, which has sent ${sent}`;
    return new TuttiError("mismatch", message, { call, rank, source, sent, wanted });
  }
}

class MessageStep implements Step {
  constructor(private readonly request: MpiRequest<void>) {}

  test(): boolean {
    if (!this.request.poll()) return false;
    this.request.wait(); // throws what went wrong
    return true;
  }
}
