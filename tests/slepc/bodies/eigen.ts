import assert from "node:assert/strict";
import type { Comm } from "../../../src/comm/index.js";
import { liveObjects, Mat } from "../../../src/petsc/index.js";
import { EPS, SVD } from "../../../src/slepc/index.js";

function tridiagonal(comm: Comm, n: number, [lower, middle, upper]: readonly number[]): Mat {
  const a = Mat.createAIJ(n, { comm, nnz: [3, 2] });
  const [begin, end] = a.ownershipRange;
  for (let i = begin; i < end; i++) {
    if (i > 0) a.setValue(i, i - 1, lower);
    a.setValue(i, i, middle);
    if (i < n - 1) a.setValue(i, i + 1, upper);
  }
  a.assemble();
  return a;
}

/** Vibrations of a string with linear elements: K x = λ M x has the closed form (6/h²)(1-cos θ)/(2+cos θ). */
export function generalised(comm: Comm): void {
  const before = liveObjects();
  const n = 50;
  const h = 1 / (n + 1);
  {
    using k = tridiagonal(comm, n, [-1 / h, 2 / h, -1 / h]);
    using m = tridiagonal(comm, n, [h / 6, (4 * h) / 6, h / 6]);
    using eps = EPS.create(comm);
    eps.setOperators(k, m);
    eps.setProblemType("ghep");
    eps.setWhichEigenpairs("target-magnitude");
    eps.setTarget(0);
    eps.st.setType("sinvert");
    eps.setDimensions(4);
    eps.setTolerances({ tol: 1e-10 });
    let iterations = 0;
    eps.setMonitor((iteration) => {
      iterations = iteration;
    });
    const end = eps.solve();
    assert.ok(end.converged >= 4);
    assert.equal(end.reason, "CONVERGED_TOL");
    assert.equal(iterations, end.iterations);
    const { right: x, left: y } = k.createVecs();
    const z = y.duplicate();
    for (let p = 0; p < 4; p++) {
      const theta = Math.PI * (p + 1) * h;
      const exact = ((6 / h ** 2) * (1 - Math.cos(theta))) / (2 + Math.cos(theta));
      const { real, imaginary } = eps.getEigenpair(p, x);
      assert.ok(Math.abs(real / exact - 1) < 1e-9, `eigenvalue ${p}: ${real}, expected ${exact}`);
      assert.equal(imaginary, 0);
      k.mult(x, y);
      m.mult(x, z);
      y.axpy(-real, z);
      assert.ok(y.norm() < 1e-7 * real);
      assert.ok(eps.computeError(p) < 1e-9);
    }
    for (const object of [x, y, z]) object.destroy();
  }
  assert.equal(liveObjects(), before);
}

/** Eigenvalues of a matrix that is not symmetric come in pairs of complex numbers. */
export function complexPairs(comm: Comm): void {
  const n = 8;
  using a = tridiagonal(comm, n, [-1, 0, 1]); // 2i cos(kπ/(n+1))
  using eps = EPS.create(comm);
  eps.setOperators(a);
  eps.setProblemType("nhep");
  eps.setWhichEigenpairs("largest-imaginary");
  eps.setDimensions(2);
  assert.ok(eps.solve().converged >= 2);
  for (const p of [0, 1]) {
    const { real, imaginary } = eps.getEigenpair(p);
    assert.ok(Math.abs(real) < 1e-10);
    assert.ok(Math.abs(Math.abs(imaginary) - 2 * Math.cos(Math.PI / (n + 1))) < 1e-8);
  }
  assert.throws(() => eps.setType("krylovshur"), {
    code: "argument",
    message: /krylovshur.*nearest of its types are "krylovschur"/,
  });
  assert.throws(() => eps.setProblemType("hermitian" as "hep"), {
    code: "argument",
    message: /"hep", "ghep"/,
  });
}

/** Singular values of a bidiagonal matrix are those of its normal equations. */
export function singularValues(comm: Comm): void {
  const n = 30;
  using a = tridiagonal(comm, n, [0, 1, -1]); // AᵀA is the Laplacian with one free end: σ = 2 sin((2k-1)π/(4n+2))
  using svd = SVD.create(comm);
  svd.setOperator(a);
  svd.setDimensions(2);
  const { converged, reason } = svd.solve();
  assert.ok(converged >= 2, reason);
  const { right: v, left: u } = a.createVecs();
  const w = u.duplicate();
  for (const p of [0, 1]) {
    const sigma = svd.getSingularTriplet(p, u, v);
    const exact = 2 * Math.sin(((2 * (n - p) - 1) * Math.PI) / (4 * n + 2));
    assert.ok(Math.abs(sigma / exact - 1) < 1e-9, `${sigma}, expected ${exact}`);
    a.mult(v, w);
    w.axpy(-sigma, u);
    assert.ok(w.norm() < 1e-7);
    assert.ok(svd.computeError(p) < 1e-7);
  }
  for (const object of [u, v, w]) object.destroy();
}
