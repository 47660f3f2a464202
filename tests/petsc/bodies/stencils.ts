import assert from "node:assert/strict";
import type { Comm } from "../../../src/comm/index.js";
import { DMDA } from "../../../src/petsc/index.js";

/** Entries of a stencil array are those that are set row by row: all dimensions, components, around edges. */
export function entries(comm: Comm): void {
  for (const sizes of [[19], [9, 8], [5, 6, 7]]) {
    for (const boundary of ["none", "periodic"] as const) {
      for (const dof of [1, 2]) {
        using da = DMDA.create(sizes, { comm, dof, boundary });
        const axes = sizes.map((_, axis) => sizes.map((_, other) => Number(axis === other)));
        const stencil = [
          sizes.map(() => 0),
          ...axes.flatMap((axis) => [axis, axis.map((distance) => 0 - distance)]),
        ];
        using a = da.createMatrix();
        using b = da.createMatrix();
        const places = da.stencilArray(a, stencil);
        const value = (row: number[], column: number[]) =>
          Math.sin(row.concat(column).reduce((sum, at) => 11 * sum + at));
        const [x, y = 0, z = 0] = da.corners.start;
        const [nx, ny = 1, nz = 1] = da.corners.size;
        for (let k = z; k < z + nz; k++)
          for (let j = y; j < y + ny; j++)
            for (let i = x; i < x + nx; i++)
              for (const [place, [di, dj = 0, dk = 0]] of stencil.entries())
                for (let r = 0; r < dof; r++)
                  for (let c = 0; c < dof; c++) {
                    const column = [i + di, j + dj, k + dk, c];
                    const beyond = column.some(
                      (at, axis) => axis < sizes.length && (at < 0 || at >= sizes[axis]),
                    );
                    const number = value([i, j, k, r], column);
                    places.set(number, place, i, j, k, r, c);
                    if (!beyond || boundary === "periodic") b.setRowStencil([i, j, k, r], column, [number]);
                  }
        places.assemble();
        b.assemble();
        using u = da.createGlobalVector();
        using v = da.createGlobalVector();
        using w = da.createGlobalVector();
        const [begin] = u.ownershipRange;
        for (const n of u.array.keys()) u.array[n] = Math.cos(begin + n);
        a.mult(u, v);
        b.mult(u, w);
        assert.ok(w.norm() > 0.1);
        w.axpy(-1, v);
        assert.ok(w.norm("infinity") < 1e-13, `${sizes} ${boundary} ${dof}`);
        // the array stays, with what was set: changing one entry changes one entry
        assert.equal(da.stencilArray(a, stencil), places);
        places.data.fill(0);
        places.assemble();
        assert.equal(a.norm(), 0);
      }
    }
  }
}

/** Places that a rank does not see, or that have too few axes, are refused. */
export function refused(comm: Comm): void {
  using da = DMDA.create([9, 8], { comm });
  using mat = da.createMatrix();
  for (const place of [[2, 0], [1, 1], [1], [0, 0, 0]]) {
    assert.throws(() => da.stencilArray(mat, [place]), {
      code: "argument",
      message: /each place of the stencil must be 2 distances along axes within a star of width 1/,
    });
  }
}
