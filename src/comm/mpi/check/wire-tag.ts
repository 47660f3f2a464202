import { TuttiError } from "../../../errors.js";
import { CALLS } from "../../calls.js";
import type { ElementType } from "../../elements.js";

/*
 * MPI does not carry the element type of a message. While ranks are being checked it travels in the lowest bits of the tag.
 */

const TYPES = 16;
/** MPICH's tags have 28 bits. */
const LARGEST_TAG = 2 ** 24 - 1;

/** The tag with which a message travels. @throws TuttiError `unsupported` if it does not leave room for the type */
export function wireTag(call: number, tag: number, type: ElementType): number {
  if (tag <= LARGEST_TAG) return tag * TYPES + type.code;
  const name = CALLS[call];
  const message = `${name}: while ranks are being checked a tag is at most ${LARGEST_TAG}, found ${tag}`;
  throw new TuttiError("unsupported", message, { call: name, tag, limit: LARGEST_TAG });
}

/** The user's tag, and the code of the element type. */
export function readWireTag(wire: number): { readonly tag: number; readonly type: number } {
  return { tag: Math.floor(wire / TYPES), type: wire % TYPES };
}
