import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

/** A piece of a VTK file, as one rank has written it. */
export interface Piece {
  /** Its attributes: `Extent="0 2 0 3 0 0"`. */
  readonly head: string;
  /** Its arrays by name; numbers of any type as numbers. */
  readonly arrays: ReadonlyMap<string, readonly number[]>;
}

const TYPES = { Float64: Float64Array, Int32: Int32Array, UInt8: Uint8Array } as const;

/** Reads a VTK XML file with appended raw data (VTK's file formats, "XML file formats"). */
export function readVtk(path: string): Piece[] {
  const bytes = readFileSync(path);
  const mark = bytes.indexOf('<AppendedData encoding="raw">');
  assert.ok(mark > 0, "appended raw data");
  const begin = bytes.indexOf("_", mark) + 1;
  const xml = bytes.subarray(0, mark).toString("latin1");
  const wide = xml.includes('header_type="UInt64"');
  const numbers = (type: keyof typeof TYPES, offset: number): number[] => {
    const at = begin + offset;
    const length = wide ? Number(bytes.readBigUInt64LE(at)) : bytes.readUInt32LE(at);
    const first = at + (wide ? 8 : 4);
    return Array.from(new TYPES[type](Uint8Array.from(bytes.subarray(first, first + length)).buffer));
  };
  return [...xml.matchAll(/<Piece ([^>]*)>(.*?)<\/Piece>/gs)].map(([, head, body]) => {
    const found = body.matchAll(/<DataArray type="(\w+)" Name="([^"]*)"[^>]*offset="(\d+)"/g);
    const arrays = [...found].map(([, type, name, offset]): [string, number[]] => [
      name,
      numbers(type as keyof typeof TYPES, Number(offset)),
    ]);
    return { head, arrays: new Map(arrays) };
  });
}
