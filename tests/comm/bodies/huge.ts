import assert from "node:assert/strict";
import type { Comm } from "../../../src/comm/index.js";

/** More than 2³¹, the first length that no C int holds. */
const LENGTH = 2_200_000_000;
/** Positions that tell whether everything is where it should be: far apart, around powers of two, and at both ends. */
const PLACES = [
  ...Array.from({ length: 1000 }, (_, k) => Math.floor((k * LENGTH) / 1000) + ((k * 7919) % 1000)),
  ...[16, 17, 20, 24, 30, 31].flatMap((power) => [2 ** power - 1, 2 ** power, 2 ** power + 1]),
  LENGTH - 1,
];
const mark = (place: number, salt: number) => 1 + ((place + salt) % 251);

/** One message, whose receiver has room for more and asks for its length first, and one broadcast; on two ranks. */
export function huge(comm: Comm): void {
  // threads read it where it lies
  const memory = comm.engine === "threads" ? new SharedArrayBuffer(LENGTH + 3) : new ArrayBuffer(LENGTH + 3);
  const room = new Uint8Array(memory);
  const buf = room.subarray(0, LENGTH);
  const write = (salt: number) => {
    for (const place of PLACES) buf[place] = mark(place, salt);
  };
  const check = (salt: number) => {
    for (const place of PLACES) assert.equal(buf[place], mark(place, salt), `at ${place}`);
    assert.equal(buf[12_345_678], 0);
  };
  if (comm.rank === 0) {
    write(0);
    comm.send(buf, 1, 5);
  } else {
    room.fill(9, LENGTH);
    assert.deepEqual({ ...comm.probe(0, 5) }, { source: 0, tag: 5, bytes: LENGTH });
    const status = comm.recv(room, 0, 5);
    assert.equal(status.count(room), LENGTH);
    assert.deepEqual([...room.subarray(LENGTH)], [9, 9, 9]);
    check(0);
    write(1);
  }
  comm.bcast(buf, { root: 1 });
  check(1);
}
