import { type Comm, world } from "../comm/index.js";
import { TuttiError } from "../errors.js";
import { textAt } from "../native/index.js";
import { onAllRanks } from "./agreement.js";
import { quoteHdf5 } from "./hdf5.js";
import { enumNames, numberOf } from "./names.js";
import { PetscObject } from "./object.js";
import { petsc } from "./runtime.js";

/** What to do with a file: read it, write it anew, or add to its end. */
export type ViewerMode = "read" | "write" | "append";

const MODES: readonly ViewerMode[] = ["read", "write", "append"];

/** How an object is shown; others that PETSc has are accepted too. */
export type ViewerFormat =
  | "default"
  | "ascii_info"
  | "ascii_info_detail"
  | "ascii_index"
  | "ascii_dense"
  | "ascii_common"
  | "ascii_matlab"
  | "ascii_matrixmarket"
  | "ascii_csv"
  | "native"
  | "hdf5_viz"
  | (string & {});

/**
 * Something that objects are shown in or read from: the standard output or a file (PETSc's Viewer). What is shown in a file is
 * there after {@link Viewer.flush} or `destroy`.
 */
export class Viewer extends PetscObject {
  /** The standard output. Collective. */
  static stdout(comm: Comm = world()): Viewer {
    const { handleOf, stdoutViewer } = petsc();
    return new Viewer(comm, stdoutViewer(handleOf(comm)), "borrowed");
  }

  /** A text file, written anew. Collective. */
  static createASCII(path: string, comm: Comm = world()): Viewer {
    return opened(comm, (handle, viewer) => petsc().f.PetscViewerASCIIOpen(handle, path, viewer));
  }

  /** A file in PETSc's binary format, which the same object on any number of ranks can be read from. Collective. */
  static createBinary(path: string, mode: ViewerMode, comm: Comm = world()): Viewer {
    const how = modeNumber(mode);
    return opened(comm, (handle, viewer) => petsc().f.PetscViewerBinaryOpen(handle, path, how, viewer));
  }

  /** A file for ParaView, for vectors of a {@link DMDA} (`.vts`) or a {@link DMPlex} (`.vtu`); cannot be read. Collective. */
  static createVTK(path: string, comm: Comm = world()): Viewer {
    const how = modeNumber("write");
    return opened(comm, (handle, viewer) => petsc().f.PetscViewerVTKOpen(handle, path, how, viewer));
  }

  /**
   * An HDF5 file, in which vectors have their names. Collective.
   *
   * @throws TuttiError `unsupported` where PETSc is built without HDF5
   */
  static createHDF5(path: string, mode: ViewerMode, comm: Comm = world()): Viewer {
    const { f, library, errors } = petsc();
    if (!library.has("PetscViewerHDF5Open")) {
      const message = `createHDF5: PETSc (${library.path}) is built without HDF5; write a binary file, or name another PETSc in TUTTI_PETSC_LIBRARY`;
      throw new TuttiError("unsupported", message, { library: library.path });
    }
    quoteHdf5(library, errors);
    const how = modeNumber(mode);
    return opened(comm, (handle, viewer) => f.PetscViewerHDF5Open(handle, path, how, viewer));
  }

  /**
   * Shows an object. Collective.
   *
   * @throws TuttiError `unsupported` for what cannot be in such a file
   */
  show(object: PetscObject, format?: ViewerFormat): void {
    const { f } = petsc();
    const [call, only] = [f.PetscObjectView, CONTENTS[this.type ?? ""]];
    if (only !== undefined && !only.holds(object)) {
      const found = [object.constructor.name, object.type].filter(Boolean).join(" ");
      const message = `show: a viewer of type ${this.type} shows only ${only.title}, found ${found}`;
      throw new TuttiError("unsupported", message, { found, viewer: this.type });
    }
    if (format !== undefined) {
      const formats = enumNames("PetscViewerFormats");
      f.PetscViewerPushFormat(this.handle, numberOf("show: the format", formats, format));
    }
    try {
      onAllRanks(this.comm, "Viewer.show", () => call(object.handle, this.handle));
    } finally {
      if (format !== undefined) f.PetscViewerPopFormat(this.handle);
    }
  }

  /** Writes what has been shown so far. Collective. */
  flush(): void {
    onAllRanks(this.comm, "Viewer.flush", () => petsc().f.PetscViewerFlush(this.handle));
  }

  override destroy(): void {
    if (!this.destroyed && this.type === "vtk") this.flush(); // it writes only now, and may fail
    super.destroy();
  }
}

/** What files of a type can hold; PETSc passes in silence over everything else. */
const CONTENTS: Readonly<Record<string, { title: string; holds(object: PetscObject): boolean } | undefined>> =
  {
    vtk: { title: "vectors of domains", holds: (object) => object.type === "plex" || hasDomain(object) },
    hdf5: {
      title: "vectors, general lists of indices, and meshes",
      holds: (object) => object.type === "plex" || object.type === "general" || isVec(object),
    },
    binary: { title: "objects with data", holds: (object) => object.type !== "shell" },
  };

function isVec(object: PetscObject): boolean {
  const { f, scratch } = petsc();
  f.PetscObjectGetClassName(object.handle, scratch.at);
  return textAt(scratch.pointer()) === "Vec";
}

/** Whether an object is a vector that a domain has made. */
function hasDomain(object: PetscObject): boolean {
  if (!isVec(object)) return false;
  const { f, scratch } = petsc();
  f.VecGetDM(object.handle, scratch.at);
  return scratch.pointer() !== 0;
}

function modeNumber(mode: ViewerMode): number {
  return numberOf("Viewer: the mode", MODES, mode);
}

/** Opens a file; where one rank alone opens it and fails, all fail. */
function opened(comm: Comm, open: (comm: number, viewer: number) => void): Viewer {
  const { scratch, handleOf, f } = petsc();
  const handle = handleOf(comm);
  let viewer: Viewer | undefined;
  try {
    onAllRanks(comm, "opening a file", () => {
      open(handle, scratch.at);
      viewer = new Viewer(comm, scratch.pointer());
      f.PetscViewerSetUp(viewer.handle); // else a file that cannot be opened is an error only when it is used
    });
  } catch (error) {
    viewer?.destroy();
    throw error;
  }
  return viewer!;
}
