import { ANY_SOURCE, type Comm, type Request, waitAny } from "../../../src/comm/index.js";
import { type ErrorData, TuttiError } from "../../../src/errors.js";

/** What a rank has caught. */
export interface Caught {
  readonly code: string;
  readonly message: string;
  readonly data: ErrorData;
}

const few = () => new Float64Array(3);
const many = () => new Float64Array(100_000);

/** Programs in which ranks wait for each other in vain. */
const programs: Record<string, (comm: Comm) => unknown> = {
  bothReceive(comm) {
    comm.recv(few(), 1 - comm.rank, 5);
  },
  bothSend(comm) {
    comm.send(many(), 1 - comm.rank, 6);
  },
  synchronousSends(comm) {
    comm.ssend(few(), 1 - comm.rank);
  },
  circle(comm) {
    comm.recv(few(), (comm.rank + 1) % comm.size);
  },
  allFromAny(comm) {
    comm.recv(few(), ANY_SOURCE);
  },
  wrongTag(comm) {
    if (comm.rank === 0) {
      comm.send(few(), 1, 4);
      comm.recv(few(), 1, 4);
    } else comm.recv(few(), 0, 5);
  },
  wrongTagOfLongMessage(comm) {
    if (comm.rank === 0) comm.send(many(), 1, 4);
    else comm.recv(many(), 0, 5);
  },
  collectiveAndReceive(comm) {
    if (comm.rank === 0) comm.allreduce(few(), { op: "max" });
    else comm.recv(few(), 0);
  },
  twoCommunicators(comm) {
    const copy = comm.dup();
    if (comm.rank === 0) comm.barrier();
    copy.bcast(few());
    comm.barrier();
  },
  inPart(comm) {
    const part = comm.split(comm.rank < 2 ? 0 : 1);
    if (comm.rank === 2) part.recv(few(), 1, 7);
    else comm.recv(few(), (comm.rank + 1) % 4, 8);
  },
  objects(comm) {
    comm.recvObject(1 - comm.rank, 9);
  },
  sendrecvTags(comm) {
    const { rank } = comm;
    comm.sendrecv(few(), 1 - rank, few(), 1 - rank, { sendTag: rank, recvTag: rank });
  },
  requests(comm) {
    const received = comm.irecv(few(), 1 - comm.rank, 1);
    const sent = comm.isend(many(), 1 - comm.rank, 2);
    received.wait();
    sent.wait();
  },
  firstOfSeveral(comm) {
    const { rank, size } = comm;
    const others = Array.from({ length: size }, (_, other) => other).filter((other) => other !== rank);
    const requests: (Request<unknown> | undefined)[] = others.map((other) => comm.irecv(few(), other, 8));
    waitAny(requests);
  },
};

function caught(action: () => unknown): Caught {
  try {
    action();
  } catch (error) {
    if (!(error instanceof TuttiError)) throw error;
    const { code, message, data } = error;
    return { code, message, data };
  }
  throw new Error("nothing was thrown");
}

/** All ranks run a program and say what they have caught; it must be one that the next does not suffer from. */
export function run(comm: Comm, program: string): Caught {
  return caught(() => programs[program](comm));
}

/** Ranks 0 and 1 wait for each other while the others are busy until they hear of it, and go on together. */
export function besideBusyRanks(comm: Comm): Caught | undefined {
  const { rank } = comm;
  let found: Caught | undefined;
  if (rank < 2) {
    found = caught(() => comm.recv(few(), 1 - rank, 5));
    for (let other = 2; other < comm.size; other++) comm.send(few(), other, 1);
  } else {
    for (const source of [0, 1]) {
      while (comm.iprobe(source, 1) === undefined);
      comm.recv(few(), source, 1);
    }
  }
  comm.barrier();
  return found;
}

/** Each two ranks wait for each other, again and again, and go on together each time, whatever the other pairs do. */
export function againAndAgain(comm: Comm, rounds: number): number {
  const partner = comm.rank ^ 1;
  let wrong = 0;
  for (let round = 0; round < rounds; round++) {
    const { data } = caught(() => comm.recv(few(), partner, 5));
    const ranks = data.ranks as number[];
    if (ranks.length !== 2 || !ranks.includes(comm.rank) || !ranks.includes(partner)) wrong++;
    const got = new Float64Array(1);
    comm.sendrecv(Float64Array.of(round), partner, got, partner);
    if (got[0] !== round) wrong++;
  }
  return wrong;
}
