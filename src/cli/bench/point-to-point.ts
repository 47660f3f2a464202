import { type Comm, waitAll } from "../../comm/index.js";
import { TuttiError } from "../../errors.js";
import type { Benchmark, Situation } from "./benchmark.js";
import { allocate } from "./message-buffers.js";
import { timeEach } from "./repetitions.js";

/** Messages under way at the same time, in one direction, before the receiver says that it has them. */
const WINDOW = 64;

/** Ping-pong of two ranks: half a round trip (osu_latency). */
export const latency: Benchmark = {
  title: "one-way time of a message between two ranks, half a round trip",
  iterations: [10_000, 1000, 100],
  plotted: "us",
  unit: 1,
  defaultRanks: () => 2,
  checkRanks: (ranks) => requireTwo("latency", ranks),
  measure({ comm, bytes, memory, repetitions }) {
    const send = new Uint8Array(allocate(bytes, memory));
    const recv = new Uint8Array(allocate(bytes, memory));
    const ping = () => {
      comm.send(send, 1);
      comm.recv(recv, 1);
    };
    const pong = () => {
      comm.recv(recv, 0);
      comm.send(send, 0);
    };
    comm.barrier();
    return { us: timeEach(repetitions, comm.rank === 0 ? ping : pong) / 2 };
  },
};

/** One stream of messages between two ranks (osu_bw). */
export const bandwidth: Benchmark = {
  title: `time for each of a stream of messages from one rank to another, ${WINDOW} under way`,
  iterations: [1000, 100, 20],
  plotted: "mbPerSecond",
  unit: 1,
  defaultRanks: () => 2,
  checkRanks: (ranks) => requireTwo("bandwidth", ranks),
  measure: (situation) => ({ us: stream(situation, 1) / WINDOW }),
};

/** Streams between all pairs of ranks at once (osu_mbw_mr). */
export const rate: Benchmark = {
  title: `messages that all pairs of ranks pass at the same time, ${WINDOW} under way in each`,
  iterations: [1000, 100, 20],
  plotted: "messagesPerSecond",
  unit: 1,
  defaultRanks: (cores) => Math.max(2, cores - (cores % 2)),
  checkRanks(ranks) {
    if (ranks % 2 === 0) return;
    throw wrongRanks("rate", "an even number of ranks, half of which send to the other half", ranks);
  },
  measure(situation) {
    const pairs = situation.comm.size / 2;
    // The slowest pair counts: all messages have arrived only then.
    const us = situation.comm.allreduce(stream(situation, pairs), { op: "max" }) / WINDOW;
    return { us: us / pairs, messagesPerSecond: (pairs * 1e6) / us };
  },
};

/** Microseconds for one window from each of ranks 0 … pairs-1 to the rank `pairs` further on, until its short answer. */
function stream({ comm, bytes, memory, repetitions }: Situation, pairs: number): number {
  // All messages of a window share one buffer: nobody looks at what arrives.
  const buffer = new Uint8Array(allocate(bytes, memory));
  const answer = new Uint8Array(allocate(4, memory));
  comm.barrier();
  if (comm.rank < pairs) return timeEach(repetitions, sender(comm, buffer, answer, comm.rank + pairs));
  return timeEach(repetitions, receiver(comm, buffer, answer, comm.rank - pairs));
}

function sender(comm: Comm, buffer: Uint8Array, answer: Uint8Array, peer: number): () => void {
  return () => {
    waitAll(Array.from({ length: WINDOW }, () => comm.isend(buffer, peer)));
    comm.recv(answer, peer);
  };
}

function receiver(comm: Comm, buffer: Uint8Array, answer: Uint8Array, peer: number): () => void {
  return () => {
    waitAll(Array.from({ length: WINDOW }, () => comm.irecv(buffer, peer)));
    comm.send(answer, peer);
  };
}

function requireTwo(name: string, ranks: number): void {
  if (ranks !== 2) throw wrongRanks(name, "exactly 2 ranks", ranks);
}

function wrongRanks(name: string, wanted: string, ranks: number): TuttiError {
  return new TuttiError("argument", `tutti bench ${name}: it takes ${wanted}, found -n ${ranks}`, { ranks });
}
