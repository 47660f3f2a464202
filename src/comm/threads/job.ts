import { MessageChannel, type MessagePort } from "node:worker_threads";
import { TuttiError } from "../../errors.js";
import { describeWaiting } from "../explain/operation.js";
import { allocateArea } from "./area.js";
import { Control } from "./control.js";
import { Explanation } from "./explanation.js";
import { allocateRings } from "./ring.js";
import { WaitBoard } from "./wait-board.js";

/** The most ranks that one job of the threads engine can have. */
export const MAX_RANKS = 128;

/** What a rank's thread finds in `workerData.tutti`. */
export interface RankEnvironment {
  readonly rank: number;
  readonly size: number;
  readonly control: SharedArrayBuffer;
  /** Where each rank posts what it waits for. */
  readonly board: SharedArrayBuffer;
  /** Where the ranks of a deadlock explain it. */
  readonly explanation: SharedArrayBuffer;
  readonly rings: SharedArrayBuffer;
  /** Where the collectives of the world meet. */
  readonly area: SharedArrayBuffer;
  /** To every other rank, by rank: hands over SharedArrayBuffers, which cannot go through shared memory themselves. */
  readonly peers: readonly (MessagePort | null)[];
  /** To the launcher. */
  readonly launcher: MessagePort;
}

/** Why a job ended early: a rank called `abort`, or the launcher did. */
export interface AbortEvent {
  readonly rank: number;
  readonly exitCode: number;
  readonly message: string;
}

/**
 * The launcher's side of one run of the threads engine.
 *
 * The launcher starts one worker thread for each rank with `workerData: { tutti: environment(rank).data }` and
 * `transferList: environment(rank).transfer`, and reports here what becomes of the threads.
 */
export interface Job {
  readonly size: number;
  /** What the thread of `rank` needs. Can be asked once for each rank, because ports move. */
  environment(rank: number): { readonly data: RankEnvironment; readonly transfer: MessagePort[] };
  /** Says that `rank` will never communicate again; ranks that wait for it throw `"deadlock"`. */
  finish(rank: number): void;
  /** Ends the job: every rank that waits, or communicates later, throws `"aborted"` with this message. */
  abort(rank: number, message: string, exitCode?: number): void;
  /** Calls `listener` when the job is aborted, by a rank's `comm.abort(code)` or by {@link Job.abort}. At most once. */
  onAbort(listener: (event: AbortEvent) => void): void;
  /** One line for each rank: what it waits in, that it is running, or that it has finished. */
  describe(): string[];
  /** Releases the launcher's ports. Call when all threads have exited. */
  close(): void;
}

/** Creates the shared state of a job of `size` ranks; throws `"argument"` if `size` is not from 1 to {@link MAX_RANKS}. */
export function createJob(size: number): Job {
  if (!Number.isInteger(size) || size < 1 || size > MAX_RANKS) {
    const message = `the number of ranks that are threads must be from 1 to ${MAX_RANKS}, found ${size}`;
    throw new TuttiError("argument", message, { size });
  }
  const buffers = {
    control: Control.allocate(size),
    board: WaitBoard.allocate(size),
    explanation: Explanation.allocate(),
    rings: allocateRings(size),
    area: allocateArea(size),
  };
  const control = new Control(buffers.control, size);
  const board = new WaitBoard(buffers.board, size);
  const peers = connect(size);
  const launcherPorts: MessagePort[] = [];
  const listeners: ((event: AbortEvent) => void)[] = [];
  let aborted: AbortEvent | undefined;

  function report(event: AbortEvent): void {
    if (aborted !== undefined) return;
    aborted = event;
    for (const listener of listeners) listener(event);
  }

  return {
    size,
    environment(rank) {
      const channel = new MessageChannel();
      channel.port1.on("message", report);
      channel.port1.unref();
      launcherPorts.push(channel.port1);
      const data = { rank, size, ...buffers, peers: peers[rank], launcher: channel.port2 };
      return { data, transfer: [...peers[rank].filter((port) => port !== null), channel.port2] };
    },
    finish: (rank) => control.finish(rank),
    abort(rank, message, exitCode = 1) {
      if (control.abort(rank, exitCode, message)) report({ rank, exitCode, message });
    },
    onAbort(listener) {
      listeners.push(listener);
      if (aborted !== undefined) listener(aborted);
    },
    describe: () =>
      Array.from({ length: size }, (_, rank) => `rank ${rank} ${describeRank(control, board, rank)}`),
    close() {
      for (const port of launcherPorts) port.close();
    },
  };
}

/** A channel between each two ranks: `connect(n)[i][j]` is the end that rank i holds towards rank j. */
function connect(size: number): (MessagePort | null)[][] {
  const ports: (MessagePort | null)[][] = Array.from({ length: size }, () => new Array(size).fill(null));
  for (let i = 0; i < size; i++) {
    for (let j = i + 1; j < size; j++) {
      const { port1, port2 } = new MessageChannel();
      ports[i][j] = port1;
      ports[j][i] = port2;
    }
  }
  return ports;
}

function describeRank(control: Control, board: WaitBoard, rank: number): string {
  if (control.finished(rank)) return "has finished";
  const waiting = board.note(rank)?.waiting;
  return waiting === undefined ? "is running" : `waits in ${describeWaiting(waiting)}`;
}
