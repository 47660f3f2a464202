import { type Comm, world } from "../comm/index.js";
import { numberOf } from "./names.js";
import { PetscObject } from "./object.js";
import { petsc } from "./runtime.js";

/** What to do with a file: read it, write it anew, or add to its end. */
export type ViewerMode = "read" | "write" | "append";

const MODES: readonly ViewerMode[] = ["read", "write", "append"];

/** Something that objects are shown in or read from: the standard output or a file (PETSc's Viewer). */
export class Viewer extends PetscObject {
  /** The standard output. Collective. */
  static stdout(comm: Comm = world()): Viewer {
    const { handleOf, stdoutViewer } = petsc();
    return new Viewer(comm, stdoutViewer(handleOf(comm)), "borrowed");
  }

  /** A text file, written anew. Collective. */
  static createASCII(path: string, comm: Comm = world()): Viewer {
    const { f, scratch, handleOf } = petsc();
    f.PetscViewerASCIIOpen(handleOf(comm), path, scratch.at);
    return new Viewer(comm, scratch.pointer());
  }

  /** A file in PETSc's binary format, which the same object on any number of ranks can be read from. Collective. */
  static createBinary(path: string, mode: ViewerMode, comm: Comm = world()): Viewer {
    return open("PetscViewerBinaryOpen", path, mode, comm);
  }

  /** A file for ParaView (`.vts`, `.vtu`), for vectors of a domain. Collective. */
  static createVTK(path: string, mode: ViewerMode = "write", comm: Comm = world()): Viewer {
    return open("PetscViewerVTKOpen", path, mode, comm);
  }

  /** An HDF5 file, where PETSc is built with it. Collective. */
  static createHDF5(path: string, mode: ViewerMode, comm: Comm = world()): Viewer {
    return open("PetscViewerHDF5Open", path, mode, comm);
  }

  /** Shows an object. Collective. */
  show(object: PetscObject): void {
    petsc().f.PetscObjectView(object.handle, this.handle);
  }
}

function open(
  call: "PetscViewerBinaryOpen" | "PetscViewerVTKOpen" | "PetscViewerHDF5Open",
  path: string,
  mode: ViewerMode,
  comm: Comm,
): Viewer {
  const { f, scratch, handleOf } = petsc();
  f[call](handleOf(comm), path, numberOf("Viewer: the mode", MODES, mode), scratch.at);
  const viewer = new Viewer(comm, scratch.pointer());
  try {
    f.PetscViewerSetUp(viewer.handle); // else a file that cannot be opened is an error only when it is used
  } catch (error) {
    viewer.destroy();
    throw error;
  }
  return viewer;
}
