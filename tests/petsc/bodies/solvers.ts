import assert from "node:assert/strict";
import type { Comm } from "../../../src/comm/index.js";
import { TuttiError } from "../../../src/errors.js";
import { DMDA, KSP, liveObjects, Mat, SNES, type Vec } from "../../../src/petsc/index.js";

/** The matrix of -u'' on `n` inner points of an interval, without the factor 1/h². */
function laplacian(comm: Comm, n: number): Mat {
  const a = Mat.createAIJ(n, { comm, nnz: [3, 2] });
  const [begin, end] = a.ownershipRange;
  for (let i = begin; i < end; i++) {
    const columns = [i - 1, i, i + 1].filter((j) => j >= 0 && j < n);
    a.setValues(
      [i],
      columns,
      columns.map((j) => (j === i ? 2 : -1)),
    );
  }
  a.assemble();
  return a;
}

/** The solution of the discrete problem with right-hand side 1 is (i+1)(n-i)/2 exactly. */
function requireSolution(x: Vec, n: number): void {
  const [begin] = x.ownershipRange;
  for (const [k, value] of x.arrayRead.entries()) {
    const i = begin + k;
    assert.ok(Math.abs(value / (((i + 1) * (n - i)) / 2) - 1) < 1e-7, `entry ${i}: ${value}`);
  }
}

export function matrices(comm: Comm): void {
  const n = 12;
  using a = laplacian(comm, n);
  assert.deepEqual(a.size, [n, n]);
  const { right: x, left: y } = a.createVecs();
  const [begin, end] = x.ownershipRange;
  for (let i = begin; i < end; i++) x.array[i - begin] = (i + 1) ** 2;
  a.mult(x, y); // the second difference of a square is -2
  for (let i = begin; i < end; i++)
    assert.equal(y.arrayRead[i - begin], i === n - 1 ? 2 * n * n - (n - 1) ** 2 : -2);
  a.multTranspose(x, y);
  a.multAdd(x, y, y);
  assert.equal(a.norm("infinity"), 4);
  assert.ok(Math.abs(a.norm() - Math.sqrt(4 * n + 2 * (n - 1))) < 1e-13);
  a.getDiagonal(y);
  assert.equal(y.sum(), 2 * n);
  if (end > begin) assert.deepEqual([...a.getValues([begin], [begin])], [2]);
  for (const object of [x, y]) object.destroy();
}

/** Entries given by lists of places, on whatever rank, give the same matrix as entries set one by one. */
export function coordinates(comm: Comm): void {
  const n = 30;
  using a = laplacian(comm, n);
  using b = Mat.createAIJ(n, { comm });
  // every rank gives a share of each row's entries, of rows of other ranks too
  const rows: number[] = [];
  const columns: number[] = [];
  const values: number[] = [];
  for (let i = comm.rank; i < n; i += comm.size) {
    for (const [j, value] of [[i, 1] as const, [i, 1] as const, [i - 1, -1] as const, [i + 1, -1] as const]) {
      if (j < 0 || j >= n) continue;
      rows.push(i);
      columns.push(j);
      values.push(value);
    }
  }
  b.setPreallocationCOO(Int32Array.from(rows), Int32Array.from(columns));
  b.setValuesCOO(Float64Array.from(values));
  const { right: x, left: y } = a.createVecs();
  const z = y.duplicate();
  for (const [k] of x.array.entries()) x.array[k] = Math.sin(x.ownershipRange[0] + k);
  a.mult(x, y);
  b.mult(x, z);
  z.axpy(-1, y);
  assert.equal(z.norm("infinity"), 0);
  assert.throws(() => b.setValuesCOO(new Float64Array(1)), { code: "argument" });
  for (const object of [x, y, z]) object.destroy();
}

export function linear(comm: Comm): void {
  const n = 60;
  using a = laplacian(comm, n);
  const { right: x, left: b } = a.createVecs();
  b.set(1);
  for (const [type, pc] of [
    ["cg", "jacobi"],
    ["gmres", "gamg"],
    ["preonly", "lu"],
  ]) {
    using ksp = KSP.create(comm);
    ksp.setOperators(a);
    ksp.setType(type);
    ksp.pc.setType(pc);
    if (pc === "lu" && comm.size > 1) ksp.pc.setFactorSolverType("mumps");
    ksp.setTolerances({ rtol: 1e-11 });
    const norms: number[] = [];
    ksp.setMonitor((iteration, norm) => {
      assert.equal(iteration, norms.length);
      norms.push(norm);
    });
    const end = ksp.solve(b, x);
    assert.ok(end.converged, end.reason);
    if (type === "cg") {
      assert.match(end.reason, /^CONVERGED_[RA]TOL$/);
      assert.equal(norms.length, end.iterations + 1);
      assert.equal(norms[end.iterations], end.residualNorm);
    }
    requireSolution(x, n);
  }
  using ksp = KSP.create(comm);
  ksp.setOperators(a);
  ksp.setType("richardson");
  ksp.pc.setType("none");
  ksp.setTolerances({ maxIt: 3 });
  const end = ksp.solve(b, x);
  assert.equal(end.converged, false);
  assert.equal(end.reason, "DIVERGED_ITS");
  ksp.setErrorIfNotConverged();
  assert.throws(() => ksp.solve(b, x), { code: "petsc", message: /has not converged/ });
  for (const object of [x, b]) object.destroy();
}

/** A matrix and a preconditioner that only the program knows. */
export function shells(comm: Comm): void {
  const n = 40;
  using a = laplacian(comm, n);
  const { right: x, left: b } = a.createVecs();
  b.set(1);
  let products = 0;
  using shell = Mat.createShell(
    n,
    {
      mult(u, v) {
        products++;
        a.mult(u, v);
      },
      getDiagonal: (d) => d.set(2),
    },
    { comm },
  );
  using ksp = KSP.create(comm);
  ksp.setOperators(shell);
  ksp.setType("cg");
  ksp.pc.setShell((u, v) => v.axpby(0.5, 0, u));
  ksp.setTolerances({ rtol: 1e-11 });
  const { iterations } = ksp.solve(b, x);
  assert.ok(products >= iterations && iterations > 0);
  requireSolution(x, n);
  for (const object of [x, b]) object.destroy();
}

/** The grid of a DMDA: halos bring the neighbours' values, the corners too when asked for, around the edges too. */
export function grids(comm: Comm): void {
  for (const sizes of [[17], [9, 8], [5, 6, 7]]) {
    for (const boundary of ["none", "periodic"] as const) {
      using da = DMDA.create(sizes, { comm, dof: 2, stencilType: "box", boundary });
      using global = da.createGlobalVector();
      using local = da.createLocalVector();
      const value = (i: number, j: number, k: number, c: number) => 1000 * k + 100 * j + 10 * i + c;
      const wrap = (x: number, axis: number) => (x + sizes[axis]) % (sizes[axis] ?? 1);
      const each = (box: typeof da.corners, action: (i: number, j: number, k: number) => void) => {
        const [x, y = 0, z = 0] = box.start;
        const [nx, ny = 1, nz = 1] = box.size;
        for (let k = z; k < z + nz; k++)
          for (let j = y; j < y + ny; j++) for (let i = x; i < x + nx; i++) action(i, j, k);
      };
      const entries = da.array(global);
      each(da.corners, (i, j, k) => {
        for (const c of [0, 1]) entries.set(value(i, j, k, c), i, j, k, c);
      });
      local.set(-1);
      da.globalToLocal(global, local);
      const seen = da.arrayRead(local);
      each(da.ghostCorners, (i, j, k) => {
        const place = [i, j, k].map((at, axis) => (axis < sizes.length ? wrap(at, axis) : 0));
        for (const c of [0, 1]) assert.equal(seen.at(i, j, k, c), value(place[0], place[1], place[2], c));
      });
      // what ranks add to shared grid points adds up: here each point counts once for each rank that sees it
      local.set(1);
      global.set(0);
      da.localToGlobal(local, global, "add");
      assert.equal(global.sum(), comm.allreduce(local.localSize));
    }
  }
}

/** The Bratu problem -Δu = λ exp(u) on the unit square: Newton converges quadratically to the known solution. */
export function nonlinear(comm: Comm): void {
  const before = liveObjects();
  const n = 33;
  const lambda = 6;
  const h = 1 / (n - 1);
  {
    const inside = (i: number, j: number) => i > 0 && j > 0 && i < n - 1 && j < n - 1;
    const points = (da: DMDA) => {
      const [x0, y0] = da.corners.start;
      const [nx, ny] = da.corners.size;
      return Array.from({ length: nx * ny }, (_, p) => [x0 + (p % nx), y0 + Math.floor(p / nx)] as const);
    };
    const residual = (da: DMDA, local: Vec, x: Vec, f: Vec) => {
      da.globalToLocal(x, local);
      const [u, r] = [da.arrayRead(local), da.array(f)];
      for (const [i, j] of points(da)) {
        const c = u.at(i, j);
        const neighbours = () => u.at(i - 1, j) + u.at(i + 1, j) + u.at(i, j - 1) + u.at(i, j + 1);
        r.set(inside(i, j) ? 4 * c - neighbours() - h * h * lambda * Math.exp(c) : c, i, j);
      }
    };
    const norms: number[][] = [];
    for (const [p, jacobian] of [true, false].entries()) {
      using da = DMDA.create([n, n], { comm });
      using local = da.createLocalVector();
      using x = da.createGlobalVector();
      using snes = SNES.create(comm);
      snes.setDM(da);
      snes.setFunction((x, f) => residual(da, local, x, f));
      norms[p] = [];
      snes.setMonitor((_, norm) => norms[p].push(norm));
      // without a function for it PETSc finds the Jacobian by differences, with colours
      if (jacobian) {
        snes.setJacobian((x, _, matrix) => {
          const u = da.arrayRead(x);
          for (const [i, j] of points(da)) {
            if (!inside(i, j)) {
              matrix.setRowStencil([i, j], [i, j, 0, 0], [1]);
              continue;
            }
            const places = [i, j - 1, 0, 0, i - 1, j, 0, 0, i, j, 0, 0, i + 1, j, 0, 0, i, j + 1, 0, 0];
            const middle = 4 - h * h * lambda * Math.exp(u.at(i, j));
            matrix.setRowStencil([i, j], places, [-1, -1, middle, -1, -1]);
          }
          matrix.assemble();
        });
      }
      snes.setTolerances({ rtol: 1e-12 });
      snes.ksp.setTolerances({ rtol: 1e-12 });
      x.set(0);
      const end = snes.solve(null, x);
      assert.ok(end.converged, end.reason);
      assert.ok(snes.linearSolveIterations > 0);
      // near the end each norm is about the square of the one before
      const [a, b, c] = norms[p].slice(-3);
      if (jacobian && c > 1e-13) assert.ok(Math.log(c / b) / Math.log(b / a) > 1.6, `${norms[p]}`);
      assert.ok(Math.abs(x.max().value - 0.7971) < 5e-4, `${x.max().value}`);
    }
  }
  assert.equal(liveObjects(), before);
}

/** What a callback throws on one rank comes out of solve on every rank; the solver works again afterwards. */
export function throwing(comm: Comm): void {
  const last = comm.rank === comm.size - 1;
  using da = DMDA.create([20], { comm });
  using x = da.createGlobalVector();
  using snes = SNES.create(comm);
  snes.setDM(da);
  let fail = true;
  snes.setFunction((u, f) => {
    if (fail && last) throw new RangeError("no such residual");
    const [from, to] = [u.arrayRead, f.array];
    for (const [k, value] of from.entries()) to[k] = value ** 3 - 8;
  });
  x.set(1);
  try {
    snes.solve(null, x);
    assert.fail("nothing was thrown");
  } catch (error) {
    assert.ok(error instanceof TuttiError);
    assert.equal(error.code, "petsc");
    assert.match(error.message, /no such residual/);
    assert.ok((error.data.traceback as string[]).some((line) => line.startsWith("SNESSolve()")));
    if (last) assert.ok(error.cause instanceof RangeError && /solvers/.test(error.cause.stack ?? ""));
    else assert.match(error.message, new RegExp(`rank ${comm.size - 1} has thrown`));
  }
  fail = false;
  x.set(1);
  assert.ok(snes.solve(null, x).converged);
  assert.ok(Math.abs(x.max().value - 2) < 1e-8);
  assert.throws(() => snes.setType("newton-ls"), {
    code: "argument",
    message: /newton-ls.*the nearest of its types are "newtonls"/,
  });
  snes.setFunction((_, f) => f.set(Number.NaN));
  assert.equal(snes.solve(null, x).reason, "DIVERGED_FNORM_NAN");
}
