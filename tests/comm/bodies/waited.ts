import type { Comm, Request } from "../../../src/comm/index.js";
import * as collectives from "./collectives.js";
import { gaps, noElements } from "./corners.js";
import * as reductions from "./reductions.js";

/*
 * Every body that checks a blocking collective also checks its nonblocking form: on a communicator whose collectives are
 * started and then waited for.
 */

const FORMS: Readonly<Record<string, string>> = Object.fromEntries(
  [
    ...["barrier", "bcast", "gather", "scatter", "allgather", "alltoall"],
    ...["reduce", "allreduce", "reduceScatter", "scan", "exscan"],
  ].map((name) => [name, `i${name}`]),
);

/** `comm` with each blocking collective replaced by its nonblocking form and the wait for it. */
function waited(comm: Comm): Comm {
  return new Proxy(comm, {
    get(target, name) {
      const form = Reflect.get(target, FORMS[name as string] ?? name, target);
      if (typeof form !== "function") return form;
      return (...args: unknown[]) => {
        const result = form.apply(target, args);
        if (name in FORMS) return (result as Request<unknown>).wait();
        return name === "dup" || name === "split" ? waited(result as Comm) : result;
      };
    },
  });
}

const bodies: Readonly<Record<string, (comm: Comm) => void>> = {
  ...collectives,
  ...reductions,
  gaps,
  noElements,
};

/** Names of the bodies that {@link run} runs. */
export const BODIES = Object.keys(bodies);

/** Runs the body `name` on nonblocking forms. */
export function run(comm: Comm, name: string): void {
  bodies[name](waited(comm));
}
