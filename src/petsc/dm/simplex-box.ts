/** A list of simplices and the coordinates of their vertices. */
export interface CellList {
  readonly cells: Int32Array;
  readonly vertices: Float64Array;
}

/**
 * A box of any dimension in simplices: each of its cells is divided into one simplex for each order of the axes, which goes
 * from the lowest corner to the highest one along the axes in that order (Kuhn 1960).
 */
export function simplexBox(
  faces: readonly number[],
  lower: readonly number[],
  upper: readonly number[],
): CellList {
  const strides = faces.map((_, axis) => faces.slice(0, axis).reduce((product, n) => product * (n + 1), 1));
  const vertices: number[] = [];
  for (const place of places(faces.map((n) => n + 1)))
    vertices.push(...place.map((i, axis) => lower[axis] + ((upper[axis] - lower[axis]) * i) / faces[axis]));
  const paths = orders(faces.map((_, axis) => axis));
  const cells: number[] = [];
  for (const corner of places(faces)) {
    const first = corner.reduce((sum, i, axis) => sum + i * strides[axis], 0);
    for (const path of paths) {
      let vertex = first;
      const simplex = [vertex, ...path.map((axis) => (vertex += strides[axis]))];
      if (isOdd(path)) simplex.push(simplex.pop()!, simplex.pop()!); // all turn the same way
      cells.push(...simplex);
    }
  }
  return { cells: Int32Array.from(cells), vertices: Float64Array.from(vertices) };
}

/** All places in a grid, the first axis fastest. */
function* places(sizes: readonly number[]): Generator<number[]> {
  const total = sizes.reduce((product, n) => product * n, 1);
  for (let p = 0; p < total; p++) {
    let rest = p;
    yield sizes.map((n) => {
      const i = rest % n;
      rest = (rest - i) / n;
      return i;
    });
  }
}

function orders(items: readonly number[]): number[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item) =>
    orders(items.filter((other) => other !== item)).map((rest) => [item, ...rest]),
  );
}

function isOdd(order: readonly number[]): boolean {
  let swaps = 0;
  for (const [i, a] of order.entries()) for (const b of order.slice(i + 1)) if (a > b) swaps++;
  return swaps % 2 === 1;
}
