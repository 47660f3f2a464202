import type { Transport } from "../../transport.js";
import type { MpiTransport } from "../transport.js";
import { Supervision } from "./supervision.js";
import { CheckedTransport } from "./transport.js";

/** Whether the ranks of this job are to be checked: `TUTTI_CHECK` is set, and not to 0. */
export function isChecked({ TUTTI_CHECK: value = "" }: NodeJS.ProcessEnv): boolean {
  return value !== "" && value !== "0";
}

/** The world with checks of all that its ranks do. Collective. */
export function checkedWorld(world: MpiTransport): Transport {
  const { mpi } = world;
  const supervision = new Supervision(mpi, world);
  mpi.overseer = supervision;
  return CheckedTransport.open(world, supervision);
}
