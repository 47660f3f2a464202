import { TuttiError } from "../errors.js";
import { assign, axpy, type Tensor } from "../tensor/index.js";
import {
  describe,
  type Level,
  type Node,
  pointerOf,
  recording,
  sameShape,
  showShape,
  watch,
} from "../tensor/internal.js";
import {
  backwardFrom,
  checkScalar,
  recorded,
  scoped,
  splitAux,
  takeCotangents,
  type WithAux,
} from "./differentiate.js";
import { tangentsOf } from "./products.js";
import type { Destination } from "./sweep.js";
import { checkLike } from "./tree.js";

/** How gradients are written to their destinations. */
export interface IntoOptions {
  /** Add to what the destinations hold, instead of replacing it. Default false. */
  accumulate?: boolean;
  /** Factor of the gradient (not of the value). Default 1. */
  scale?: number;
}

/**
 * Value of `f` and its gradient with respect to `params`, tensors that `f` uses wherever it likes, written to `destinations`:
 * row-major tensors like the parameters, for example views of one flat gradient vector. Matrix products write there directly.
 *
 * @example
 * const { value } = valueAndGradInto(() => mean(square(sub(matmul(x, weight), y))), [weight], [gradient]);
 * @param f Returns one number as a tensor, or that and anything else in a pair.
 * @throws TuttiError `shape`, `dtype` or `argument` if destinations do not fit or the value of `f` is not one number.
 */
export function valueAndGradInto<Aux = undefined>(
  f: () => WithAux<Aux>,
  params: readonly Tensor[],
  destinations: readonly Tensor[],
  { accumulate = false, scale = 1 }: IntoOptions = {},
): { value: Tensor; aux: Aux } {
  checkDestinations("valueAndGradInto", params, destinations);
  return scoped(() => {
    const { value, aux, node, level, variables } = recordWatching("valueAndGradInto", f, params);
    const targets = destinations.map((tensor): Destination => ({ tensor, filled: accumulate }));
    // While an outer derivative is recorded the gradient must be made of recorded tensors, and is written at the end.
    if (!recording) for (const [i, variable] of variables.entries()) variable.target = targets[i];
    try {
      backwardFrom(value, node, { level, variables }, scale);
    } finally {
      for (const variable of variables) variable.target = null;
    }
    for (const [i, { cotangent }] of variables.entries()) {
      variables[i].cotangent = null;
      if (cotangent !== null) write(cotangent, targets[i]);
      else if (!targets[i].filled) assign(targets[i].tensor, 0);
    }
    return { value, aux };
  });
}

function write(gradient: Tensor, { tensor, filled }: Destination): void {
  if (filled) axpy(1, gradient, tensor);
  else assign(tensor, gradient);
}

/**
 * The product of the Hessian of `f` with respect to `params` and the directions, written to `destinations`; forward over reverse.
 * Parameters, directions and destinations are alike in shape and dtype.
 *
 * @throws TuttiError as {@link valueAndGradInto}.
 */
export function hvpInto(
  f: () => WithAux<unknown>,
  params: readonly Tensor[],
  directions: readonly Tensor[],
  destinations: readonly Tensor[],
  { accumulate = false, scale = 1 }: IntoOptions = {},
): void {
  checkDestinations("hvpInto", params, destinations);
  checkLike("hvpInto", "a direction", directions, params);
  scoped(() => {
    const outer = watching("hvpInto", params, () => {
      const { value, node, level, variables } = recordWatching("hvpInto", f, params);
      backwardFrom(value, node, { level, variables }, scale);
      return takeCotangents(variables);
    });
    const products = tangentsOf("hvpInto", outer.result, outer.level, outer.variables, directions);
    for (const [i, product] of products.entries())
      write(product, { tensor: destinations[i], filled: accumulate });
  });
}

/** Records `f` with `params` as variables, and checks that its value is one number. */
function recordWatching<Aux>(caller: string, f: () => WithAux<Aux>, params: readonly Tensor[]) {
  const { level, variables, result } = watching(caller, params, () => {
    const [value, aux] = splitAux(caller, f());
    return { value, aux: aux as Aux, node: value.node };
  });
  checkScalar(caller, result.value);
  return { ...result, level, variables };
}

/** Records `body` while `params` themselves are variables. */
function watching<T>(
  caller: string,
  params: readonly Tensor[],
  body: () => T,
): { level: Level; variables: Node[]; result: T } {
  const before = params.map(({ node }) => node);
  try {
    const variables: Node[] = [];
    const { level, result } = recorded((open) => {
      for (let i = 0; i < params.length; i++) {
        const earlier = params[i].node;
        if (earlier !== null && earlier.id >= open.first)
          throw new TuttiError("argument", `${caller}: params holds "${params[i].name}" twice`, { index: i });
        variables.push(watch(params[i], params[i], open));
      }
      return body();
    });
    return { level, variables, result };
  } finally {
    for (let i = 0; i < params.length; i++) params[i].node = before[i];
  }
}

function checkDestinations(caller: string, params: readonly Tensor[], destinations: readonly Tensor[]): void {
  if (params.length !== destinations.length)
    throw new TuttiError(
      "argument",
      `${caller}: ${params.length} params and ${destinations.length} destinations, expected as many`,
      { params: params.length, destinations: destinations.length },
    );
  for (let i = 0; i < params.length; i++) {
    const param = params[i];
    const destination = destinations[i];
    pointerOf(param, caller);
    pointerOf(destination, caller);
    if (
      param.dtype !== destination.dtype ||
      !sameShape(param.shape, destination.shape) ||
      !destination.isContiguous
    )
      throw new TuttiError(
        "shape",
        `${caller}: the destination of "${param.name}" is a ${describe(destination)}, ` +
          `expected ${param.dtype} ${showShape(param.shape)}, row-major without gaps`,
        { param: param.shape, destination: destination.shape },
      );
  }
}
