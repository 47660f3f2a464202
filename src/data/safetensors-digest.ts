import { createHash } from "node:crypto";
import { badFormat, type Source } from "./format.js";

/** The name that holds the texts in the header of a safetensors file; no array can have it. */
export const METADATA = "__metadata__";

/** The name of the text that tells damage to the rest of the header and to the data. */
export const DIGEST = "tutti.sha256";

/** One call of the hash takes less than 2 GiB. */
const PIECE = 2 ** 30;

/** SHA-256 (FIPS 180-4), in hexadecimal, of a header without its digest, as JSON without white space, and of the data. */
export function digestOf(header: Readonly<Record<string, unknown>>, data: Iterable<Uint8Array>): string {
  const { [DIGEST]: _, ...texts } = header[METADATA] as Record<string, string>;
  const hash = createHash("sha256").update(JSON.stringify({ ...header, [METADATA]: texts }));
  for (const bytes of data)
    for (let start = 0; start < bytes.length; start += PIECE)
      hash.update(bytes.subarray(start, start + PIECE));
  return hash.digest("hex");
}

/**
 * Checks a header and its data against the digest that they came with, if any.
 *
 * @throws TuttiError `format` if they have another.
 */
export function checkDigest(
  header: Readonly<Record<string, unknown>>,
  data: Uint8Array,
  wanted: string | undefined,
  source: Source,
): void {
  if (wanted === undefined) return;
  const found = digestOf(header, [data]);
  if (found === wanted) return;
  const cause = `is damaged, or was changed by a program that kept its ${DIGEST}`;
  const what = `${cause}: the SHA-256 of its header and data is ${found}, wanted ${wanted}`;
  throw badFormat(source, what, { found, wanted });
}
