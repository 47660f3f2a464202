import { TuttiError } from "../../errors.js";
import { CALLS } from "../calls.js";
import { listOf, ranksOf } from "../explain/operation.js";

/**
 * Which epochs are open on one rank's side of a window, by the rules of MPI 4.1, section 12.5.
 *
 * A fence opens an epoch only if operations follow it, so that one may lock after a fence without them.
 */
export class Epochs {
  private fenced: "no" | "yes" | "used" = "no";
  private all = false;
  private readonly locked = new Set<number>();

  /** @param window what errors call the window */
  constructor(private readonly window: string) {}

  /** Begins an operation on `target`. @throws TuttiError "argument" if no epoch allows it */
  access(call: number, target: number): void {
    if (this.isLocked(target)) return;
    if (this.fenced === "no") throw this.closed(call, target);
    this.fenced = "used";
  }

  fence(call: number): void {
    this.requireUnlocked(call);
    this.fenced = "yes";
  }

  lock(call: number, target: number): void {
    if (this.locked.has(target))
      throw this.wrong(call, `rank ${target} is locked already: call unlock(${target}) first`, { target });
    if (this.all) throw this.wrong(call, "all ranks are locked already: call unlockAll() first", { target });
    this.requireNoFence(call);
    this.fenced = "no";
    this.locked.add(target);
  }

  unlock(call: number, target: number): void {
    if (this.locked.delete(target)) return;
    const held = this.all ? ", but all ranks by lockAll(): call unlockAll()" : `: call lock(${target}) first`;
    throw this.wrong(call, `rank ${target} is not locked by lock(${target})${held}`, { target });
  }

  lockAll(call: number): void {
    this.requireUnlocked(call);
    this.requireNoFence(call);
    this.fenced = "no";
    this.all = true;
  }

  unlockAll(call: number): void {
    if (!this.all) throw this.wrong(call, "the ranks are not locked by lockAll()");
    this.all = false;
  }

  flush(call: number, target: number | undefined): void {
    if (target !== undefined) this.access(call, target);
    else if (this.fenced === "no" && !this.all && this.locked.size === 0)
      throw this.wrong(call, "no epoch is open: call fence(), lock() or lockAll() first");
  }

  free(call: number): void {
    this.requireUnlocked(call);
    this.requireNoFence(call);
  }

  private isLocked(target: number): boolean {
    return this.all || this.locked.has(target);
  }

  private requireUnlocked(call: number): void {
    if (this.all) throw this.wrong(call, "all ranks are locked: call unlockAll() first");
    if (this.locked.size === 0) return;
    const targets = [...this.locked];
    const cure = listOf(
      targets.map((target) => `unlock(${target})`),
      "and",
    );
    throw this.wrong(
      call,
      `${ranksOf(targets)} ${targets.length > 1 ? "are" : "is"} locked: call ${cure} first`,
      {
        targets,
      },
    );
  }

  private requireNoFence(call: number): void {
    if (this.fenced === "used")
      throw this.wrong(call, "operations have been begun since the last fence(): call fence() first");
  }

  private closed(call: number, target: number): TuttiError {
    const what =
      this.locked.size === 0
        ? `no epoch is open: call fence() or lock(${target}) first`
        : `rank ${target} is not locked, only ${ranksOf([...this.locked])}: call lock(${target}) first`;
    return this.wrong(call, what, { target });
  }

  private wrong(call: number, what: string, data: object = {}): TuttiError {
    const name = CALLS[call];
    return new TuttiError("argument", `${name}: ${what} (on ${this.window})`, {
      call: name,
      window: this.window,
      ...data,
    });
  }
}
