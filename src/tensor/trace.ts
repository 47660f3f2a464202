import { TuttiError } from "../errors.js";
import type { Tensor } from "./tensor.js";

/** What an operation was applied to: a tensor, or a number that took the dtype of the others. */
export type Input = Tensor | number;

/**
 * One application of an operation, recorded while a function is being differentiated.
 *
 * Recording happens here because every operation of this folder does it; what nodes mean for derivatives is known
 * one floor up, in src/autodiff, which alone opens and closes levels and reads nodes.
 */
export class Node {
  readonly primitive: string;
  readonly inputs: readonly Input[];
  readonly params: unknown;
  readonly output: Tensor;
  /** For each input the node that made it, if a variable of differentiation reaches it. */
  readonly parents: readonly (Node | null)[];
  /** One bit for each level whose variables reach this node. */
  readonly levels: number;
  /** Increases along the record. */
  readonly id: number;
  /** The node recorded before this one. */
  readonly previous: Node | null;
  // What sweeps over the record accumulate.
  cotangent: Tensor | null = null;
  tangent: Tensor | null = null;
  /** Where the gradient of a watched parameter is to be written. */
  target: unknown = null;

  constructor(
    primitive: string,
    inputs: readonly Input[],
    params: unknown,
    output: Tensor,
    parents: readonly (Node | null)[],
    levels: number,
  ) {
    this.primitive = primitive;
    this.inputs = inputs;
    this.params = params;
    this.output = output;
    this.parents = parents;
    this.levels = levels;
    this.id = nextId++;
    this.previous = last;
    last = this;
  }
}

/** One differentiation in progress, or finished: its nodes have ids from `first` on and its bit set in `levels`. */
export interface Level {
  readonly bit: number;
  readonly first: number;
  /** The last node recorded before the level was closed. */
  last: Node | null;
  readonly wasRecording: boolean;
}

const MAX_LEVELS = 30;
const open: Level[] = [];
let nextId = 1;
let last: Node | null = null;

/** Whether operations on traced tensors are recorded now. */
export let recording = false;

/** Starts to record; every level must be closed again, innermost first. */
export function openLevel(): Level {
  if (open.length === MAX_LEVELS)
    throw new TuttiError("unsupported", `differentiation is nested more than ${MAX_LEVELS} levels deep`);
  const level: Level = { bit: 1 << open.length, first: nextId, last: null, wasRecording: recording };
  open.push(level);
  recording = true;
  return level;
}

/** Ends the innermost level. Its bit no longer counts: sweeping over it is not part of it. */
export function closeLevel(level: Level): void {
  level.last = last;
  open.pop();
  recording = level.wasRecording;
  if (open.length === 0) last = null;
}

/** Runs `body` without recording. */
export function unrecorded<T>(body: () => T): T {
  const was = recording;
  recording = false;
  try {
    return body();
  } finally {
    recording = was;
  }
}

/**
 * Open levels whose variables reach `node`.
 *
 * Bits are used again after a level closes, but ids only increase: a node older than the first of a level cannot belong to it.
 */
function openLevelsOf(node: Node): number {
  let levels = 0;
  for (let i = 0; i < open.length && node.id >= open[i].first; i++) levels |= open[i].bit;
  return levels & node.levels;
}

/** Whether a variable of a derivative in progress reaches `x`. */
export const isTraced = (x: Tensor): boolean => x.node !== null && openLevelsOf(x.node) !== 0;

/** Makes `tensor` a variable of `level`; levels around it see through to what it was before. */
export function watch(tensor: Tensor, source: Tensor, level: Level): Node {
  const before = source.node;
  const around = before === null ? 0 : openLevelsOf(before);
  const node = new Node("identity", [source], null, tensor, [around ? before : null], level.bit | around);
  tensor.node = node;
  return node;
}

/** Records that `primitive` made `output` of `inputs`, if a variable of an open level reaches one of them. */
export function record(primitive: string, inputs: readonly Input[], params: unknown, output: Tensor): void {
  let levels = 0;
  const parents = new Array<Node | null>(inputs.length);
  for (let i = 0; i < inputs.length; i++) {
    const input = inputs[i];
    parents[i] = null;
    if (typeof input === "number" || input.node === null) continue;
    const reach = openLevelsOf(input.node);
    if (reach === 0)
      input.node = null; // left over from a finished level: let its record be collected
    else {
      parents[i] = input.node;
      levels |= reach;
    }
  }
  if (levels !== 0) output.node = new Node(primitive, inputs, params, output, parents, levels);
}

/** Records a view, and returns it. */
export function recordView(primitive: string, x: Tensor, params: unknown, view: Tensor): Tensor {
  if (recording && x.node !== null) record(primitive, [x], params, view);
  return view;
}
