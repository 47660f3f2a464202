import { TuttiError } from "../errors.js";

/** Where a reader is, for its error messages: its function and the file. */
export interface Source {
  readonly reader: string;
  readonly file: string;
}

/** The error of a file whose content is not what its format says. `found` is a sentence; `data` has offset or line. */
export function badFormat(source: Source, found: string, data: Record<string, unknown> = {}): TuttiError {
  return new TuttiError("format", `${source.reader}: '${source.file}' ${found}`, {
    file: source.file,
    ...data,
  });
}

/** What the first bytes of a file say it is, or null: so that an error can name a file under the wrong name. */
export function recognise(bytes: Uint8Array): string | null {
  if (bytes.length === 0) return "an empty file";
  const start = Buffer.from(bytes.subarray(0, 16));
  for (const [magic, name] of MAGIC) if (start.indexOf(magic, 0, "latin1") === 0) return name;
  if (start[8] === 0x7b && bytes.length > 8 && start.readUInt16LE(6) === 0) return "a safetensors file";
  if (start[0] === 0 && start[1] === 0 && start[2] >= 8 && start[2] <= 14) return "an IDX file";
  if (start.every((byte) => byte >= 32 || byte === 9 || byte === 10 || byte === 13)) return "a text file";
  return null;
}

const MAGIC: readonly (readonly [string, string])[] = [
  ["\x93NUMPY", "an NPY file"],
  ["\x1f\x8b", "a gzip file: give it a name that ends in .gz, or unpack it"],
  ["PK\x03\x04", "a zip file (perhaps .npz or .xlsx): unpack it first"],
  ["\x89HDF\r\n", "an HDF5 file"],
  ["\x89PNG", "a PNG picture"],
  ["\xff\xd8\xff", "a JPEG picture"],
  ["PAR1", "a Parquet file"],
  ["%PDF", "a PDF document"],
  ["\x7fELF", "a program"],
];

/** `"an NPY file"` → `"; it is an NPY file"`: the end of a sentence that says what was wanted. */
export function insteadOf(bytes: Uint8Array): string {
  const found = recognise(bytes);
  return found === null ? "" : `; it is ${found}`;
}
