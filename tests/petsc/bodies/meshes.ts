import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Comm } from "../../../src/comm/index.js";
import { DMPlex, liveObjects } from "../../../src/petsc/index.js";

/** Points of a range that no other rank owns, as sums over ranks would count shared ones twice. */
const sum = (comm: Comm, value: number) => comm.allreduce(value);

/** Simplices fill a box, of which a refinement is a finer one. */
export function boxes(comm: Comm): void {
  const before = liveObjects();
  const factorial = [1, 1, 2, 6];
  for (const faces of [[5], [3, 4], [2, 3, 2]]) {
    const n = faces.length;
    const upper = [2, 3, 0.5].slice(0, n);
    using coarse = DMPlex.createBoxMesh(faces, { comm, upper });
    using fine = coarse.refine();
    const cubes = faces.reduce((product, face) => product * face, 1);
    for (const [mesh, parts] of [
      [coarse, 1],
      [fine, 2 ** n],
    ] as const) {
      assert.equal(mesh.dimension, n);
      const [begin, end] = mesh.heightStratum(0);
      assert.equal(sum(comm, end - begin), cubes * factorial[n] * parts);
      let volume = 0;
      for (let cell = begin; cell < end; cell++) {
        const { determinant, jacobian, inverse, origin } = mesh.cellGeometry(cell);
        assert.equal(origin.length, n);
        volume += (2 ** n / factorial[n]) * Math.abs(determinant);
        for (let i = 0; i < n; i++) {
          for (let j = 0; j < n; j++) {
            let entry = 0;
            for (let k = 0; k < n; k++) entry += jacobian[n * i + k] * inverse[n * k + j];
            assert.ok(Math.abs(entry - Number(i === j)) < 1e-12);
          }
        }
        assert.equal(mesh.cone(cell).length, n + 1);
      }
      const box = upper.reduce((product, length) => product * length, 1);
      assert.ok(Math.abs(sum(comm, volume) / box - 1) < 1e-12);
    }
    // as many unknowns as there are vertices inside
    coarse.createSection({ dofs: [1, ...faces.map(() => 0)], fixBoundary: true });
    using inside = coarse.createGlobalVector();
    assert.equal(
      inside.size,
      faces.reduce((product, face) => product * (face - 1), 1),
    );
  }
  using quads = DMPlex.createBoxMesh([3, 2], { comm, simplex: false });
  const [begin, end] = quads.heightStratum(0);
  assert.equal(sum(comm, end - begin), 6);
  quads.destroy();
  assert.equal(liveObjects(), before);
}

/** Closures reach the unknowns of a cell's vertices; sums over cells add up over ranks. */
export function closures(comm: Comm): void {
  using mesh = DMPlex.createBoxMesh([4, 3], { comm });
  mesh.createSection({ dofs: [1, 0, 0] });
  using global = mesh.createGlobalVector();
  using local = mesh.createLocalVector();
  using matrix = mesh.createMatrix();
  assert.equal(global.size, 20);
  const [begin, end] = mesh.heightStratum(0);
  for (let cell = begin; cell < end; cell++) {
    mesh.vecSetClosure(local, cell, [1, 1, 1], "add");
    mesh.matSetClosure(matrix, cell, [2, -1, -1, -1, 2, -1, -1, -1, 2], "add");
  }
  matrix.assemble();
  mesh.localToGlobal(local, global, "add");
  assert.equal(global.sum(), 3 * 24); // three corners of each triangle
  using product = global.duplicate();
  global.set(1);
  matrix.mult(global, product);
  assert.ok(product.norm("infinity") < 1e-13); // the rows of each triangle's matrix add up to 0
  global.set(7);
  mesh.globalToLocal(global, local);
  if (end > begin) assert.deepEqual([...mesh.vecGetClosure(local, begin)], [7, 7, 7]);
  const edges = sum(comm, mesh.boundary.length);
  assert.ok(edges >= 28); // 14 edges and as many vertices, those between ranks more than once
  assert.throws(() => mesh.createSection({ dofs: [1, 0] }), { code: "argument", message: /dofs must have/ });
  assert.throws(() => DMPlex.createFromCellList(2, [0, 1, 3], [0, 0, 1, 0, 0, 1], { comm }), {
    code: "argument",
    message: /cells\[2\] must be one of the 3 vertices, found 3/,
  });
}

/** Two triangles of a square, in Gmsh's format 2.2. */
const SQUARE = `$MeshFormat
2.2 0 8
$EndMeshFormat
$Nodes
4
1 0 0 0
2 1 0 0
3 1 1 0
4 0 1 0
$EndNodes
$Elements
2
1 2 2 0 1 1 2 3
2 2 2 0 1 1 3 4
$EndElements
`;

/** The same in format 4.1. */
const MODERN = `$MeshFormat
4.1 0 8
$EndMeshFormat
$Entities
0 0 1 0
1 0 0 0 1 1 0 0 0
$EndEntities
$Nodes
1 4 1 4
2 1 0 4
1
2
3
4
0 0 0
1 0 0
1 1 0
0 1 0
$EndNodes
$Elements
1 2 1 2
2 1 2 2
1 1 2 3
2 1 3 4
$EndElements
`;

/** Meshes come from files; one that is broken is an error on every rank. */
export function gmsh(comm: Comm): void {
  const before = liveObjects();
  const folder = comm.bcastObject(comm.rank === 0 ? mkdtempSync(join(tmpdir(), "tutti-mesh-")) : "");
  const put = (name: string, text: string) => {
    if (comm.rank === 0) writeFileSync(join(folder, name), text);
    comm.barrier();
    return join(folder, name);
  };
  {
    using mesh = DMPlex.createGmsh(put("square.msh", SQUARE), { comm });
    const [begin, end] = mesh.heightStratum(0);
    assert.equal(sum(comm, end - begin), 2);
  }
  {
    using mesh = DMPlex.createGmsh(put("modern.msh", MODERN), { comm });
    const [begin, end] = mesh.heightStratum(0);
    assert.equal(sum(comm, end - begin), 2);
  }
  const element = "1 2 2 0 1 1 2 3";
  for (const [name, text, line] of [
    ["cut", SQUARE.slice(0, 60), 8],
    ["other", "solid cube\n", 1],
    ["empty", "", 1],
    ["word", SQUARE.replace("2 1 0 0", "2 1 x 0"), 7],
    ["node", SQUARE.replace(element, "1 2 2 0 1 1 2 99"), 13],
    ["negative", SQUARE.replace(element, "1 2 2 0 1 1 2 -3"), 13],
    ["tags", SQUARE.replace(element, "1 2 -5 0 1 1 2 3"), 13],
    ["short", SQUARE.replace(element, "1 2 2 0 1"), 13],
    ["many", SQUARE.replace("\n2\n", "\n2000000000\n"), 15],
    ["fewer", SQUARE.replace("\n4\n", "\n-4\n"), 5],
    ["modern node", MODERN.replace("2 1 3 4", "2 1 3 9"), 24],
  ] as const) {
    const message = new RegExp(`${name}\\.msh:${line}: expected .*, found `);
    assert.throws(() => DMPlex.createGmsh(put(`${name}.msh`, text), { comm }), { code: "format", message });
  }
  for (const [name, text] of [
    ["version", SQUARE.replace("2.2", "9.9")],
    ["type", SQUARE.replace(element, "1 77 2 0 1 1 2 3")],
  ]) {
    const message = new RegExp(`${name}\\.msh: .*PETSc says: `);
    assert.throws(() => DMPlex.createGmsh(put(`${name}.msh`, text), { comm }), { code: "petsc", message });
  }
  assert.throws(() => DMPlex.createGmsh(join(folder, "none.msh"), { comm }), {
    code: "file",
    message: /cannot read .*none\.msh: there is no such file/,
  });
  comm.barrier();
  if (comm.rank === 0) rmSync(folder, { recursive: true });
  assert.equal(liveObjects(), before);
}
