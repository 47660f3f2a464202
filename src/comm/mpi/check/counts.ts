import type { Layout } from "../../layout.js";
import type { Signature } from "../../signature.js";
import type { Agreement } from "./agreement.js";

/*
 * Collectives with counts: what one rank sends must be what the other expects. All ranks see whether it is, and all report it
 * if it is not.
 */

/**
 * A gather or a scatter: each rank has as many elements as the root's layout says.
 *
 * @param layout on the root only
 */
export function requireRootsCounts(
  agreement: Agreement,
  signature: Signature,
  layout: Layout | undefined,
  what: string,
): void {
  const { ranks } = agreement.channel.group;
  const shown = agreement.agree(signature, layout?.given ? 1 : 0);
  const { count, extra: given } = shown[signature.root];
  const expected =
    given === 1
      ? agreement.share(signature, layout?.counts ?? ranks.map(() => 0))[signature.root]
      : ranks.map(() => count);
  const wrong = shown.findIndex((one, r) => one.count !== expected[r]);
  if (wrong >= 0) throw agreement.mismatch(signature, shown, `${what} (rank ${wrong})`);
}

/** A collective for which all ranks give the same counts, if they give any. */
export function requireSameCounts(agreement: Agreement, signature: Signature, layout: Layout): void {
  const shown = agreement.agree(signature, layout.given ? fingerprint(layout.counts) : 0);
  const other = shown.findIndex(({ extra }) => extra !== shown[0].extra);
  if (other >= 0) throw agreement.mismatch(signature, shown, `give different counts (rank ${other})`);
}

/** An all-to-all: each rank expects from each other what that one sends to it. */
export function requirePairedCounts(
  agreement: Agreement,
  signature: Signature,
  sent: Layout,
  expected: Layout,
): void {
  const shown = agreement.agree(signature);
  if (!expected.given) return;
  const size = shown.length;
  const counts = agreement.share(signature, [...sent.counts, ...expected.counts]);
  const wrong = shown.findIndex((_, r) => shown.some((_, s) => counts[s][r] !== counts[r][size + s]));
  if (wrong < 0) return;
  throw agreement.mismatch(signature, shown, `send other counts than their receivers expect (rank ${wrong})`);
}

/** A number that is, but for bad luck, different for different counts (FNV-1a over the bytes of their float64 form). */
function fingerprint(counts: readonly number[]): number {
  let hash = 0x811c9dc5;
  for (const byte of new Uint8Array(Float64Array.from(counts).buffer))
    hash = Math.imul(hash ^ byte, 0x01000193);
  return hash;
}
