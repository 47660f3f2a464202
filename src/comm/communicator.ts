import { CALL } from "./calls.js";
import { checkInteger } from "./check.js";
import type { Comm } from "./comm.js";
import { NonblockingCalls } from "./nonblocking-calls.js";
import { topologyClasses } from "./topology/communicators.js";
import { Edges, throwDisagreement } from "./topology/edges.js";
import { chooseGrid } from "./topology/grid.js";
import { checkGroup, sameGrids, sameGroups } from "./topology/group.js";
import type { CartComm, CartOptions, GraphComm } from "./topology/types.js";

/**
 * The one implementation of {@link Comm}: it checks arguments, chooses defaults, and leaves the rest to an engine's transport.
 *
 * It is built up floor by floor: messages, collectives, reductions, values, nonblocking collectives; here it makes further
 * communicators.
 */
export class Communicator extends NonblockingCalls implements Comm {
  split(color: number, key?: number): Comm;
  split(color: number | undefined, key?: number): Comm | undefined;
  split(color: number | undefined, key = this.rank): Comm | undefined {
    this.begin(CALL.split);
    if (color !== undefined) checkInteger(CALL.split, "color", color);
    checkInteger(CALL.split, "key", key);
    const part = this.transport.split(CALL.split, color, key, `part ${color} of ${this.name}`);
    return part === undefined ? undefined : new Communicator(part);
  }

  splitShared(key = this.rank): Comm {
    const call = CALL.splitShared;
    this.begin(call);
    checkInteger(call, "key", key);
    const name = `shared-memory part of ${this.name}`;
    return new Communicator(this.transport.split(call, this.transport.memoryDomain(call), key, name)!);
  }

  dup(): Comm {
    this.begin(CALL.dup);
    return new Communicator(this.transport.split(CALL.dup, 0, this.rank, `copy of ${this.name}`)!);
  }

  create(ranks: readonly number[]): Comm | undefined {
    const call = CALL.create;
    this.begin(call);
    checkGroup(ranks, this.size);
    sameGroups(this.collect(call, [...ranks]));
    const place = ranks.indexOf(this.rank);
    const color = place < 0 ? undefined : ranks[0];
    const part = this.transport.split(call, color, Math.max(place, 0), `group of ${this.name}`);
    return part && new Communicator(part);
  }

  cart(dims: readonly number[], { periods = false }: CartOptions = {}): CartComm | undefined {
    const call = CALL.cart;
    this.begin(call);
    const grid = chooseGrid(this.size, dims, periods);
    sameGrids(this.collect(call, grid.toString()));
    const color = this.rank < grid.size ? 0 : undefined;
    const part = this.transport.split(call, color, this.rank, `${grid} grid of ${this.name}`);
    return part && new CartCommunicator(part, grid);
  }

  graph(sources: readonly number[], destinations: readonly number[]): GraphComm {
    const call = CALL.graph;
    this.begin(call);
    const edges = new Edges(this.size, sources, destinations);
    throwDisagreement(this.collect(call, edges.disagreement(this.transport)));
    return new GraphCommunicator(this.transport.split(call, 0, this.rank, `graph of ${this.name}`)!, edges);
  }
}

const { CartCommunicator, GraphCommunicator } = topologyClasses(Communicator);
