import { TuttiError } from "../../errors.js";
import { CALLS } from "../calls.js";
import { describe, type ElementType } from "../elements.js";
import { type AnyOp, type BlockOp, type ElementOp, type OpName, resolveOp } from "../ops.js";

/**
 * How an update changes elements of a window (MPI 4.1, section 12.3.4): a predefined reduction, `"replace"`, which makes it
 * a put that is atomic for each element, or `"no-op"`, which makes it a get of that kind.
 */
export type AccumulateOp = OpName | "replace" | "no-op";

/** An {@link AccumulateOp} made ready for one element type. */
export interface Update {
  readonly name: AccumulateOp;
  /** Number of elements that belong together. */
  readonly width: number;
  /** Present if elements are combined one by one: what comes of an element of the window and one that arrives. */
  readonly element?: ElementOp<number>;
  /** Sets `out`, which may be `old`, to the combination of elements of the window and those that arrive. */
  readonly combine: BlockOp["combine"];
}

const REPLACE: Update = {
  name: "replace",
  width: 1,
  element: (_, arriving) => arriving,
  combine: (_, arriving, out) => (out as Float64Array).set(arriving as Float64Array),
};

const NO_OP: Update = {
  name: "no-op",
  width: 1,
  element: (old) => old,
  combine: (old, _, out) => {
    if (out !== old) (out as Float64Array).set(old as Float64Array);
  },
};

/**
 * Prepares `op` for elements of `type`.
 *
 * @throws TuttiError "argument" for a function, which MPI has no way to run on another rank, and for an op that is nothing
 * for these elements
 */
export function resolveUpdate(call: number, op: AnyOp | AccumulateOp | undefined, type: ElementType): Update {
  if (op === "replace") return REPLACE;
  if (op === "no-op") return NO_OP;
  if (op === undefined || typeof op === "string") return resolveOp(CALLS[call], op, type) as Update;
  const name = CALLS[call];
  const message = `${name}: op must be the name of a predefined operation, "replace" or "no-op", found ${describe(op)}`;
  throw new TuttiError("argument", message, { call: name, argument: "op" });
}
