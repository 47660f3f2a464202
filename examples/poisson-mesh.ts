// Poisson's equation on a mesh of triangles, by finite elements.
//
//     npx tutti run --engine mpi -n 4 examples/poisson-mesh.ts --refine 4
//     npx tutti run --engine mpi -n 4 examples/poisson-mesh.ts --mesh square.msh
//
// -Δu = f on a square, u = 0 on its boundary. Linear elements on triangles: u is a sum of hats, one for each vertex
// inside, whose heights are the unknowns. DMPlex knows the mesh and divides it among the ranks: each computes what its
// own triangles contribute to the matrix and the right-hand side, and PETSc adds up where triangles of different
// ranks meet. With f = 2π² sin(πx) sin(πy) the solution is sin(πx) sin(πy); each refinement must make the error in the
// L² norm four times smaller. --mesh takes a triangulation of the unit square from Gmsh instead of the regular one.
//
// Options of PETSc work: -ksp_type, -pc_type, -ksp_monitor, -log_view.

import { parseArgs } from "node:util";
import { world } from "tutti/comm";
import { DMPlex, KSP, type Vec } from "tutti/petsc";

const { values } = parseArgs({
  options: {
    faces: { type: "string", default: "4" },
    refine: { type: "string", default: "4" },
    mesh: { type: "string" },
  },
  strict: false, // what is left over is for PETSc
});
const whole = (name: "faces" | "refine", least: number) => {
  const number = Number(values[name]);
  if (Number.isSafeInteger(number) && number >= least) return number;
  throw new RangeError(`--${name} must be a whole number from ${least}, found ${values[name]}`);
};
const [faces, refine] = [whole("faces", 1), whole("refine", 1)];
const comm = world();

const exact = (x: number, y: number) => Math.sin(Math.PI * x) * Math.sin(Math.PI * y);
const f = (x: number, y: number) => 2 * Math.PI ** 2 * exact(x, y);

/** A triangle: its area, its vertices, and the gradients of the hats of its vertices. */
function triangle(mesh: DMPlex, cell: number) {
  const { origin, jacobian: j, inverse: i, determinant } = mesh.cellGeometry(cell);
  // the reference triangle has legs of length 2, from (-1, -1)
  const corners = [
    [origin[0], origin[1]],
    [origin[0] + 2 * j[0], origin[1] + 2 * j[2]],
    [origin[0] + 2 * j[1], origin[1] + 2 * j[3]],
  ];
  const [second, third] = [
    [i[0] / 2, i[1] / 2],
    [i[2] / 2, i[3] / 2],
  ];
  const gradients = [[-second[0] - third[0], -second[1] - third[1]], second, third];
  return { area: 2 * Math.abs(determinant), corners, gradients };
}

/** The middles of a triangle's edges, each opposite to a vertex: the points of a rule that is exact for squares. */
const middles = (corners: readonly (readonly number[])[]) =>
  [0, 1, 2].map((v) => {
    const [a, b] = [corners[(v + 1) % 3], corners[(v + 2) % 3]];
    return [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
  });

/** Solves on a mesh; gives the number of unknowns and iterations and the error. */
function solve(mesh: DMPlex) {
  mesh.createSection({ dofs: [1, 0, 0], fixBoundary: true });
  using matrix = mesh.createMatrix();
  using u = mesh.createGlobalVector();
  using b = mesh.createGlobalVector();
  using local = mesh.createLocalVector();
  const [begin, end] = mesh.heightStratum(0);

  for (let cell = begin; cell < end; cell++) {
    const { area, corners, gradients } = triangle(mesh, cell);
    const stiffness = gradients.flatMap((p) => gradients.map((q) => area * (p[0] * q[0] + p[1] * q[1])));
    const at = middles(corners).map(([x, y]) => f(x, y));
    // a hat is 1/2 in the middle of the two edges at its vertex and 0 in that of the third
    const load = [0, 1, 2].map((v) => (area / 6) * (at[(v + 1) % 3] + at[(v + 2) % 3]));
    mesh.matSetClosure(matrix, cell, stiffness, "add");
    mesh.vecSetClosure(local, cell, load, "add");
  }
  matrix.assemble();
  mesh.localToGlobal(local, b, "add");

  using ksp = KSP.create(comm);
  ksp.setOperators(matrix);
  ksp.setType("cg");
  ksp.pc.setType("gamg");
  ksp.setTolerances({ rtol: 1e-10 });
  ksp.setFromOptions();
  const { converged, reason, iterations } = ksp.solve(b, u);
  if (!converged) throw new Error(`the linear solver has ended with ${reason}`);
  return { unknowns: u.size, iterations, error: errorOf(mesh, u, local) };
}

/** The L² norm of the difference from the solution. */
function errorOf(mesh: DMPlex, u: Vec, local: Vec): number {
  local.set(0); // which it is on the boundary
  mesh.globalToLocal(u, local);
  const [begin, end] = mesh.heightStratum(0);
  let squares = 0;
  for (let cell = begin; cell < end; cell++) {
    const { area, corners } = triangle(mesh, cell);
    const heights = mesh.vecGetClosure(local, cell);
    for (const [v, [x, y]] of middles(corners).entries()) {
      const found = (heights[(v + 1) % 3] + heights[(v + 2) % 3]) / 2;
      squares += (area / 3) * (found - exact(x, y)) ** 2;
    }
  }
  return Math.sqrt(comm.allreduce(squares));
}

let mesh =
  typeof values.mesh === "string"
    ? DMPlex.createGmsh(values.mesh, { comm })
    : DMPlex.createBoxMesh([faces, faces], { comm });
if (comm.rank === 0) console.log("triangles  unknowns  iterations  error in L²  order");
let before = Number.NaN;
for (let level = 0; level < refine; level++) {
  const [begin, end] = mesh.heightStratum(0);
  const triangles = comm.allreduce(end - begin);
  const { unknowns, iterations, error } = solve(mesh);
  const order = level === 0 ? "" : Math.log2(before / error).toFixed(2);
  const columns = [triangles, unknowns, iterations, error.toExponential(3), order];
  const widths = [9, 10, 12, 13, 7];
  if (comm.rank === 0)
    console.log(
      columns
        .map((column, i) => String(column).padStart(widths[i]))
        .join("")
        .trimEnd(),
    );
  before = error;
  if (level === refine - 1) break;
  const finer = mesh.refine();
  mesh.destroy();
  mesh = finer;
}
mesh.destroy();
