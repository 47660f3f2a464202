import type { Tensor } from "../tensor/index.js";
import { zerosLike } from "../tensor/index.js";
import { alias, floatDTypeOf, type Level, type Node, recording } from "../tensor/internal.js";
import { owned, recorded, scoped, takeCotangents, variablesOf, type WithAux } from "./differentiate.js";
import { grad } from "./gradient.js";
import { accumulate, clearTangents, sweepBackward, sweepForward } from "./sweep.js";
import { checkLike, leavesOf, mapTree, type Tree } from "./tree.js";

/**
 * The value of `f` at `xs`, and the function that takes a cotangent of the value (a tensor or tree like it) to the cotangents of
 * all arguments: `u ↦ Jᵀu`. It may be called more than once, until the scope around this call ends, which frees what it needs.
 *
 * @throws TuttiError `dtype` for integer arguments; the pullback: `shape`, `dtype`, `freed`.
 */
export function vjp<Args extends readonly Tree[], Y extends Tree>(
  f: (...args: Args) => Y,
  ...xs: Args
): [value: Y, pullback: (cotangent: Y) => Args] {
  const variables: Node[] = [];
  const { level, result } = recorded((open) => f(...variablesOf("vjp", xs, open, variables)));
  const outputs = leavesOf("vjp", result);
  const nodes = outputs.map(({ node }) => node);
  if (!recording) for (const y of outputs) y.node = null; // the pullback keeps the record, the value need not
  const pullback = (cotangent: Y): Args =>
    scoped(() => {
      const seeds = leavesOf("vjp", cotangent);
      checkLike("vjp", "the cotangent", seeds, outputs);
      for (const [i, node] of nodes.entries())
        if (node !== null && reaches(node, level)) accumulate(node, alias(seeds[i]));
      sweepBackward(level.last, level, variables.length);
      const cotangents = takeCotangents(variables);
      let next = 0;
      return mapTree("vjp", xs, () => cotangents[next++]);
    });
  return [result, pullback];
}

/**
 * The value of `f` at `xs` and its derivative in the direction `tangents`, one for each argument: `[f(x), J·t]`.
 *
 * @throws TuttiError `dtype` for integer arguments, `shape` if tangents do not look like the arguments.
 */
export function jvp<Args extends readonly Tree[], Y extends Tree>(
  f: (...args: Args) => Y,
  xs: Args,
  tangents: Args,
): [value: Y, tangent: Y] {
  checkLike("jvp", "a tangent", leavesOf("jvp", tangents), leavesOf("jvp", xs));
  return scoped(() => {
    const variables: Node[] = [];
    const { level, result } = recorded((open) => f(...variablesOf("jvp", xs, open, variables)));
    return [result, tangentsOf("jvp", result, level, variables, leavesOf("jvp", tangents))];
  });
}

/** Sweeps forwards and reads the tangents of `result`, zero where the variables do not reach. */
export function tangentsOf<Y>(
  caller: string,
  result: Y,
  level: Level,
  variables: readonly Node[],
  tangents: readonly Tensor[],
): Y {
  try {
    for (const [i, variable] of variables.entries()) variable.tangent = alias(tangents[i]);
    const nodes = leavesOf(caller, result).map(({ node }) => node);
    sweepForward(level, variables.length);
    const taken: Tensor[] = [];
    return mapTree(caller, result, (y) => {
      floatDTypeOf(caller, y);
      const node = nodes[taken.length];
      const tangent = node !== null && reaches(node, level) ? node.tangent : null;
      taken.push(tangent === null ? zerosLike(y) : owned(tangent, taken));
      return taken[taken.length - 1];
    });
  } finally {
    clearTangents(level);
  }
}

const reaches = (node: Node, level: Level) => (node.levels & level.bit) !== 0 && node.id >= level.first;

/**
 * The product of the Hessian of a scalar function at `x` with `v`, forward over reverse: `[∇f(x), ∇²f(x)·v]`.
 *
 * @param x A float tensor or a tree of them. @param v Its like.
 * @throws TuttiError `shape`, `dtype`.
 */
export function hvp<X extends Tree>(f: (x: X) => WithAux<unknown>, x: X, v: X): [gradient: X, product: X] {
  return jvp(grad(f) as unknown as (x: X) => X, [x], [v]);
}
