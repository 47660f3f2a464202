import { TuttiError } from "../errors.js";
import { clone, Tensor, zerosLike } from "../tensor/index.js";
import {
  alias,
  closeLevel,
  closeScope,
  describe,
  floatDTypeOf,
  type Level,
  mark,
  type Node,
  newTicket,
  openLevel,
  openScope,
  recording,
  scalar,
  watch,
} from "../tensor/internal.js";
import { accumulate, sweepBackward } from "./sweep.js";
import { mapTree } from "./tree.js";

/** What a function to be differentiated returns: a tensor, alone or first in a pair with something else worth having. */
export type WithAux<Aux> = Tensor | readonly [Tensor, Aux];

/** A finished recording: the level, closed, and the variables it began with. */
export interface Recording {
  readonly level: Level;
  readonly variables: readonly Node[];
}

/**
 * Opens a level, calls `body`, and closes it whatever happens.
 */
export function recorded<T>(body: (level: Level) => T): { level: Level; result: T } {
  const level = openLevel();
  try {
    return { level, result: body(level) };
  } finally {
    closeLevel(level);
  }
}

/** Copies of a tree whose tensors are variables of `level`. They share memory with those given. */
export function variablesOf<T>(caller: string, tree: T, level: Level, nodes: Node[]): T {
  return mapTree(caller, tree, (leaf) => {
    floatDTypeOf(caller, leaf);
    const variable = alias(leaf);
    nodes.push(watch(variable, leaf, level));
    return variable;
  });
}

/**
 * Runs `body` in a scope of its own, from which only its result comes out. Inside another derivative there is no such scope,
 * because that one still needs all that is made here.
 */
export function scoped<T>(body: () => T): T {
  if (recording) return body();
  const start = openScope();
  let ticket = -1;
  try {
    const result = body();
    ticket = newTicket();
    mark(result, ticket);
    return result;
  } finally {
    closeScope(start, ticket);
  }
}

/** Splits what a function returned into value and extra output. */
export function splitAux<Aux>(caller: string, result: WithAux<Aux>): [value: Tensor, aux: Aux | undefined] {
  const [value, aux] = Array.isArray(result) ? (result as [Tensor, Aux]) : [result as Tensor, undefined];
  if (!(value instanceof Tensor))
    throw new TuttiError(
      "argument",
      `${caller}: the function returned ${value === null ? "null" : typeof value}, expected a tensor or [tensor, extra]`,
    );
  return [value, aux];
}

/** The value of a function whose gradient is taken: one float. */
export function checkScalar(caller: string, value: Tensor): Tensor {
  floatDTypeOf(caller, value);
  if (value.size !== 1)
    throw new TuttiError(
      "shape",
      `${caller}: the function returned a ${describe(value)}, expected a single number; reduce it with sum() or mean()`,
      { shape: value.shape },
    );
  return value;
}

/** Starts the backward sweep from a scalar with cotangent `scale`. */
export function backwardFrom(
  value: Tensor,
  recordedAt: Node | null,
  { level, variables }: Recording,
  scale = 1,
): void {
  if (recordedAt === null || recordedAt.id < level.first) return;
  const seed = scalar(scale, floatDTypeOf("grad", value));
  accumulate(recordedAt, value.ndim === 0 ? seed : seed.reshape(value.shape));
  sweepBackward(recordedAt, level, variables.length);
}

/** The cotangents that a sweep left in the variables, zeros where none arrived. */
export function takeCotangents(variables: readonly Node[]): Tensor[] {
  const taken: Tensor[] = [];
  for (const variable of variables) {
    const { cotangent } = variable;
    variable.cotangent = null;
    taken.push(cotangent === null ? zerosLike(variable.output) : owned(cotangent, taken));
  }
  return taken;
}

/**
 * `x`, or a copy if its memory is not its own and row-major: rules hand on views and one tensor to several inputs, which may
 * not show in what users get to keep and change. While an outer derivative is traced nothing is kept.
 */
export function owned(x: Tensor, others: readonly Tensor[]): Tensor {
  const own = recording || (x.isContiguous && x.storage.references === 1 && !others.includes(x));
  return own ? x : clone(x);
}
