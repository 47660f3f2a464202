// A step of the waves on one rank with entries found in three ways, and as a stencil. Prints JSON: microseconds of a step, medians.
import { median } from "../../src/cli/bench/timing.js";
import { DMDA, GridArray } from "../../src/petsc/index.js";

const [NX, NY, STEPS] = [200, 120, 3000];
const CONSTANTS = [0.3, 0.3] as const;

const grid = () => new GridArray(new Float64Array(new SharedArrayBuffer(8 * NX * NY)), [0, 0], [NX, NY], 1);

type Step = (u: GridArray, d: GridArray, v: GridArray, constants: readonly [number, number]) => void;

/** By grid point. */
const accessors: Step = (u, d, v, [cx, cy]) => {
  const [rx, ry] = [cx ** 2, cy ** 2];
  for (let j = 1; j < NY - 1; j++) {
    for (let i = 1; i < NX - 1; i++) {
      const centre = u.at(i, j);
      const horizontal = u.at(i - 1, j) - 2 * centre + u.at(i + 1, j);
      const vertical = u.at(i, j - 1) - 2 * centre + u.at(i, j + 1);
      const old = (1 - d.at(i, j)) * v.at(i, j);
      v.set((2 * centre - old + rx * horizontal + ry * vertical) / (1 + d.at(i, j)), i, j);
    }
  }
};

/** By an index for each entry, computed as the accessors do. */
const indices: Step = (a, b, c, [cx, cy]) => {
  const [rx, ry] = [cx ** 2, cy ** 2];
  const { data: u, offset: o, strideX: x, strideY: y } = a;
  const { data: d, offset: p, strideX: dx, strideY: dy } = b;
  const { data: v, offset: q, strideX: vx, strideY: vy } = c;
  for (let j = 1; j < NY - 1; j++) {
    for (let i = 1; i < NX - 1; i++) {
      const centre = u[o + i * x + j * y];
      const horizontal = u[o + (i - 1) * x + j * y] - 2 * centre + u[o + (i + 1) * x + j * y];
      const vertical = u[o + i * x + (j - 1) * y] - 2 * centre + u[o + i * x + (j + 1) * y];
      const damping = d[p + i * dx + j * dy];
      const old = (1 - damping) * v[q + i * vx + j * vy];
      v[q + i * vx + j * vy] = (2 * centre - old + rx * horizontal + ry * vertical) / (1 + damping);
    }
  }
};

/** By one index that runs through each row. */
const running: Step = (a, b, c, [cx, cy]) => {
  const [rx, ry] = [cx ** 2, cy ** 2];
  const [u, d, v, row] = [a.data, b.data, c.data, a.strideY];
  for (let j = 1; j < NY - 1; j++) {
    const end = a.index(NX - 1, j);
    let [west, centre] = [u[a.index(0, j)], u[a.index(1, j)]];
    for (let p = a.index(1, j), q = c.index(1, j); p < end; p++, q++) {
      const east = u[p + 1];
      const horizontal = west - 2 * centre + east;
      const vertical = u[p - row] - 2 * centre + u[p + row];
      v[q] = (2 * centre - (1 - d[q]) * v[q] + rx * horizontal + ry * vertical) / (1 + d[q]);
      west = centre;
      centre = east;
    }
  }
};

const [u, d, v] = [grid(), grid(), grid()];

/** By the kernel, with factors for each grid point as the division by 1 + d gives them. */
using da = DMDA.create([NX, NY]);
const [rx, ry] = CONSTANTS.map((ratio) => ratio ** 2);
const operator = da.stencil([
  [0, 0, 2 - 2 * rx - 2 * ry],
  [-1, 0, rx],
  [1, 0, rx],
  [0, -1, ry],
  [0, 1, ry],
]);
using local = da.createLocalVector();
using out = da.createGlobalVector();
using scale = da.createGlobalVector();
using keep = da.createGlobalVector();
scale.set(1);
keep.set(-1);
const stencil = () => operator.apply(local, out, { scale, keep });

const figures = Object.entries({ accessors, indices, running, stencil }).map(([name, step]) => {
  const times = Array.from({ length: STEPS }, () => {
    const start = performance.now();
    step(u, d, v, CONSTANTS);
    return 1000 * (performance.now() - start);
  });
  return [name, median(times)];
});
console.log(JSON.stringify(Object.fromEntries(figures)));
