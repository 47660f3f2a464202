import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Communicator } from "../../src/comm/communicator.js";
import { type Comm, PROC_NULL } from "../../src/comm/index.js";
import { selfWorld } from "../../src/comm/self.js";
import { TuttiError } from "../../src/errors.js";

const comm = new Communicator(selfWorld(), true);
const buf = new Float64Array(4);
// what TypeScript refuses still comes from JavaScript
const anything = (value: unknown) => value as never;

const CASES: Record<string, [(comm: Comm) => unknown, RegExp]> = {
  "dest too large": [(c) => c.send(buf, 1), /^send: dest must be a rank from 0 to 0 or PROC_NULL, found 1/],
  "dest negative": [(c) => c.isend(buf, -7), /^isend: dest must be/],
  "dest fractional": [(c) => c.ssend(buf, 0.5), /^ssend: dest must be .* found 0.5/],
  "dest any": [(c) => c.send(buf, -1), /^send: dest must be/],
  "matched source too large": [(c) => c.mprobe(3), /^mprobe: source must be a rank from 0 to 0, ANY_SOURCE/],
  "matched tag negative": [(c) => c.improbe(0, -5), /^improbe: tag must be/],
  "source too large": [
    (c) => c.recv(buf, 3),
    /^recv: source must be a rank from 0 to 0, ANY_SOURCE or PROC_NULL, found 3/,
  ],
  "tag negative": [(c) => c.send(buf, 0, -1), /^send: tag must be an integer from 0 to 2147483647, found -1/],
  "tag too large": [(c) => c.irecv(buf, 0, 2 ** 31), /^irecv: tag must be .* or ANY_TAG, found 2147483648/],
  "tag not a number": [(c) => c.probe(0, anything("a")), /^probe: tag must be .* found "a"/],
  "buffer an Array": [
    (c) => c.send(anything([1, 2]), 0),
    /^send: buf must be a TypedArray, found an Array of 2/,
  ],
  "buffer a DataView": [
    (c) => c.bcast(anything(new DataView(new ArrayBuffer(8)))),
    /^bcast: buf must be a TypedArray/,
  ],
  "buffer missing": [(c) => c.recv(anything(undefined)), /^recv: buf must be a TypedArray, found undefined/],
  "buffer missing for PROC_NULL": [
    (c) => c.recv(anything(null), PROC_NULL),
    /^recv: buf must be a TypedArray/,
  ],
  "root too large": [(c) => c.bcast(buf, { root: 1 }), /^bcast: root must be a rank from 0 to 0, found 1/],
  "root of a reduction": [(c) => c.reduce(1, { root: -1 }), /^reduce: root must be/],
  "out of another type": [
    (c) => c.allreduce(buf, { out: anything(new Float32Array(4)) }),
    /^allreduce: out must have float64 elements as the input has, found float32/,
  ],
  "out too short": [
    (c) => c.allgather(buf, { out: new Float64Array(3) }),
    /^allgather: out must have 4 elements, found 3/,
  ],
  "out too long": [
    (c) => c.allreduce(buf, { out: new Float64Array(5) }),
    /^allreduce: out must have 4 elements, found 5/,
  ],
  "out missing": [(c) => c.scatter(buf, anything({})), /^scatter: out must be a TypedArray, found undefined/],
  "root's buffer missing": [
    (c) => c.scatter(null, { out: buf }),
    /^scatter: buf must be a TypedArray, found null/,
  ],
  "out overlapping": [
    (c) => c.allreduce(buf.subarray(0, 3), { out: buf.subarray(1) }),
    /^allreduce: out overlaps the input without being in place/,
  ],
  "alltoall in place": [
    (c) => c.alltoall(buf, { out: buf }),
    /^alltoall: out overlaps the input; use a buffer of its own/,
  ],
  "exchange in place": [(c) => c.sendrecv(buf, 0, buf, 0), /^sendrecv: recvBuf overlaps the input/],
  "too many counts": [
    (c) => c.allgather(buf, { counts: [2, 2] }),
    /^allgather: counts must have one entry for each of the 1/,
  ],
  "count negative": [
    (c) => c.gather(buf, { counts: [-4] }),
    /^gather: counts\[0\] must be a number of elements, found -4/,
  ],
  "counts of another length": [
    (c) => c.allgather(buf, { counts: [3] }),
    /^allgather: buf must have 3 elements, found 4/,
  ],
  "displacement fractional": [(c) => c.gather(buf, { displs: [0.5] }), /^gather: displs\[0\] must be/],
  "displacement too large": [
    (c) => c.gather(buf, { displs: [3], out: new Float64Array(5) }),
    /^gather: out must have at least 7 elements, found 5/,
  ],
  "counts on one side": [
    (c) => c.alltoall(buf, { sendCounts: [4] }),
    /^alltoall: sendCounts and recvCounts must be given/,
  ],
  "unknown op": [
    (c) => c.allreduce(buf, { op: anything("mean") }),
    /^allreduce: unknown op "mean"; the predefined ones are sum/,
  ],
  "op not an op": [
    (c) => c.scan(buf, { op: anything(7) }),
    /^scan: op must be a predefined name, a function/,
  ],
  "bits of floats": [
    (c) => c.reduce(buf, { op: "bxor" }),
    /^reduce: op bxor does not work on float64 elements/,
  ],
  "bits of a number": [(c) => c.allreduce(1, { op: "band" }), /^allreduce: op band does not work on float64/],
  "half a pair": [
    (c) => c.allreduce(new Int32Array(3), { op: "minloc" }),
    /combines groups of 2 elements, but there are 3/,
  ],
  "pairs of a number": [
    (c) => c.allreduce(1, { op: "maxloc" }),
    /combines groups of 2 elements, but there are 1/,
  ],
  "half a complex number": [
    (c) => c.allreduce(new Float32Array(5), { op: "complexProd" }),
    /^allreduce: this op combines groups of 2 elements, but there are 5/,
  ],
  "complex integers": [
    (c) => c.reduceScatter(new Int32Array(4), { op: "complexSum" }),
    /^reduceScatter: op complexSum does not work on int32 elements; use float32 or float64/,
  ],
  "a complex number of one number": [
    (c) => c.scan(1, { op: "complexSum" }),
    /^scan: this op combines groups of 2 elements, but there are 1/,
  ],
  "width zero": [
    (c) => c.exscan(buf, { op: { combine() {}, width: 0 } }),
    /^exscan: op.width must be a positive integer/,
  ],
  "color fractional": [(c) => c.split(0.5), /^split: color must be an integer, found 0.5/],
  "key infinite": [
    (c) => c.split(0, Number.POSITIVE_INFINITY),
    /^split: key must be an integer, found Infinity/,
  ],
  "object with a function": [
    (c) => c.sendObject({ f() {} }, 0),
    /^sendObject: the value cannot be sent: .*could not be cloned/,
  ],
  "object to nobody": [
    (c) => c.isendObject(1, 1),
    /^isendObject: dest must be a rank from 0 to 0 or PROC_NULL/,
  ],
  "object from nobody": [
    (c) => c.irecvObject(7),
    /^irecvObject: source must be a rank from 0 to 0, ANY_SOURCE/,
  ],
  "exchange of a function": [
    (c) => c.sendrecvObject(() => 1, 0),
    /^sendrecvObject: the value cannot be sent: .*could not be cloned/,
  ],
  "tag of an exchange": [
    (c) => c.sendrecvObject(1, 0, 0, { recvTag: -7 }),
    /^sendrecvObject: tag must be an integer/,
  ],
  "op of a scan": [(c) => c.scanObject(1, anything("sum")), /^scanObject: op must be a function/],
  "objects not an Array": [
    (c) => c.scatterObject(anything("ab")),
    /^scatterObject: values must be an Array with one value for each/,
  ],
  "too few objects": [(c) => c.alltoallObject([]), /^alltoallObject: values must be .* found an Array of 0/],
  "op of objects": [
    (c) => c.allreduceObject(1, anything("sum")),
    /^allreduceObject: op must be a function of two values/,
  ],
};

describe("a wrong argument is an error that says which, what was found and what was wanted", () => {
  for (const [name, [call, message]] of Object.entries(CASES)) {
    test(name, () => {
      assert.throws(
        () => call(comm),
        (error) => {
          assert.ok(error instanceof TuttiError);
          assert.equal(error.code, "argument");
          assert.match(error.message, message);
          return true;
        },
      );
    });
  }
});

test("the only rank cannot wait for anybody", () => {
  for (const call of [
    () => comm.recv(buf),
    () => comm.recv(buf, 0, 3),
    () => comm.probe(),
    () => comm.mprobe(),
    () => comm.recvObject(),
    () => comm.ssend(buf, 0),
    () => comm.irecv(buf).wait(),
  ]) {
    assert.throws(call, { code: "deadlock" });
  }
  // what was given up takes no later message
  comm.send(Float64Array.of(1, 2), 0);
  const got = new Float64Array(2);
  assert.equal(comm.recv(got).count(got), 2);
});

test("a sum of pieces that do not divide evenly needs counts", () => {
  const odd = new Communicator(selfWorld());
  assert.deepEqual([...odd.reduceScatter(Int32Array.of(1, 2, 3), { counts: [3] })], [1, 2, 3]);
  assert.throws(() => odd.alltoall(Int32Array.of(1, 2), { sendCounts: [2], recvCounts: [1] }), {
    code: "mismatch",
  });
});
