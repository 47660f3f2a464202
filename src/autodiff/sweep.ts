import { add, assign, axpy, broadcastTo, sumTo, type Tensor } from "../tensor/index.js";
import { type Level, type Node, sameShape } from "../tensor/internal.js";
import type { Application } from "./rule.js";
import { ruleOf } from "./table.js";

/** Where the cotangent of a variable accumulates: `Node.target` during a sweep that is not recorded itself. */
export interface Destination {
  readonly tensor: Tensor;
  /** Whether it holds something to add to. */
  filled: boolean;
}

const belongs = (node: Node | null, level: Level): node is Node =>
  node !== null && (node.levels & level.bit) !== 0 && node.id >= level.first;

/**
 * Propagates cotangents backwards over the nodes of a closed level, from `node` to its variables: the first `variables` nodes.
 * Cotangents of variables are left in their nodes, or written to their destinations.
 */
export function sweepBackward(node: Node | null, level: Level, variables: number): void {
  const firstOperation = level.first + variables;
  let at = node;
  try {
    for (; at !== null && at.id >= firstOperation; at = at.previous) {
      const g = at.cotangent;
      if (g === null) continue;
      at.cotangent = null;
      const { parents } = at;
      for (let i = 0; i < parents.length; i++) {
        const parent = parents[i];
        if (belongs(parent, level)) propagate(g, at, i, parent);
      }
    }
  } catch (error) {
    for (let n = node; n !== null && n.id >= level.first; n = n.previous) n.cotangent = null;
    throw error;
  }
}

/** Adds the share of the `i`th parent in the cotangent `g` of a node. */
function propagate(g: Tensor, node: Node, i: number, parent: Node): void {
  const rule = ruleOf(node.primitive);
  const destination = parent.target as Destination | null;
  if (destination !== null && rule.vjpInto !== undefined) {
    if (rule.vjpInto(g, node as Application, i, destination.tensor, destination.filled)) {
      destination.filled = true;
      return;
    }
  }
  const share = rule.vjp(g, node as Application, i);
  if (share !== null) accumulate(parent, share);
}

/** Adds to the cotangent of a node, or to the destination that stands for it. */
export function accumulate(node: Node, share: Tensor): void {
  const { shape } = node.output;
  const cotangent = sameShape(share.shape, shape) ? share : sumTo(share, shape);
  const destination = node.target as Destination | null;
  if (destination === null)
    node.cotangent = node.cotangent === null ? cotangent : add(node.cotangent, cotangent);
  else {
    if (destination.filled) axpy(1, cotangent, destination.tensor);
    else assign(destination.tensor, cotangent);
    destination.filled = true;
  }
}

/** Propagates tangents forwards over the nodes of a closed level. They stay in the nodes until {@link clearTangents}. */
export function sweepForward(level: Level, variables: number): void {
  const firstOperation = level.first + variables;
  const nodes: Node[] = [];
  for (let at = level.last; at !== null && at.id >= firstOperation; at = at.previous)
    if (belongs(at, level)) nodes.push(at);
  for (const node of nodes.reverse()) {
    const { inputs, parents, output } = node;
    const rule = ruleOf(node.primitive);
    let tangent: Tensor | null = null;
    for (let i = 0; i < inputs.length; i++) {
      const parent = parents[i];
      if (!belongs(parent, level) || parent.tangent === null) continue;
      const share = rule.jvp(parent.tangent, node as Application, i);
      if (share === null) continue;
      const full = sameShape(share.shape, output.shape) ? share : broadcastTo(share, output.shape);
      tangent = tangent === null ? full : add(tangent, full);
    }
    node.tangent = tangent;
  }
}

export function clearTangents(level: Level): void {
  for (let at = level.last; at !== null && at.id >= level.first; at = at.previous) at.tangent = null;
}
