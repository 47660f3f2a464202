import { TuttiError } from "../../errors.js";
import { CALL } from "../calls.js";
import type { AlltoallOptions, GatherOptions } from "../comm.js";
import type { Communicator } from "../communicator.js";
import { describe, type TypedArray } from "../elements.js";
import type { Request } from "../request.js";
import type { Transport } from "../transport.js";
import type { Edges } from "./edges.js";
import { flags, type Grid } from "./grid.js";
import { Neighborhood } from "./neighborhood.js";
import type { CartComm, GraphComm, Shift } from "./types.js";

/** Classes of communicators with a topology; making one is collective. */
export interface TopologyClasses {
  readonly CartCommunicator: new (transport: Transport, grid: Grid) => CartComm;
  readonly GraphCommunicator: new (transport: Transport, edges: Edges) => GraphComm;
}

/** A communicator that lets the halo exchange travel beside its neighbourhood collectives. */
export interface HasNeighborhood {
  /** The beginning of every call that exchanges with neighbours; throws if that cannot be any more. */
  enter(call: number): Neighborhood;
}

/** Derives the communicators with a topology from `Base`, which makes them in its methods and so cannot be imported here. */
export function topologyClasses(Base: typeof Communicator): TopologyClasses {
  abstract class NeighborCommunicator extends Base implements HasNeighborhood {
    private readonly neighborhood: Neighborhood;

    constructor(
      transport: Transport,
      readonly sources: readonly number[],
      readonly destinations: readonly number[],
      { call, paired }: { readonly call: number; readonly paired: boolean },
    ) {
      super(transport);
      const lane = transport.split(call, 0, transport.rank, transport.name)!;
      this.neighborhood = new Neighborhood(lane, sources, destinations, paired);
    }

    protected override release(): void {
      this.neighborhood.free();
      super.release();
    }

    enter(call: number): Neighborhood {
      this.begin(call);
      return this.neighborhood;
    }

    neighborAllgather<A extends TypedArray>(buf: A, options?: GatherOptions<A>): A {
      const call = CALL.neighborAllgather;
      return this.enter(call).allgather(call, buf, options).wait();
    }

    neighborAlltoall<A extends TypedArray>(buf: A, options?: AlltoallOptions<A>): A {
      const call = CALL.neighborAlltoall;
      return this.enter(call).alltoall(call, buf, options).wait();
    }

    ineighborAllgather<A extends TypedArray>(buf: A, options?: GatherOptions<A>): Request<A> {
      const call = CALL.ineighborAllgather;
      return this.enter(call).allgather(call, buf, options);
    }

    ineighborAlltoall<A extends TypedArray>(buf: A, options?: AlltoallOptions<A>): Request<A> {
      const call = CALL.ineighborAlltoall;
      return this.enter(call).alltoall(call, buf, options);
    }

    neighborAllgatherObject<T>(value: T): (T | undefined)[] {
      return this.enter(CALL.neighborAllgatherObject).allgatherObject(value);
    }

    neighborAlltoallObject<T>(values: readonly T[]): (T | undefined)[] {
      return this.enter(CALL.neighborAlltoallObject).alltoallObject(values);
    }
  }

  class CartCommunicator extends NeighborCommunicator implements CartComm {
    readonly dims: readonly number[];
    readonly periods: readonly boolean[];

    constructor(
      transport: Transport,
      private readonly grid: Grid,
    ) {
      const neighbors = grid.neighbors(transport.rank);
      super(transport, neighbors, neighbors, { call: CALL.cart, paired: true });
      this.dims = grid.dims;
      this.periods = grid.periods;
    }

    coords(rank = this.rank): number[] {
      if (Number.isInteger(rank) && rank >= 0 && rank < this.size) return this.grid.coords(rank);
      throw wrong("coords", "rank", `a rank from 0 to ${this.size - 1}`, describe(rank));
    }

    rankAt(coords: ArrayLike<number>): number {
      const axes = this.dims.length;
      const given = Array.from(coords);
      if (given.length === axes && given.every(Number.isSafeInteger)) return this.grid.rankAt(given);
      throw wrong("rankAt", "coords", `${axes} integers, one for each axis`, `[${given.join(", ")}]`);
    }

    shift(axis: number, displacement = 1): Shift {
      const axes = this.dims.length;
      if (!Number.isInteger(axis) || axis < 0 || axis >= axes)
        throw wrong("shift", "axis", `one of the ${axes} axes, counted from 0`, describe(axis));
      if (!Number.isSafeInteger(displacement))
        throw wrong("shift", "displacement", "an integer", describe(displacement));
      return {
        source: this.grid.step(this.rank, axis, -displacement),
        dest: this.grid.step(this.rank, axis, displacement),
      };
    }

    sub(keep: readonly boolean[]): CartComm {
      this.begin(CALL.sub);
      const kept = flags("sub", "keep", keep, this.dims.length);
      const dropped = kept.map((value) => !value);
      const position = this.grid.coords(this.rank).filter((_, axis) => dropped[axis]);
      const color = this.grid.part(dropped).rankAt(position);
      const part = this.transport.split(CALL.sub, color, this.rank, `slice ${color} of ${this.name}`)!;
      return new CartCommunicator(part, this.grid.part(kept));
    }

    override dup(): CartComm {
      this.begin(CALL.dup);
      const copy = this.transport.split(CALL.dup, 0, this.rank, `copy of ${this.name}`)!;
      return new CartCommunicator(copy, this.grid);
    }
  }

  class GraphCommunicator extends NeighborCommunicator implements GraphComm {
    constructor(
      transport: Transport,
      private readonly edges: Edges,
    ) {
      super(transport, edges.sources, edges.destinations, { call: CALL.graph, paired: false });
    }

    override dup(): GraphComm {
      this.begin(CALL.dup);
      const copy = this.transport.split(CALL.dup, 0, this.rank, `copy of ${this.name}`)!;
      return new GraphCommunicator(copy, this.edges);
    }
  }

  return { CartCommunicator, GraphCommunicator };
}

function wrong(call: string, argument: string, wanted: string, found: string): TuttiError {
  const message = `${call}: ${argument} must be ${wanted}, found ${found}`;
  return new TuttiError("argument", message, { call, argument });
}
