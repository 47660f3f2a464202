import type { ElementType, TypedArray } from "../elements.js";
import type { Folder } from "../fold.js";

/** Part of a schedule that is under way. */
export interface Step {
  /** Says whether it is complete, without waiting; throws what went wrong with it. */
  test(): boolean;
}

/**
 * What carries the messages of one nonblocking collective: no other message ever meets them. Between two ranks they arrive in
 * the order in which they were sent.
 */
export interface Lane {
  readonly rank: number;
  readonly size: number;
  /** Combines what has come. */
  readonly folder: Folder;
  /** Starts to send; `buf` must stay as it is until the step is complete. */
  send(type: ElementType, buf: TypedArray, dest: number): Step;
  /** Starts to receive as many elements as `buf` has; any other number is an error. */
  receive(type: ElementType, buf: TypedArray, source: number): Step;
}

/** What one rank does in a collective: it yields the steps that must be complete before it goes on. */
export type Plan = Generator<readonly Step[], void, void>;
