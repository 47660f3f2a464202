import { captureStack, type ErrorCode, TuttiError } from "../errors.js";
import { CALLS } from "./calls.js";
import { ANY_SOURCE, ANY_TAG } from "./comm.js";
import { bytesOf, ELEMENT_TYPES, type ElementType, OBJECT, type TypedArray } from "./elements.js";
import type { Matched } from "./message.js";
import { CompletedRequest, type Request } from "./request.js";
import { Status } from "./status.js";

/** What identifies a communicator to the ranks in it. */
export interface Group {
  /** A number that no other communicator of the job has; 0 is the world. */
  readonly context: number;
  /** What errors call the communicator. */
  readonly name: string;
  /** World ranks of the members. */
  readonly ranks: readonly number[];
  /** This rank's position among them. */
  readonly rank: number;
}

/** A message that has come as far as this rank. */
export interface Arrival {
  readonly context: number;
  /** Rank of the sender in the communicator. */
  readonly source: number;
  readonly tag: number;
  /** Code of the element type. */
  readonly type: number;
  readonly bytes: number;
  /** Copies the message to the beginning of `into`, or drops it; called once. */
  deliver(into: Uint8Array | undefined): void;
}

/** A receive that has been started. */
export class Receive {
  done = false;
  status: Status | undefined;
  error: TuttiError | undefined;
  private opened: { readonly value: unknown } | undefined;

  constructor(
    readonly call: number,
    readonly group: Group,
    readonly source: number,
    readonly tag: number,
    readonly type: ElementType,
    /** Absent for a value, for which there will be room when its length is known. */
    public into?: Uint8Array,
  ) {}

  matches(arrival: Arrival): boolean {
    return selects(this.group.context, this.source, this.tag, arrival);
  }

  /** Takes the message; one that does not fit is dropped and leaves the error that says why. */
  complete(arrival: Arrival): void {
    this.error = this.refusal(arrival);
    if (this.error === undefined) this.into ??= new Uint8Array(arrival.bytes);
    arrival.deliver(this.error === undefined ? this.into : undefined);
    this.status = new Status(arrival.source, arrival.tag, arrival.bytes);
    this.done = true;
  }

  /** What a completed receive has got; throws its error. */
  result(): Status {
    if (this.error === undefined) return this.status!;
    captureStack(this.error); // the user's line is the one that asks, not the one in which the message came
    throw this.error;
  }

  /** The value that has come: `open` makes it of the bytes, once. */
  value<T>(open: (bytes: Uint8Array) => T): T {
    this.result();
    this.opened ??= { value: open(this.into!) };
    return this.opened.value as T;
  }

  /** Why the message cannot be received, if so. */
  refusal(arrival: Arrival): TuttiError | undefined {
    const { type, into } = this;
    if (arrival.type !== type.code) {
      const sent = ELEMENT_TYPES[arrival.type].name;
      return this.fail(
        "mismatch",
        `the buffer has ${type.name} elements, but the message has ${sent}`,
        arrival,
        {
          sent,
          wanted: type.name,
        },
      );
    }
    if (into === undefined || arrival.bytes <= into.length) return undefined;
    const [found, wanted] = [arrival.bytes / type.bytes, into.length / type.bytes];
    const text = `the buffer holds ${wanted} ${type.name} elements, but the message has ${found}`;
    return this.fail("truncate", text, arrival, { sent: found, room: wanted });
  }

  private fail(code: ErrorCode, text: string, { source, tag }: Arrival, data: object): TuttiError {
    const { name } = this.group;
    const message = `${CALLS[this.call]}: ${text} (from rank ${source}, tag ${tag}, on ${name})`;
    return new TuttiError(code, message, { source, tag, communicator: name, ...data });
  }
}

/** A message that has been taken out of matching. */
export class MatchedArrival implements Matched {
  readonly status: Status;

  constructor(
    private readonly group: Group,
    private readonly arrival: Arrival,
  ) {
    this.status = new Status(arrival.source, arrival.tag, arrival.bytes);
  }

  recv(call: number, type: ElementType, buf: TypedArray): Status {
    const { group, arrival } = this;
    const receive = new Receive(call, group, arrival.source, arrival.tag, type, bytesOf(buf));
    const error = receive.refusal(arrival);
    if (error !== undefined) throw error;
    receive.complete(arrival);
    return receive.result();
  }

  irecv(call: number, type: ElementType, buf: TypedArray): Request<Status> {
    return new CompletedRequest(this.recv(call, type, buf));
  }

  irecvObject<T>(call: number, open: (bytes: Uint8Array) => T): Request<T> {
    const bytes = new Uint8Array(this.arrival.bytes);
    this.recv(call, OBJECT, bytes);
    return new CompletedRequest(open(bytes));
  }
}

/** Brings the messages and the receives of one rank together, in the order of MPI 4.1, section 3.5. */
export class Matcher {
  /** Receives without a message, in the order in which they were started. */
  private readonly receives: Receive[] = [];
  /** Messages without a receive, in the order in which they came. */
  private readonly arrivals: Arrival[] = [];

  /** Starts a receive: it is complete at once if its message is here. */
  post(receive: Receive): void {
    const i = this.arrivals.findIndex((arrival) => receive.matches(arrival));
    if (i < 0) this.receives.push(receive);
    else receive.complete(this.arrivals.splice(i, 1)[0]);
  }

  /** Takes back a receive that has no message yet. */
  withdraw(receive: Receive): void {
    const i = this.receives.indexOf(receive);
    if (i >= 0) this.receives.splice(i, 1);
  }

  /** Gives a message to the receive that has waited longest for it. False if there is none: then {@link Matcher.keep} it. */
  offer(arrival: Arrival): boolean {
    const i = this.receives.findIndex((receive) => receive.matches(arrival));
    if (i < 0) return false;
    this.receives.splice(i, 1)[0].complete(arrival);
    return true;
  }

  /** Keeps a message until somebody receives it. */
  keep(arrival: Arrival): void {
    this.arrivals.push(arrival);
  }

  /** Receives that are not complete. */
  get pending(): readonly Receive[] {
    return this.receives;
  }

  /** Messages that nobody has asked for yet. */
  get unreceived(): readonly Arrival[] {
    return this.arrivals;
  }

  /** Takes out the message that a receive would get now. */
  take(group: Group, source: number, tag: number): MatchedArrival | undefined {
    const arrival = this.takeArrival(group.context, source, tag);
    return arrival && new MatchedArrival(group, arrival);
  }

  takeArrival(context: number, source: number, tag: number): Arrival | undefined {
    const i = this.arrivals.findIndex((arrival) => selects(context, source, tag, arrival));
    return i < 0 ? undefined : this.arrivals.splice(i, 1)[0];
  }

  /** The message that a receive would get now. */
  find(context: number, source: number, tag: number): Arrival | undefined {
    return this.arrivals.find((arrival) => selects(context, source, tag, arrival));
  }
}

function selects(context: number, source: number, tag: number, arrival: Arrival): boolean {
  return (
    arrival.context === context &&
    (source === arrival.source || source === ANY_SOURCE) &&
    (tag === arrival.tag || tag === ANY_TAG)
  );
}
