import { TuttiError } from "../errors.js";
import { elementwise } from "./elementwise.js";
import { reductions } from "./reductions.js";
import type { Rule } from "./rule.js";
import { structure } from "./structure.js";

// biome-ignore lint/suspicious/noExplicitAny: each rule knows the parameters of its own operation
type AnyRule = Rule<any>;

/**
 * The primitives table: the derivative rules of every operation that src/tensor records, by its name, and of those
 * defined with `definePrimitive`. All other operations are compositions of these.
 */
export const RULES = new Map<string, AnyRule>(
  Object.entries({ ...elementwise, ...structure, ...reductions }),
);

/** The rule of a recorded operation. */
export function ruleOf(primitive: string): AnyRule {
  const rule = RULES.get(primitive);
  if (rule === undefined)
    throw new TuttiError("unsupported", `grad: the operation ${primitive} has no derivative rule`, {
      primitive,
    });
  return rule;
}
