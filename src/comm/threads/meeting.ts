import { TuttiError } from "../../errors.js";
import { CALLS } from "../calls.js";
import { type ElementType, FLOAT64, type TypedArray } from "../elements.js";
import { type Waiting, waitingIn } from "../explain/operation.js";
import { sourceLine } from "../explain/source-line.js";
import type { Group } from "../matching.js";
import { describeSignature, mismatchError, NO_ROOT, type Signature, signatureDetails } from "../signature.js";
import { Area } from "./area.js";
import type { Endpoint } from "./endpoint.js";

// Looks at a slot before the ordinary way of waiting begins; enough for ranks that come at about the same time.
const GLANCES = 200;

/** Makes a kind that no signature has. */
const REST = 1 << 25;

/** How the ranks of one communicator come together. */
export class Meeting {
  readonly area: Area;
  readonly size: number;
  readonly rank: number;
  /** Room for one value of each rank. */
  readonly numbers: Float64Array;
  private readonly values: TypedArray[] = [];

  constructor(
    readonly endpoint: Endpoint,
    readonly group: Group,
    buffer: SharedArrayBuffer,
  ) {
    this.size = group.ranks.length;
    this.rank = group.rank;
    this.area = new Area(buffer, this.size, this.rank);
    this.numbers = this.valuesOf(FLOAT64) as Float64Array;
  }

  /** Room for one element of each rank, in which arithmetic rounds and wraps as in a buffer of that type. */
  valuesOf(type: ElementType): TypedArray {
    this.values[type.code] ??= new type.Array(this.size);
    return this.values[type.code];
  }

  /**
   * Shows this rank's slot and returns when all ranks have shown theirs; the flags of all, or-ed.
   *
   * @throws TuttiError "mismatch", on every rank, if their signatures differ
   */
  meet({ call, kind, root, count, uniform }: Signature, flags = 0): number {
    const { area, size, rank } = this;
    area.arrive(kind, root, count, flags);
    this.waitForAll(call);
    let union = flags;
    let same = true;
    for (let r = 0; r < size; r++) {
      if (r === rank) continue;
      same &&= area.kind(r) === kind && area.root(r) === root && (!uniform || area.count(r) === count);
      union |= area.flags(r);
    }
    if (!same) throw this.mismatch("called different collectives");
    return union;
  }

  /** A further meeting inside a collective: all have done their part so far. */
  again({ call, kind }: Signature): void {
    this.area.arrive(kind | REST, NO_ROOT, 0, 0);
    this.waitForAll(call);
  }

  /** The error of ranks that disagree, the same on every rank. */
  mismatch(what: string): TuttiError {
    const { area } = this;
    const calls = this.group.ranks.map((_, r) => describeSignature(area.shown(r)));
    const lines = this.exchangeLines(area.shown(this.rank).kind);
    return mismatchError(
      this.group.name,
      what,
      calls.map((call, r) => (lines[r] === "" ? call : `${call} at ${lines[r]}`)),
    );
  }

  /** The lines of the program in which the ranks are; all ranks must ask. */
  private exchangeLines(kind: number): string[] {
    const { area, group } = this;
    area.next();
    area.setText(sourceLine() ?? "");
    area.arrive(kind | REST, NO_ROOT, 0, 0);
    this.waitForAll(kind & 0xff);
    return group.ranks.map((_, r) => area.text(r));
  }

  /** Whoever comes last wakes the others; all need all, so nobody is woken for less. */
  private waitForAll(call: number): void {
    if (this.complete()) {
      const { control, rank } = this.endpoint;
      for (const other of this.group.ranks) if (other !== rank) control.wake(other);
      return;
    }
    for (let i = 0; i < GLANCES; i++) if (this.complete()) return;
    this.endpoint.waiter.block({
      ready: () => this.complete(),
      lost: () => this.findMissing(call),
      waiting: () => this.waitingForMissing(call),
    });
  }

  private complete(): boolean {
    const { area, size, rank } = this;
    for (let r = 0; r < size; r++) if (r !== rank && !area.hasArrived(r)) return false;
    return true;
  }

  /** The error of waiting for a rank that cannot come any more. */
  private findMissing(call: number): TuttiError | undefined {
    const { area, endpoint, group } = this;
    const gone = (world: number, r: number) => endpoint.control.finished(world) && !area.hasArrived(r);
    const member = group.ranks.findIndex(gone);
    return member < 0 ? undefined : this.missing(member, call);
  }

  private waitingForMissing(call: number): Waiting {
    const { area, group, rank } = this;
    const mine = area.shown(rank);
    const further = (mine.kind & REST) !== 0; // what it says of the call now is not what the user said
    return waitingIn({
      call: CALLS[call],
      role: "collective",
      kind: "all",
      peers: group.ranks.filter((_, member) => member !== rank && !area.hasArrived(member)),
      details: further ? [] : signatureDetails(mine),
      communicator: group.name,
      context: group.context,
    });
  }

  private missing(member: number, call: number): TuttiError {
    const { name, rank } = this.group;
    const message = `${CALLS[call]}: rank ${rank} of ${name} waits for rank ${member}, which has returned without calling it`;
    return new TuttiError("deadlock", message, { call: CALLS[call], rank, peer: member, communicator: name });
  }
}
