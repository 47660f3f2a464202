import { TuttiError } from "../errors.js";
import type { Tensor } from "../tensor/index.js";
import type { Node } from "../tensor/internal.js";
import {
  backwardFrom,
  checkScalar,
  recorded,
  scoped,
  splitAux,
  takeCotangents,
  variablesOf,
  type WithAux,
} from "./differentiate.js";
import { mapTree } from "./tree.js";

/** Positions of the arguments to differentiate: one, or several. */
export type Argnums = number | readonly number[];

/** The gradient with respect to one argument has the argument's structure; with respect to several, it is a list. */
export type GradientOf<Args extends readonly unknown[], N extends Argnums> = N extends number
  ? Args[N]
  : { [I in keyof N]: Args[N[I] & number] };

/**
 * The function that returns the gradient of `f`, a function with one number as its value.
 *
 * Arguments to differentiate are float tensors, or nested arrays and records of them; gradients have their structure, shapes and
 * dtypes. Derivatives of it may be taken again.
 *
 * @example
 * const slope = grad((x: Tensor) => sum(square(x)));
 * slope(tensor([1, 2])); // [2, 4]
 * @param argnums Which arguments, default 0.
 * @throws TuttiError (when called) `shape` if the value of `f` is not one number, `dtype` for integer arguments, `argument`.
 */
export function grad<Args extends readonly unknown[], N extends Argnums = 0>(
  f: (...args: Args) => WithAux<unknown>,
  argnums?: N,
): (...args: Args) => GradientOf<Args, N> {
  return (...args) => scoped(() => differentiate("grad", f, argnums ?? 0, args)[1] as GradientOf<Args, N>);
}

/**
 * The function that returns value and gradient of `f`, and what else `f` returns: `[value, gradient, aux]`.
 *
 * `f` returns one number as a tensor, or that and anything else in a pair. See {@link grad}.
 */
export function valueAndGrad<Args extends readonly unknown[], Aux = undefined, N extends Argnums = 0>(
  f: (...args: Args) => WithAux<Aux>,
  argnums?: N,
): (...args: Args) => [value: Tensor, gradient: GradientOf<Args, N>, aux: Aux] {
  return (...args) =>
    scoped(() => differentiate("valueAndGrad", f, argnums ?? 0, args) as [Tensor, GradientOf<Args, N>, Aux]);
}

function differentiate<Args extends readonly unknown[]>(
  caller: string,
  f: (...args: Args) => WithAux<unknown>,
  argnums: Argnums,
  args: Args,
): [value: Tensor, gradient: unknown, aux: unknown] {
  const positions = typeof argnums === "number" ? [argnums] : argnums;
  const variables: Node[] = [];
  const { level, result } = recorded((open) => {
    const traced: unknown[] = [...args];
    for (const position of positions) {
      if (!Number.isInteger(position) || position < 0 || position >= args.length)
        throw new TuttiError(
          "argument",
          `${caller}: argnums names argument ${position}, but the function was called with ${args.length}`,
          { argnums },
        );
      traced[position] = variablesOf(caller, args[position], open, variables);
    }
    return f(...(traced as unknown as Args));
  });
  const [value, aux] = splitAux(caller, result);
  checkScalar(caller, value);
  backwardFrom(value, value.node, { level, variables });
  const cotangents = takeCotangents(variables);
  let next = 0;
  const gradients = positions.map((position) => mapTree(caller, args[position], () => cotangents[next++]));
  return [value, typeof argnums === "number" ? gradients[0] : gradients, aux];
}
