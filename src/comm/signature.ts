import { TuttiError } from "../errors.js";
import { CALLS } from "./calls.js";
import type { Collective } from "./collective.js";
import { ELEMENT_TYPES, type ElementType } from "./elements.js";
import { opNameOf, type Reduction } from "./ops.js";

/** What a rank says of a collective call, for the others to compare with theirs. */
export interface Signature {
  readonly call: number;
  /** Call, element type, operation and whether there are counts, in one integer. */
  readonly kind: number;
  readonly root: number;
  /** Elements; compared only if `uniform`. */
  readonly count: number;
  readonly uniform: boolean;
}

export const NO_ROOT = -1;
const WITH_COUNTS = 1 << 24;

/** The signature of a collective. */
export function signature(
  call: number,
  type: ElementType | undefined,
  { root = NO_ROOT, count = 0, uniform = true, reduction, withCounts = false }: SignatureDetails = {},
): Signature {
  const typeCode = type === undefined ? 0 : type.code + 1;
  const opCode = reduction === undefined ? 0 : reduction.code + 1;
  const kind = call | (typeCode << 8) | (opCode << 16) | (withCounts ? WITH_COUNTS : 0);
  return { call, kind, root, count, uniform };
}

/** The signature of a collective that is about to be started. */
export function signatureOf(task: Collective): Signature {
  const { call } = task;
  switch (task.kind) {
    case "barrier":
      return signature(call, undefined);
    case "bcast":
      return signature(call, task.type, { root: task.root, count: task.buf.length });
    case "gather":
      return signature(call, task.type, { root: task.root, count: task.buf.length, uniform: false });
    case "scatter":
      return signature(call, task.type, { root: task.root, count: task.out.length, uniform: false });
    case "allgather": {
      const { given } = task.into.layout;
      return signature(call, task.type, { count: task.buf.length, uniform: !given, withCounts: given });
    }
    case "alltoall": {
      const { given } = task.into.layout;
      const count = given ? task.from.buf.length : task.from.layout.counts[0];
      return signature(call, task.type, { count, uniform: !given, withCounts: given });
    }
    case "reduceScatter": {
      const { reduction, layout } = task;
      return signature(call, task.type, { reduction, count: task.buf.length, withCounts: layout.given });
    }
    default: {
      const root = task.kind === "reduce" ? task.root : undefined;
      return signature(call, task.type, { root, reduction: task.reduction, count: task.buf.length });
    }
  }
}

/** What a collective call has beside its name and its element type. */
export interface SignatureDetails {
  readonly root?: number;
  readonly count?: number;
  readonly uniform?: boolean;
  readonly reduction?: Reduction;
  readonly withCounts?: boolean;
}

/** `allreduce(4 × float64, op sum)`. */
export function describeSignature(shown: Shown): string {
  return `${CALLS[shown.kind & 0xff]}(${signatureDetails(shown).join(", ")})`;
}

/** `4 × float64`, `op sum`. */
export function signatureDetails({ kind, root, count }: Shown): string[] {
  const type = (kind >> 8) & 0xff;
  const op = (kind >> 16) & 0xff;
  const details = [
    type === 0 ? "" : `${count} × ${ELEMENT_TYPES[type - 1].name}`,
    op === 0 ? "" : `op ${opNameOf(op - 1)}`,
    root === NO_ROOT ? "" : `root ${root}`,
    (kind & WITH_COUNTS) === 0 ? "" : "with counts",
  ];
  return details.filter((text) => text !== "");
}

/** What a rank shows the others of its signature. */
type Shown = Pick<Signature, "kind" | "root" | "count">;

/**
 * The error of ranks that disagree about a collective, the same on every rank.
 *
 * @param communicator what errors call it
 * @param what what is wrong, as in "called different collectives"
 * @param calls what each rank has called, by rank
 */
export function mismatchError(communicator: string, what: string, calls: readonly string[]): TuttiError {
  const ranks = new Map<string, number[]>();
  for (const [rank, text] of calls.entries()) ranks.set(text, [...(ranks.get(text) ?? []), rank]);
  const lines = [...ranks].map(
    ([text, some]) => `${some.length > 1 ? "ranks" : "rank"} ${some.join(", ")}: ${text}`,
  );
  const data = { communicator, calls: Object.fromEntries([...ranks]) };
  return new TuttiError("mismatch", `ranks of ${communicator} ${what}: ${lines.join("; ")}`, data);
}
