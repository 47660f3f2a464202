import type { Plan, Step } from "./lane.js";

/** A nonblocking collective under way on one rank. */
export class Schedule {
  done = false;
  private error: unknown;
  private failed = false;
  private advancing = false;
  private steps: readonly Step[] = [];

  constructor(private readonly plan: Plan) {}

  /**
   * Goes on as far as possible without waiting, and says whether anything has happened.
   *
   * After an error it goes on, too, as far as it can: other ranks count on its messages.
   */
  advance(): boolean {
    // an operation of the user may call a communicator, which moves everything on
    if (this.done || this.advancing) return false;
    this.advancing = true;
    let happened = false;
    try {
      while (!this.done) {
        const pending = this.steps.filter((step) => !this.isComplete(step));
        happened ||= pending.length < this.steps.length;
        this.steps = pending;
        if (pending.length > 0) break;
        happened = true;
        const { done, value } = this.plan.next();
        if (done) this.done = true;
        else this.steps = value;
      }
    } catch (error) {
      this.fail(error);
    } finally {
      this.advancing = false;
    }
    return happened;
  }

  /** Ends it with an error, which says more than what has come of it and is already noted. */
  fail(error: unknown): void {
    this.failed = false;
    this.note(error);
    this.steps = [];
    this.done = true;
  }

  /** Throws what went wrong with it, if anything did. */
  check(): void {
    if (this.failed) throw this.error;
  }

  private isComplete(step: Step): boolean {
    try {
      return step.test();
    } catch (error) {
      this.note(error);
      return true;
    }
  }

  private note(error: unknown): void {
    if (!this.failed) this.error = error;
    this.failed = true;
  }
}

/** The schedules of one rank that are under way. Whatever the rank waits for, it must move them on: others wait for them. */
export class Schedules {
  private active: Schedule[] = [];

  /** Number of those under way. */
  get count(): number {
    return this.active.length;
  }

  /** Begins a schedule, as far as that goes without waiting. */
  start(schedule: Schedule): void {
    schedule.advance();
    if (!schedule.done) this.active.push(schedule);
  }

  /** Moves all on as far as possible without waiting, and says whether anything has happened. */
  advance(): boolean {
    let happened = false;
    for (const schedule of this.active) if (schedule.advance()) happened = true;
    if (this.active.some(({ done }) => done)) this.active = this.active.filter(({ done }) => !done);
    return happened;
  }
}
