// Which points of a grid in two dimensions a rank has to do with, those at the edges apart from the others.

import type { DMDA } from "tutti/petsc";

/** Ranges of columns and rows, their ends not in them. */
export interface Inside {
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly top: number;
}

/** This rank's grid points without those on the edges of the grid. */
export function insideOf({ sizes, corners }: DMDA): Inside {
  const [left, bottom] = corners.start.map((first) => Math.max(1, first));
  const [right, top] = corners.start.map((first, axis) =>
    Math.min(sizes[axis] - 1, first + corners.size[axis]),
  );
  return { left, right, bottom, top };
}

/** Calls `visit` with each of this rank's grid points on the edges of the grid. */
export function forEachEdgePoint(grid: DMDA, visit: (i: number, j: number) => void): void {
  const [[x, y], [width, height]] = [grid.corners.start, grid.corners.size];
  const { left, right, bottom, top } = insideOf(grid);
  for (let j = y; j < y + height; j++) {
    const crosses = j >= bottom && j < top;
    for (let i = x; i < (crosses ? left : x + width); i++) visit(i, j);
    if (crosses) for (let i = right; i < x + width; i++) visit(i, j);
  }
}
