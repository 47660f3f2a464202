import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Comm, self } from "../../../src/comm/index.js";
import {
  DMDA,
  DMPlex,
  IS,
  KSP,
  liveObjects,
  Mat,
  type PetscObject,
  Vec,
  Viewer,
} from "../../../src/petsc/index.js";
import { readVtk } from "./vtk-file.js";

/** Runs `work` in a folder that all ranks share; afterwards no object and no file is left. */
function inFolder(comm: Comm, work: (file: (name: string) => string) => void): void {
  const before = liveObjects();
  const folder = comm.bcastObject(comm.rank === 0 ? mkdtempSync(join(tmpdir(), "tutti-petsc-")) : "");
  work((name) => join(folder, name));
  comm.barrier();
  if (comm.rank === 0) rmSync(folder, { recursive: true });
  assert.equal(liveObjects(), before);
}

function write(viewer: Viewer, ...objects: readonly PetscObject[]): void {
  for (const object of objects) viewer.show(object);
  viewer.destroy();
}

/** A vector with 1, 1/2, 1/3, … */
function shares(n: number, comm: Comm): Vec {
  const x = Vec.createMPI(n, { comm });
  const [begin] = x.ownershipRange;
  for (const i of x.array.keys()) x.array[i] = 1 / (begin + i + 1);
  x.name = "shares";
  return x;
}

/** A vector of a grid with i + 10 j at its points. */
function places(da: DMDA): Vec {
  const x = da.createGlobalVector();
  const u = da.array(x);
  const [x0, y0] = da.corners.start;
  const [nx, ny] = da.corners.size;
  for (let j = y0; j < y0 + ny; j++) for (let i = x0; i < x0 + nx; i++) u.set(i + 10 * j, i, j);
  x.name = "places";
  return x;
}

/** What these ranks write together, each of them reads alone: vectors, a grid's in the natural order, and a matrix. */
export function binary(comm: Comm): void {
  inFolder(comm, (file) => {
    const n = 13;
    using x = shares(n, comm);
    using da = DMDA.create([5, 4], { comm });
    using g = places(da);
    using a = Mat.createAIJ(n, { comm, nnz: 2 });
    for (let i = x.ownershipRange[0]; i < x.ownershipRange[1]; i++) {
      a.setValue(i, i, i + 1);
      a.setValue(i, (i + 1) % n, -1);
    }
    a.assemble();
    write(Viewer.createBinary(file("all.bin"), "write", comm), x, a, g);

    using back = Viewer.createBinary(file("all.bin"), "read", self());
    using y = Vec.createSeq(n);
    y.load(back);
    using b = Mat.createAIJ(n, { comm: self() });
    b.load(back);
    using h = Vec.createSeq(20);
    h.load(back);
    assert.deepEqual(
      [...y.array],
      Array.from({ length: n }, (_, i) => 1 / (i + 1)),
    );
    assert.deepEqual(
      [...h.array],
      Array.from({ length: 20 }, (_, k) => (k % 5) + 10 * Math.floor(k / 5)),
    );
    for (let i = 0; i < n; i++) assert.deepEqual([...b.getValues([i], [i, (i + 1) % n])], [i + 1, -1]);
    // the file is at its end
    assert.throws(() => y.load(back), { code: "petsc" });
  });
}

/** A file of HDF5 has objects by name, which come back in any order on any number of ranks. */
export function hdf5(comm: Comm): void {
  inFolder(comm, (file) => {
    using x = shares(13, comm);
    using da = DMDA.create([5, 4], { comm });
    using g = places(da);
    using set = IS.createGeneral([comm.rank, 7], { comm });
    set.name = "set";
    using mesh = DMPlex.createBoxMesh([3, 2], { comm });
    mesh.createSection({ dofs: [1, 0, 0] });
    using m = mesh.createGlobalVector();
    m.name = "mesh";
    for (const i of m.array.keys()) m.array[i] = m.ownershipRange[0] + i;
    write(Viewer.createHDF5(file("all.h5"), "write", comm), x, g, m);
    write(Viewer.createHDF5(file("all.h5"), "append", comm), set);

    {
      using back = Viewer.createHDF5(file("all.h5"), "read", comm);
      using k = mesh.createGlobalVector();
      k.name = "mesh";
      k.load(back);
      assert.deepEqual([...k.array], [...m.array]);
      using h = da.createGlobalVector();
      h.name = "places";
      h.load(back);
      assert.deepEqual([...h.array], [...g.array]);
      using y = x.duplicate();
      y.name = "shares";
      y.load(back);
      assert.deepEqual([...y.array], [...x.array]);
      y.set(0);
      y.load(back);
      y.scale(3);
      assert.deepEqual(
        [...y.array],
        Array.from(x.array, (share) => 3 * share),
      );
      using again = IS.createGeneral([0, 0], { comm });
      again.name = "set";
      again.load(back);
      assert.deepEqual([...again.indices], [comm.rank, 7]);
      y.name = "lost";
      assert.throws(() => y.load(back), {
        code: "petsc",
        message: /VecLoad: PETSc says: Object \(dataset\) "lost" not stored in group/,
      });
    }
    using alone = Viewer.createHDF5(file("all.h5"), "read", self());
    using all = Vec.createSeq(13);
    all.name = "shares";
    all.load(alone);
    assert.deepEqual(
      [...all.array],
      Array.from({ length: 13 }, (_, i) => 1 / (i + 1)),
    );
  });
}

/** Every point of a grid and every cell of a mesh is in the file for ParaView, with its place and value. */
export function vtk(comm: Comm): void {
  inFolder(comm, (file) => {
    using da = DMDA.create([5, 4], { comm });
    da.setUniformCoordinates([0, 0], [8, 9]);
    using g = places(da);
    write(Viewer.createVTK(file("grid.vts"), comm), g);

    using mesh = DMPlex.createBoxMesh([3, 2], { comm, upper: [3, 2] });
    mesh.createSection({ dofs: [1, 0, 0] });
    using local = mesh.createLocalVector();
    const [begin, end] = mesh.heightStratum(0);
    for (let cell = begin; cell < end; cell++) {
      const { origin, jacobian: j } = mesh.cellGeometry(cell);
      const at = ([x, y]: Iterable<number>) => x + 10 * y;
      const corner = (k: number) => [origin[0] + 2 * j[k], origin[1] + 2 * j[2 + k]];
      mesh.vecSetClosure(local, cell, [at(origin), at(corner(0)), at(corner(1))]);
    }
    using u = mesh.createGlobalVector();
    mesh.localToGlobal(local, u);
    write(Viewer.createVTK(file("mesh.vtu"), comm), u);

    if (comm.rank > 0) return;
    const points = new Map<number, number[]>();
    for (const { arrays } of readVtk(file("grid.vts"))) {
      const position = arrays.get("Position")!;
      for (const [k, value] of arrays.get("places")!.entries())
        points.set(value, position.slice(3 * k, 3 * k + 3));
    }
    assert.equal(points.size, 20);
    for (const [value, [x, y, z]] of points)
      assert.deepEqual([x, y, z], [2 * (value % 10), 3 * Math.floor(value / 10), 0]);

    let cells = 0;
    for (const { arrays } of readVtk(file("mesh.vtu"))) {
      const position = arrays.get("Position")!;
      const [, values] = [...arrays].find(([name]) => name.startsWith(u.name))!;
      for (const [k, value] of values.entries())
        assert.ok(Math.abs(value - position[3 * k] - 10 * position[3 * k + 1]) < 1e-14);
      const types = arrays.get("types")!;
      const triangle = 5;
      assert.ok(types.every((type) => type === triangle));
      cells += types.length;
    }
    assert.equal(cells, 12);
  });
}

/** Text, in the format that is asked for. */
export function ascii(comm: Comm): void {
  inFolder(comm, (file) => {
    using x = shares(3, comm);
    using a = Mat.createAIJ(2, { comm, nnz: 1 });
    for (let i = a.ownershipRange[0]; i < a.ownershipRange[1]; i++) a.setValue(i, i, i + 0.5);
    a.assemble();
    using ksp = KSP.create(comm);
    ksp.setType("cg");
    const viewer = Viewer.createASCII(file("text"), comm);
    viewer.show(x);
    viewer.show(x, "ascii_matlab");
    viewer.show(a, "ascii_matlab");
    viewer.show(ksp);
    assert.throws(() => viewer.show(x, "ascii_mathlab"), { code: "argument", message: /"ascii_matlab"/ });
    viewer.flush();
    comm.barrier();
    const text = readFileSync(file("text"), "utf8");
    assert.match(text, /Vec Object: shares.*\n1\.\n.*0\.5\n.*0\.333333\n/s);
    assert.match(text, /shares = \[.*5\.0000000000000000e-01\n3\.33333333333333\d\de-01\n];/s);
    assert.match(text, /1 1\s+5\.00*e-01\n2 2\s+1\.50*e\+00\n/);
    assert.match(text, /KSP Object:.*type: cg/s);
    viewer.destroy();
  });
}

/** Every rank is told what cannot be written or read, and where. */
export function files(comm: Comm): void {
  inFolder(comm, (file) => {
    using x = shares(13, comm);
    using da = DMDA.create([5, 4], { comm });
    using g = places(da);
    using shell = Mat.createShell(3, { mult() {} }, { comm });
    const nowhere = file("no/such");
    for (const open of [
      () => Viewer.createBinary(nowhere, "read", comm),
      () => Viewer.createBinary(nowhere, "write", comm),
      () => Viewer.createASCII(nowhere, comm),
    ])
      assert.throws(open, /no\/such/);
    assert.throws(
      () => Viewer.createHDF5(nowhere, "write", comm),
      /PetscViewerHDF5Open: PETSc says: .*HDF5.*[Nn]o such file/,
    );
    assert.throws(() => Viewer.createVTK(file("grid.xyz"), comm), {
      code: "petsc",
      message: /grid\.xyz' has unrecognized extension/,
    });
    assert.throws(() => Viewer.createBinary(file("x"), "wriet" as "write", comm), {
      code: "argument",
      message: /the mode must be one of "write", /,
    });
    {
      using viewer = Viewer.createVTK(file("no.vts"), comm);
      assert.throws(() => viewer.show(x), {
        code: "unsupported",
        message: /type vtk shows only vectors of domains, found Vec/,
      });
    }
    assert.ok(!existsSync(file("no.vts")));
    using h5 = Viewer.createHDF5(file("no.h5"), "write", comm);
    assert.throws(() => h5.show(shell), { code: "unsupported", message: /hdf5 .* found Mat shell/ });
    using binary = Viewer.createBinary(file("no.bin"), "write", comm);
    assert.throws(() => binary.show(shell), { code: "unsupported", message: /binary .* found Mat shell/ });

    write(Viewer.createASCII(file("text"), comm), g);
    using text = Viewer.createBinary(file("text"), "read", comm);
    assert.throws(() => x.load(text), { code: "petsc", message: /VecLoad: PETSc says: Not a vector next/ });
    assert.throws(() => Viewer.createHDF5(file("text"), "read", comm), {
      code: "petsc",
      message: /HDF5.*file signature not found/,
    });
  });
}
