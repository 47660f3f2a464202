/** Leaves `start` up to, not including, `end` of a summation tree. */
export interface LeafRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Where a node of the summation tree over `start … end` divides: after the largest power of two of leaves that leaves
 * something on the right. With eight leaves that is ((0+1)+(2+3))+((4+5)+(6+7)). Whoever holds a whole node can sum it
 * alone, so the sum has the same bits however the leaves are dealt out.
 */
export function divide({ start, end }: LeafRange): number {
  return start + 2 ** (31 - Math.clz32(end - start - 1));
}

/**
 * The largest nodes of the tree over `leaves` leaves that lie wholly inside `range`, from left to right.
 * A rank sums these by itself; every other node joins ranks.
 */
export function wholeNodes(leaves: number, range: LeafRange): LeafRange[] {
  const collect = (node: LeafRange): LeafRange[] => {
    if (node.end <= range.start || node.start >= range.end) return [];
    if (node.start >= range.start && node.end <= range.end) return [node];
    const middle = divide(node);
    return [...collect({ start: node.start, end: middle }), ...collect({ start: middle, end: node.end })];
  };
  return collect({ start: 0, end: leaves });
}

/**
 * Whether ranks whose first leaves are `starts` hold one node each, and the tree joins these as the tree over the ranks
 * themselves does. A reduction over the ranks is then the rest of the sum. Neither follows from the other: 2, 1, 1 and 1
 * leaves are a node each, but five leaves are ((0+1)+(2+3))+4.
 */
export function followsRanks(leaves: number, starts: readonly number[]): boolean {
  const follows = (node: LeafRange, ranks: LeafRange): boolean => {
    if (ranks.end - ranks.start === 1) return true;
    const middle = divide(node);
    const rank = divide(ranks);
    return (
      starts[rank] === middle &&
      follows({ start: node.start, end: middle }, { start: ranks.start, end: rank }) &&
      follows({ start: middle, end: node.end }, { start: rank, end: ranks.end })
    );
  };
  return follows({ start: 0, end: leaves }, { start: 0, end: starts.length });
}

/**
 * Sums over `node` in tree order, leaf after leaf: `leaf(i, slot)` puts the value of leaf i into a slot, `add(from, to)`
 * adds one slot to another. The sum ends in `slot`; slots after it hold what waits to be added.
 */
export function sumNode(
  node: LeafRange,
  slot: number,
  leaf: (index: number, slot: number) => void,
  add: (from: number, to: number) => void,
): void {
  if (node.end - node.start === 1) {
    leaf(node.start, slot);
    return;
  }
  const middle = divide(node);
  sumNode({ start: node.start, end: middle }, slot, leaf, add);
  sumNode({ start: middle, end: node.end }, slot + 1, leaf, add);
  add(slot + 1, slot);
}
