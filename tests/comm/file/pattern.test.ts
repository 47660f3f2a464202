import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { FLOAT64 } from "../../../src/comm/elements.js";
import { type Pattern, straight, strided, subarrayPattern } from "../../../src/comm/file/pattern.js";
import { byteOf, elementsBefore, elementsIn, Runs } from "../../../src/comm/file/runs.js";
import type { View } from "../../../src/comm/file/view.js";

/** Positions of the elements of a block of a row-major array, by its definition; those of the arrays behind it follow. */
function positions(sizes: number[], subsizes: number[], starts: number[], arrays: number): number[] {
  const cells = sizes.reduce((product, n) => product * n, 1);
  const found: number[] = [];
  for (let at = 0; at < arrays * cells; at++) {
    let [rest, inside] = [at % cells, true];
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      const x = rest % sizes[axis];
      inside &&= x >= starts[axis] && x < starts[axis] + subsizes[axis];
      rest = Math.floor(rest / sizes[axis]);
    }
    if (inside) found.push(at);
  }
  return found;
}

const CASES: [name: string, pattern: Pattern, expected: number[]][] = [
  ["all elements", straight, positions([1], [1], [0], 40)],
  ["blocks without gaps", strided(3, 3), positions([3], [3], [0], 12)],
  ["blocks", strided(2, 5), positions([5], [2], [0], 9)],
  ...(
    [
      [[7], [3], [2]],
      [
        [4, 6],
        [2, 3],
        [1, 2],
      ],
      [
        [4, 6],
        [2, 6],
        [1, 0],
      ],
      [
        [4, 6],
        [4, 6],
        [0, 0],
      ],
      [
        [4, 6],
        [4, 1],
        [0, 5],
      ],
      [
        [3, 1, 5],
        [2, 1, 5],
        [1, 0, 0],
      ],
      [
        [3, 4, 5],
        [2, 3, 2],
        [1, 1, 2],
      ],
      [
        [2, 3, 2, 3],
        [1, 2, 2, 3],
        [1, 0, 0, 0],
      ],
    ] as [number[], number[], number[]][]
  ).map(([sizes, subsizes, starts]): [string, Pattern, number[]] => [
    `block [${subsizes}] at [${starts}] of [${sizes}]`,
    subarrayPattern(sizes, subsizes, starts),
    positions(sizes, subsizes, starts, 3),
  ]),
];

describe("a pattern has the elements that its definition says", () => {
  for (const [name, pattern, expected] of CASES) {
    const view: View = { type: FLOAT64, offset: 5, pattern };
    const bytes = expected.map((at) => 5 + 8 * at);
    const end = bytes.at(-1)! + 8;

    test(`${name}: places and counts`, () => {
      for (const [i, byte] of bytes.entries()) assert.equal(byteOf(view, i), byte);
      for (let byte = 0; byte <= end; byte++) {
        assert.equal(
          elementsBefore(view, byte),
          bytes.filter((begin) => begin < byte).length,
          `before ${byte}`,
        );
        assert.equal(elementsIn(view, byte), bytes.filter((begin) => begin + 8 <= byte).length, `in ${byte}`);
      }
    });

    test(`${name}: pieces from anywhere to anywhere`, () => {
      for (let first = 0; first < bytes.length; first++) {
        for (let count = 0; first + count <= bytes.length; count++) {
          const found: number[] = [];
          for (const runs = new Runs(view, first, count); runs.bytes > 0; runs.next())
            for (let byte = 0; byte < runs.bytes; byte += 8) found.push(runs.at + byte);
          assert.deepEqual(found, bytes.slice(first, first + count), `${count} from ${first}`);
        }
      }
    });
  }

  test("rows that follow each other are one piece", () => {
    assert.deepEqual(subarrayPattern([6, 4, 5], [2, 4, 5], [3, 0, 0]).loops, []);
    assert.equal(subarrayPattern([6, 4, 5], [2, 4, 5], [3, 0, 0]).run, 40);
    assert.equal(subarrayPattern([6, 4, 5], [6, 4, 5], [0, 0, 0]), straight);
    assert.equal(strided(4, 4), straight);
  });
});
