import { TuttiError } from "../errors.js";
import { type DType, Tensor } from "../tensor/index.js";
import { describe, sameShape, showShape } from "../tensor/internal.js";

/** Tensors in nested arrays and records: parameters of a model, for example. */
export type Tree = Tensor | readonly Tree[] | { readonly [key: string]: Tree };

/** The tensors of a tree in order. @throws TuttiError `argument` naming `caller` if something else is among them. */
export function leavesOf(caller: string, tree: unknown): Tensor[] {
  const leaves: Tensor[] = [];
  mapTree(caller, tree, (leaf) => {
    leaves.push(leaf);
    return leaf;
  });
  return leaves;
}

/** A tree of the same structure with `f` of each tensor. */
export function mapTree<T>(caller: string, tree: T, f: (leaf: Tensor) => Tensor): T {
  const map = (value: unknown): unknown => {
    if (value instanceof Tensor) return f(value);
    if (Array.isArray(value)) return value.map(map);
    if (typeof value === "object" && value !== null && isRecord(value))
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, map(item)]));
    throw new TuttiError(
      "argument",
      `${caller}: found ${value === null ? "null" : typeof value} where a tensor is expected, or an array or record of tensors`,
      { value },
    );
  };
  return map(tree) as T;
}

function isRecord(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Checks that `given` can be a tangent or cotangent of `wanted`: as many tensors of the same shapes and dtypes. */
export function checkLike(
  caller: string,
  what: string,
  given: readonly Tensor[],
  wanted: readonly Tensor[],
): void {
  if (given.length !== wanted.length)
    throw new TuttiError(
      "argument",
      `${caller}: ${what} has ${given.length} tensors, expected ${wanted.length}`,
      {
        found: given.length,
        wanted: wanted.length,
      },
    );
  for (let i = 0; i < given.length; i++)
    checkOneLike(caller, what, given[i], wanted[i].dtype, wanted[i].shape);
}

function checkOneLike(
  caller: string,
  what: string,
  given: Tensor,
  dtype: DType,
  shape: readonly number[],
): void {
  if (given.dtype !== dtype || !sameShape(given.shape, shape))
    throw new TuttiError(
      given.dtype === dtype ? "shape" : "dtype",
      `${caller}: ${what} is a ${describe(given)}, expected ${dtype} ${showShape(shape)}`,
      { found: given.shape, wanted: shape, dtype },
    );
}
