import { TuttiError } from "../errors.js";
import { core } from "./core.js";
import { showShape } from "./shape.js";
import type { Tensor } from "./tensor.js";

/** A block of the heap, shared by a tensor and its views. */
export class Storage {
  readonly pointer: number;
  readonly bytes: number;
  references = 1;

  constructor(bytes: number) {
    this.pointer = core().heap.allocate(bytes);
    this.bytes = bytes;
  }

  release(): void {
    if (--this.references === 0) core().heap.release(this.pointer, this.bytes);
  }
}

/** Who ends a tensor's life, or who ended it. */
export const Fate = { scope: 0, user: 1, freedByScope: 2, freedByUser: 3 } as const;
export type Fate = (typeof Fate)[keyof typeof Fate];

// Tensors of all open scopes in the order of their creation; a scope owns those from its start on. The count is kept
// apart so that closing a scope does not give the array's memory back each time.
const owned: (Tensor | undefined)[] = [];
let count = 0;
let depth = 0;
let lastTicket = 0;

// For tensors made outside every scope. It never runs inside a synchronous loop: scopes are the way.
const backstop = new FinalizationRegistry<Storage>((storage) => storage.release());

/** Registers a new tensor with the innermost open scope. */
export function adopt(tensor: Tensor): Tensor {
  if (depth > 0) owned[count++] = tensor;
  else handToUser(tensor);
  return tensor;
}

/** Opens a scope; give the result to {@link closeScope}. */
export function openScope(): number {
  depth++;
  return count;
}

/** A mark to put on the tensors (`tensor.ticket`) that outlive the scope closed with it. */
export function newTicket(): number {
  return ++lastTicket;
}

/**
 * Ends the innermost scope: frees its tensors except those that carry `ticket`, which move to the scope around it.
 * With `keepAll`, because a derivative is being traced, all of them move.
 */
export function closeScope(start: number, ticket: number, keepAll = false): void {
  depth--;
  let kept = start;
  for (let i = start; i < count; i++) {
    const tensor = owned[i] as Tensor;
    if (tensor.fate !== Fate.scope) continue;
    if (keepAll || tensor.ticket === ticket) {
      if (!keepAll) tensor.node = null; // nothing is being traced any more: let the record be collected
      if (depth > 0) owned[kept++] = tensor;
      else handToUser(tensor);
    } else free(tensor, Fate.freedByScope);
  }
  for (let i = kept; i < count; i++) owned[i] = undefined;
  count = kept;
}

/** Takes a tensor out of all scopes: it lives until it is disposed of or collected. */
export function handToUser(tensor: Tensor): void {
  if (tensor.fate !== Fate.scope) return;
  tensor.fate = Fate.user;
  backstop.register(tensor, tensor.storage, tensor);
}

export function free(tensor: Tensor, fate: Fate): void {
  if (tensor.pointer === 0) return;
  if (tensor.fate === Fate.user) backstop.unregister(tensor);
  tensor.fate = fate;
  tensor.pointer = 0;
  tensor.node = null;
  tensor.storage.release();
}

/** The error of using a tensor whose memory is gone. */
export function freedError(tensor: Tensor, caller: string): TuttiError {
  const reason =
    tensor.fate === Fate.freedByUser
      ? "it was disposed of (dispose(), or the end of a `using` block)"
      : "the scope in which it was made has ended: return it from the scope, or keep() it";
  return new TuttiError(
    "freed",
    `${caller}: the tensor "${tensor.name}" (${tensor.dtype} ${showShape(tensor.shape)}) was freed: ${reason}`,
    { name: tensor.name, shape: tensor.shape, dtype: tensor.dtype },
  );
}
