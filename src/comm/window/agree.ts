import { TuttiError } from "../../errors.js";
import { CALLS } from "../calls.js";
import { ELEMENT_TYPES, type ElementType, FLOAT64 } from "../elements.js";
import { evenLayout } from "../layout.js";
import type { Transport } from "../transport.js";

/**
 * The lengths that all ranks give, by rank. Collective.
 *
 * @throws TuttiError "mismatch", on every rank, if they give different kinds of elements
 */
export function agree(transport: Transport, call: number, type: ElementType, length: number): number[] {
  const codes = gather(transport, call, type.code);
  const other = codes.findIndex((code) => code !== codes[0]);
  if (other < 0) return gather(transport, call, length);
  const [first, second] = [codes[0], codes[other]].map((code) => ELEMENT_TYPES[code].name);
  const message = `${CALLS[call]}: all ranks must give the same kind of elements: rank 0 gives ${first}, rank ${other} ${second}`;
  throw new TuttiError("mismatch", message, { call: CALLS[call], rank: other, found: second, wanted: first });
}

/** Collective. @throws TuttiError "unsupported", on every rank, unless all ranks can share memory */
export function requireSharing(transport: Transport, call: number): void {
  const domains = gather(transport, call, transport.memoryDomain(call));
  const other = domains.findIndex((domain) => domain !== domains[0]);
  if (other < 0) return;
  const message = `${CALLS[call]}: ranks 0 and ${other} of ${transport.name} are on different machines and cannot share memory; make the window on a part that comm.splitShared() gives`;
  throw new TuttiError("unsupported", message, { call: CALLS[call], rank: other });
}

/** The numbers of all ranks, by rank. */
function gather(transport: Transport, call: number, value: number): number[] {
  const { size } = transport;
  const all = new Float64Array(size);
  transport.allgather(call, FLOAT64, Float64Array.of(value), { buf: all, layout: evenLayout(size, 1) });
  return Array.from(all);
}
