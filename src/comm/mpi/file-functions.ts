import { bind } from "./functions.js";
import type { Mpi } from "./mpi.js";

/** Parameters as in the table of messages; `n` is an offset or an extent in bytes. A file is an address in every interface. */
const PARAMETERS = {
  File_open: "hpihp",
  File_close: "p",
  File_get_size: "pp",
  File_set_size: "pn",
  File_set_view: "pnhhph",
  File_read_at: "pnpihp",
  File_read_at_all: "pnpihp",
  File_write_at: "pnpihp",
  File_write_at_all: "pnpihp",
  File_sync: "p",

  Type_contiguous: "ihp",
  Type_create_hvector: "iinhp",
  Type_create_resized: "hnnp",
  Type_commit: "p",
  Type_free: "p",
} as const;

/** The C functions of files. */
export type FileFunctions = ReturnType<typeof bind<keyof typeof PARAMETERS>>;

const bound = new WeakMap<Mpi, FileFunctions>();

/** The C functions of files, bound when the first one is opened. */
export function fileFunctions(mpi: Mpi): FileFunctions {
  let f = bound.get(mpi);
  if (f === undefined) {
    f = bind(mpi.library, mpi.abi.handle, PARAMETERS);
    bound.set(mpi, f);
  }
  return f;
}
