import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import type { TuttiError } from "../../src/errors.js";
import { addressOf, findLibrary, loadLibrary } from "../../src/native/index.js";

// The C library: the one shared library that is everywhere.
const C_LIBRARY = process.platform === "darwin" ? "libSystem.dylib" : "libc.so.6";
const MATH_LIBRARY = process.platform === "darwin" ? "libSystem.dylib" : "libm.so.6";

const folder = mkdtempSync(join(tmpdir(), "tutti-native-"));
after(() => rmSync(folder, { recursive: true }));

describe("functions of a shared library", () => {
  const c = loadLibrary(C_LIBRARY);

  test("take and give numbers, addresses and strings", () => {
    assert.equal(c.function("abs", "i:i")(-7), 7);
    assert.equal(c.function("strlen", "n:s")("héllo"), 6); // bytes of UTF-8
    assert.equal(c.function("strerror", "s:i")(0).length > 0, true);
    assert.equal(c.function("getenv", "s:s")("TUTTI_NO_SUCH_VARIABLE"), null);
    const math = loadLibrary(MATH_LIBRARY);
    assert.equal(math.function("sqrt", "d:d")(2), Math.SQRT2);
    assert.equal(math.function("sqrtf", "f:f")(2), Math.fround(Math.SQRT2));
  });

  test("see the same bytes as TypeScript, wherever the array begins", () => {
    const memcpy = c.function("memcpy", "p:ppn");
    const from = Float64Array.of(1, 2, 3, 4);
    const to = new Float64Array(new SharedArrayBuffer(64), 16, 3);
    assert.equal(memcpy(addressOf(to), addressOf(from.subarray(1)), 24), addressOf(to));
    assert.deepEqual([...to], [2, 3, 4]);
    assert.equal(addressOf(from.subarray(1)) - addressOf(from), 8);
  });

  test("lie where the library's symbols say", () => {
    // environ, the variable, lies in the library's data and abs in its code
    assert.ok(c.address("environ") > 0);
    assert.notEqual(c.address("abs"), c.address("environ"));
    assert.throws(() => c.address("tutti_no_such_symbol"), { code: "library", message: /has no symbol/ });
  });

  test("are asked for by name", () => {
    assert.equal(c.has("strlen"), true);
    assert.equal(c.has("tutti_no_such_function"), false);
    assert.throws(() => c.function("tutti_no_such_function", "v:"), {
      code: "library",
      message: /has no function tutti_no_such_function/,
    });
    // @ts-expect-error: no type has this letter.
    assert.throws(() => c.function("abs", "z:i"), TypeError);
    assert.throws(() => c.function("abs", "i:z"), TypeError);
  });
});

test("what cannot be loaded is an error with the loader's reason", () => {
  const text = join(folder, "text.so");
  writeFileSync(text, "not a library");
  assert.throws(
    () => loadLibrary(text),
    (error: TuttiError) => {
      assert.equal(error.code, "library");
      assert.equal(error.data.library, text);
      assert.match(error.message, /cannot load .*text\.so: ./);
      return true;
    },
  );
});

describe("findLibrary", () => {
  const search = {
    title: "Nothing",
    variable: "TUTTI_TEST_LIBRARY",
    names: ["libtutti-nothing.so.1", "libtutti-nothing.so"],
    install: "apt-get install nothing",
  };

  test("takes the first name that the loader knows", () => {
    assert.equal(findLibrary({ ...search, names: [search.names[0], C_LIBRARY] }).path, C_LIBRARY);
  });

  test("an environment variable comes before all names", () => {
    process.env[search.variable] = C_LIBRARY;
    assert.equal(findLibrary(search).path, C_LIBRARY);
    process.env[search.variable] = join(folder, "missing.so");
    assert.throws(() => findLibrary({ ...search, names: [C_LIBRARY] }), {
      code: "library",
      message: /missing\.so.*correct or unset TUTTI_TEST_LIBRARY/,
    });
    delete process.env[search.variable];
  });

  test("tells what it tried and how to install what is missing", () => {
    const present = join(folder, search.names[1]);
    writeFileSync(present, "not a library");
    assert.throws(
      () => findLibrary({ ...search, folders: [folder, join(folder, "none")] }),
      (error: TuttiError) => {
        assert.equal(error.code, "library");
        assert.match(error.message, /^Nothing was not found/);
        assert.match(
          error.message,
          /install it \(apt-get install nothing\) or name it in TUTTI_TEST_LIBRARY/,
        );
        assert.deepEqual(error.data.candidates, [...search.names, present]);
        return true;
      },
    );
  });
});
