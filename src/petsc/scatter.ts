import { self } from "../comm/index.js";
import { type InsertMode, insertMode } from "./indices.js";
import type { IS } from "./is.js";
import { PetscObject } from "./object.js";
import { petsc } from "./runtime.js";
import { adopt, type Vec } from "./vec.js";

/** Which way entries go: `"forward"` as the scatter was made, `"reverse"` from its target to its source. */
export type ScatterMode = "forward" | "reverse";

/**
 * A plan by which entries of one vector come into another one, of whatever ranks they are (PETSc's VecScatter). It can be
 * used as often as wanted, with all vectors of the same layouts.
 */
export class Scatter extends PetscObject {
  /**
   * Entry `fromIndices[k]` of `from` goes to entry `toIndices[k]` of `to`, for the indices that each rank gives; `null` stands
   * for all entries, in order. Collective over the ranks of both vectors.
   */
  static create(from: Vec, fromIndices: IS | null, to: Vec, toIndices: IS | null): Scatter {
    const { f, scratch } = petsc();
    const [source, target] = [fromIndices?.handle ?? 0, toIndices?.handle ?? 0];
    f.VecScatterCreate(from.handle, source, to.handle, target, scratch.at);
    return new Scatter(from.comm.size >= to.comm.size ? from.comm : to.comm, scratch.pointer());
  }

  /** Brings all entries to every rank: the plan, and a vector of this rank alone that holds them. Collective. */
  static toAll(from: Vec): { scatter: Scatter; target: Vec } {
    return gather("VecScatterCreateToAll", from);
  }

  /** Brings all entries to rank 0: the plan, and a vector of this rank alone, which is empty elsewhere. Collective. */
  static toZero(from: Vec): { scatter: Scatter; target: Vec } {
    return gather("VecScatterCreateToZero", from);
  }

  /** Brings the entries to their places, where they replace what is there or are added to it. Collective. */
  scatter(from: Vec, to: Vec, insert: InsertMode = "insert", mode: ScatterMode = "forward"): void {
    this.begin(from, to, insert, mode);
    this.end(from, to, insert, mode);
  }

  /** Begins what {@link Scatter.end} ends; until then neither vector may be used. Collective. */
  begin(from: Vec, to: Vec, insert: InsertMode = "insert", mode: ScatterMode = "forward"): void {
    petsc().f.VecScatterBegin(this.handle, from.handle, to.handle, insertMode(insert), modeNumber(mode));
  }

  /** Ends what {@link Scatter.begin} has begun, with the same arguments. Collective. */
  end(from: Vec, to: Vec, insert: InsertMode = "insert", mode: ScatterMode = "forward"): void {
    petsc().f.VecScatterEnd(this.handle, from.handle, to.handle, insertMode(insert), modeNumber(mode));
  }
}

function gather(call: "VecScatterCreateToAll" | "VecScatterCreateToZero", from: Vec) {
  const { f, scratch } = petsc();
  f[call](from.handle, scratch.at, scratch.at + 8);
  const [plan, target] = [scratch.pointer(0), scratch.pointer(1)];
  return { scatter: new Scatter(from.comm, plan), target: adopt(self(), target) };
}

function modeNumber(mode: ScatterMode): number {
  return mode === "forward" ? 0 : 1;
}
