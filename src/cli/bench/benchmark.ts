import type { Comm } from "../../comm/index.js";
import type { Memory } from "./message-buffers.js";
import type { IterationsBySize, Repetitions } from "./repetitions.js";

/** What a benchmark is asked for one size of messages; the same on every rank. */
export interface Situation {
  readonly comm: Comm;
  /** Bytes of a message; 0 where there is none. */
  readonly bytes: number;
  readonly memory: Memory;
  readonly repetitions: Repetitions;
}

/** What it finds. */
export interface Figures {
  /** Microseconds for one operation, or for one message of a stream. */
  readonly us: number;
  readonly messagesPerSecond?: number;
}

/** A line of results: what was found for one size. */
export interface Row extends Figures {
  readonly bytes: number;
  /** Size over time, in 10⁶ bytes a second. */
  readonly mbPerSecond: number;
}

/** A benchmark of communication, with the conventions of the OSU micro-benchmarks. */
export interface Benchmark {
  /** What is measured, in words. */
  readonly title: string;
  readonly iterations: IterationsBySize;
  /** Which figure a picture shows over the size of messages. */
  readonly plotted: keyof Row;
  /** Messages are a multiple of this many bytes; absent where there are no messages. */
  readonly unit: number | undefined;
  /** Number of ranks on a machine with so many cores. */
  defaultRanks(cores: number): number;
  /** Throws TuttiError "argument" when it cannot run on so many ranks. */
  checkRanks(ranks: number): void;
  /** Called on every rank; what rank 0 returns counts. */
  measure(situation: Situation): Figures;
}
