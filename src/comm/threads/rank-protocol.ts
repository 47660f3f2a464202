import type { MessagePort } from "node:worker_threads";
import type { Failure } from "../failure.js";

/** What a rank needs to start, beside its communication: `workerData.launch`. */
export interface RankStart {
  /** URL of the module to run. */
  readonly entry: string;
  /** `process.argv` from the script's path on. */
  readonly argv: readonly string[];
  readonly rank: number;
  /** Carries every {@link RankMessage} to the launcher. */
  readonly port: MessagePort;
  /** One number, shared by all ranks: counts the messages that they have sent. */
  readonly clock: Int32Array;
  /** One shared number: bytes of output that the launcher has not written yet. */
  readonly unwritten: Int32Array;
}

export type StreamName = "stdout" | "stderr";

/** What a rank tells the launcher. */
export type RankMessage =
  | { readonly kind: "output"; readonly stream: StreamName; readonly chunk: string | Uint8Array }
  /** An error that nobody will catch any more. */
  | { readonly kind: "failure"; readonly failure: Failure }
  /** The last message. `how`: nothing left to do, `process.exit`, or a top-level await that nothing can settle. */
  | { readonly kind: "end"; readonly how: "returned" | "exited" | "unsettled" };
