import { Endpoint } from "./endpoint.js";
import type { RankEnvironment } from "./job.js";
import { ThreadsTransport } from "./transport.js";

/** The world of a rank that the threads engine has started. */
export function threadsWorld(environment: RankEnvironment): ThreadsTransport {
  const ranks = Array.from({ length: environment.size }, (_, rank) => rank);
  const group = { context: 0, name: "world", ranks, rank: environment.rank };
  const endpoint = new Endpoint(environment);
  process.on("exit", (code) => {
    endpoint.awaiting.interrupt();
    if (code === 0) endpoint.close();
  });
  return new ThreadsTransport(endpoint, group, environment.area);
}
