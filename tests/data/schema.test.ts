import assert from "node:assert/strict";
import { test } from "node:test";
import { parseCsv } from "../../src/data/csv.js";
import { encodeTable } from "../../src/data/encode.js";
import { type FitOptions, fitTable } from "../../src/data/fit.js";
import { checkTableSchema, featureNames } from "../../src/data/schema.js";
import { tuttiError } from "./helpers.js";

const table = (text: string, file = "train.csv") => parseCsv(Buffer.from(text), file);
const fit = (text: string, options?: FitOptions) => fitTable(table(text), options);

/** A table of one column. */
const column = (...fields: string[]) => `x,other\n${fields.map((field) => `${field},0`).join("\n")}\n`;

test("numbers are scaled, true and false are 1 and 0, texts are one-hot", () => {
  const text = "size,red,shape\n1,true,round\n2,FALSE,square\n3,True,round\n6,false,flat\n";
  const schema = fit(text);
  assert.deepEqual(featureNames(schema), ["size", "red", "shape=flat", "shape=round", "shape=square"]);
  // mean 3; squares of deviations 4 + 1 + 0 + 9 over 4
  const std = Math.sqrt(14 / 4);
  const { inputs, targets } = encodeTable(table(text), schema, { dtype: "float64" });
  assert.deepEqual(inputs.shape, [4, 5]);
  assert.deepEqual(
    [...inputs.data],
    [-2 / std, 1, 0, 1, 0, -1 / std, 0, 0, 0, 1, 0, 1, 0, 1, 0, 3 / std, 0, 1, 0, 0],
  );
  assert.equal(targets, null);
  assert.equal(encodeTable(table(text), schema).inputs.dtype, "float32");
});

test("means and deviations come from the training rows, categories from all", () => {
  const text = "x,c\n1,a\n3,a\n100,b\n";
  const schema = fit(text, { rows: [0, 1] });
  assert.deepEqual(schema.columns, [
    { kind: "number", name: "x", mean: 2, std: 1, fill: 2 },
    { kind: "category", name: "c", categories: ["a", "b"], fill: "a" },
  ]);
  assert.throws(() => fit(text, { rows: [0, 3] }), tuttiError("index", "rows[1] is 3", "0 to 2"));
});

test("a constant column becomes zeros", () => {
  assert.deepEqual(
    [...encodeTable(table("x,y\n5,1\n5,2\n"), fit("x,y\n5,1\n5,2\n")).inputs.data],
    [0, -1, 0, 1],
  );
});

test("what is a number", () => {
  const numbers = ["1", "-2", "+3", "4.", ".5", "1e3", "-1.5E-2", "007"];
  const schema = fit(column(...numbers), { normalize: false });
  const { inputs } = encodeTable(table(column(...numbers)), schema, { dtype: "float64" });
  const first = [...inputs.data].filter((_, i) => i % 2 === 0);
  assert.deepEqual(first, [1, -2, 3, 4, 0.5, 1000, -0.015, 7]);
  for (const text of ["0x10", "1_000", "1e", "1 000", "１", "--1", "1,5"]) {
    const [kind] = fit(column(`"${text}"`, `"${text}"`)).columns;
    assert.equal(kind.kind, "category", text);
  }
});

test("kinds of targets and their values", () => {
  const cases: [string[], string, string[] | null, number[]][] = [
    [["cat", "dog", "ant", "dog"], "class", ["ant", "cat", "dog"], [1, 2, 0, 2]],
    [["0", "1", "1", "0"], "binary", ["0", "1"], [0, 1, 1, 0]],
    [["1.0", "0.0", "0", "1"], "binary", ["0", "1"], [1, 0, 0, 1]],
    [["True", "false", "TRUE", "False"], "binary", ["false", "true"], [1, 0, 1, 0]],
    [["1", "2", "3", "6"], "number", null, [-2, -1, 0, 3].map((x) => x / Math.sqrt(14 / 4))],
  ];
  for (const [fields, kind, classes, values] of cases) {
    const text = column(...fields);
    const schema = fit(text, { target: "x" });
    assert.equal(schema.target?.kind, kind);
    assert.deepEqual(schema.target?.kind === "number" ? null : schema.target?.classes, classes);
    const { inputs, targets } = encodeTable(table(text), schema, { dtype: "float64" });
    assert.deepEqual([...(targets?.data ?? [])], values);
    assert.deepEqual([inputs.shape, targets?.shape], [[4, 1], [4]]);
  }
});

test("the kind of a target can be said: numbers as classes, sorted as numbers", () => {
  const text = column("10", "9", "1", "9");
  const schema = fit(text, { target: "x", targetKind: "class" });
  assert.deepEqual(schema.target, { kind: "class", name: "x", classes: ["1", "9", "10"] });
  assert.deepEqual([...(encodeTable(table(text), schema).targets?.data ?? [])], [2, 1, 0, 1]);
  assert.throws(
    () => fit(text, { target: "x", targetKind: "binary" }),
    tuttiError("format", "line 2", '"10"; wanted 0 or 1'),
  );
  assert.throws(
    () => fit(column("a", "b"), { target: "x", targetKind: "number" }),
    tuttiError("format", "line 2", '"a"'),
  );
});

test("codes that look like numbers can be categories", () => {
  const schema = fit("zip,x\n10115,1\n20095,2\n", { categorical: ["zip"], ignore: ["x"] });
  assert.deepEqual(featureNames(schema), ["zip=10115", "zip=20095"]);
});

test("missing values are errors that name line and column, also in columns of each kind", () => {
  for (const word of ["", "NA", "n/a", "NaN", "nan", "NULL", "?"]) {
    for (const others of [
      ["1", "2"],
      ["a", "b"],
      ["true", "false"],
    ]) {
      const text = column(others[0], others[1], word);
      assert.throws(() => fit(text), tuttiError("format", "'train.csv' line 4", 'column "x"'), word);
      assert.throws(
        () => fit(text, { target: "x", missing: "fill" }),
        tuttiError("format", "line 4", 'column "x"'),
        word,
      );
      const schema = fit(column(...others));
      assert.throws(
        () => encodeTable(table(text, "new.csv"), schema),
        tuttiError("format", "'new.csv' line 4", '"x"'),
        word,
      );
    }
  }
});

test("missing values are filled with the mean or the most frequent value when asked", () => {
  const text = "x,b,c\n1,true,u\n,false,v\n3,true,\n?,NA,v\n";
  for (const normalize of [true, false]) {
    const schema = fit(text, { missing: "fill", normalize });
    const { data } = encodeTable(table(text), schema, { dtype: "float64" }).inputs;
    const [low, mean, high] = normalize ? [-1, 0, 1] : [1, 2, 3];
    assert.deepEqual([...data], [low, 1, 1, 0, mean, 0, 0, 1, high, 1, 0, 1, mean, 1, 0, 1]);
  }
});

test("columns from which nothing can be learnt, or too much", () => {
  assert.throws(() => fit(column("", "NA")), tuttiError("format", '"x"', "missing, as in every row"));
  assert.throws(() => fit(column("a", "a"), { target: "x" }), tuttiError("format", '"a", as in every row'));
  assert.throws(() => fit(column("1", "1"), { target: "x" }), tuttiError("format", '"1", as in every row'));
  assert.throws(
    () => fit(column("1", "inf"), {}),
    tuttiError("format", "line 3", '"inf"; wanted a finite number'),
  );
  assert.throws(() => fit(column("1", "1e999")), tuttiError("format", "line 3", "finite"));
  assert.throws(() => fit(column("1e300", "-1e300")), tuttiError("format", "overflows"));
  assert.throws(
    () => fit(column("1", "2", "2,5".replace(",", "·"))),
    tuttiError("format", "line 4", '"2·5"', "categorical"),
  );
  const names = Array.from({ length: 11 }, (_, i) => `name${i}`);
  assert.throws(
    () => fit(column(...names), { maxCategories: 10 }),
    tuttiError("format", "line 12", "11th different", "ignore"),
  );
  assert.throws(
    () => fit(column("1", "2"), { target: "x", ignore: ["other"] }),
    tuttiError("argument", "no columns"),
  );
  assert.throws(() => fitTable(table(column("")).dropMissing()), tuttiError("argument", "no rows"));
  for (const options of [{ target: "X" }, { ignore: ["y"] }, { categorical: ["y"] }]) {
    assert.throws(() => fit(column("1", "2"), options), tuttiError("argument", "no column", '"x"'));
  }
});

test("a later table: other order and more columns are fine, missing ones are listed", () => {
  const schema = fit("x,c,y\n1,a,0\n3,b,1\n", { target: "y" });
  const later = encodeTable(table("note,c,x\nhello,b,1\n"), schema, { targets: false });
  assert.deepEqual([...later.inputs.data], [-1, 0, 1]);
  assert.equal(later.targets, null);
  const lacking = tuttiError("argument", "'new.csv'", 'lacks the columns "x", "c", "y"', '"xx"');
  assert.throws(() => encodeTable(table("xx,z\n1,2\n", "new.csv"), schema), lacking);
});

test("a later table: categories, classes and values that training did not have", () => {
  const schema = fit("x,c,b,y\n1,red,true,cat\n3,blue,false,dog\n", { target: "y" });
  const refuse = (row: string, ...parts: string[]) =>
    assert.throws(
      () => encodeTable(table(`x,c,b,y\n1,red,true,cat\n${row}\n`, "test.csv"), schema),
      tuttiError("format", "'test.csv' line 3", ...parts),
    );
  refuse("1,blu,true,cat", 'column "c"', '"blu", a category', 'known are "blue", "red"');
  refuse("1,red,true,dogs", 'column "y"', '"dogs", a class', 'known are "dog", "cat"');
  refuse("one,red,true,cat", 'column "x"', '"one"; wanted a finite number');
  refuse("inf,red,true,cat", 'column "x"', "finite");
  refuse("1,red,1,cat", 'column "b"', '"1"; wanted true or false');
  refuse("1,__proto__,true,cat", '"__proto__"');
  const binary = fit("x,y\n1,0\n2,1\n", { target: "y" });
  assert.throws(
    () => encodeTable(table("x,y\n1,2\n"), binary),
    tuttiError("format", '"2", a class', '"0", "1"'),
  );
});

test("a schema survives JSON, and what is none is refused", () => {
  const schema = fit('x,c,b,y\n1,"a,b",true,u\n2.5,ü,false,v\n', { target: "y" });
  assert.deepEqual(checkTableSchema(JSON.parse(JSON.stringify(schema)), "m"), schema);
  const [x, c, b] = schema.columns;
  const wrong: unknown[] = [
    null,
    [],
    { ...schema, columns: null },
    { ...schema, missing: "drop" },
    { ...schema, columns: [{ ...x, std: 0 }] },
    { ...schema, columns: [{ ...x, mean: null }] },
    { ...schema, columns: [x, { ...c, categories: ["a", "a"] }] },
    { ...schema, columns: [{ ...c, fill: "z" }] },
    { ...schema, columns: [{ ...b, fill: "true" }] },
    { ...schema, columns: [{ ...b, name: 3 }] },
    { ...schema, target: undefined },
    { ...schema, target: { kind: "class", name: "y", classes: [1, 2] } },
    { ...schema, target: { kind: "binary", name: "y", classes: ["a", "b"] } },
  ];
  for (const value of wrong) {
    assert.throws(() => checkTableSchema(value, "m.safetensors"), tuttiError("format", "m.safetensors"));
  }
});
