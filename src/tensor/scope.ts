import { TuttiError } from "../errors.js";
import { closeScope, handToUser, newTicket, openScope } from "./lifetime.js";
import { pointerOf, Tensor } from "./tensor.js";
import { recording } from "./trace.js";

/** A ticket that no tensor carries. */
const NOTHING = -1;

/**
 * Runs `body` and frees every tensor made in it, except those in its result and those given to {@link keep}.
 *
 * Tensors are found in the result at any depth of arrays, plain objects, maps and sets; they move to the scope around this one.
 * If `body` throws, everything is freed. Inside a function that is being differentiated nothing is freed, because the
 * derivative needs what lies between.
 *
 * @example
 * const total = scope(() => sum(square(sub(x, y)))); // the difference and its square are gone
 * @throws TuttiError `argument` if `body` returns a promise: a scope ends when `body` returns, before a promise is settled.
 */
export function scope<T>(body: () => T): T {
  const start = openScope();
  let ticket = NOTHING;
  try {
    const result = body();
    if (typeof (result as { then?: unknown } | null)?.then === "function")
      throw new TuttiError(
        "argument",
        "scope: body returned a promise, but a scope is synchronous; await first, then open a scope around the computation",
      );
    ticket = newTicket();
    mark(result, ticket);
    return result;
  } finally {
    closeScope(start, ticket, recording);
  }
}

/** Takes `x` out of all scopes: it lives until `x.dispose()`, or until it is garbage. Returns `x`. @throws TuttiError `freed`. */
export function keep(x: Tensor): Tensor {
  pointerOf(x, "keep");
  handToUser(x);
  return x;
}

/** Puts `ticket` on every tensor in `value`. */
export function mark(value: unknown, ticket: number, seen?: Set<unknown>): void {
  if (value instanceof Tensor) {
    value.ticket = ticket;
    return;
  }
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return;
  const path = seen ?? new Set();
  if (path.has(value)) return;
  path.add(value);
  if (Array.isArray(value)) for (const item of value) mark(item, ticket, path);
  else if (value instanceof Set) for (const item of value) mark(item, ticket, path);
  else if (value instanceof Map)
    for (const [key, item] of value) {
      mark(key, ticket, path);
      mark(item, ticket, path);
    }
  else if (isPlain(value)) for (const item of Object.values(value)) mark(item, ticket, path);
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
