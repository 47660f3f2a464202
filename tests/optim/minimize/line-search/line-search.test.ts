import assert from "node:assert/strict";
import { test } from "node:test";
import { Box } from "../../../../src/optim/minimize/bounds.js";
import { LINE_SEARCHES, orthantWise } from "../../../../src/optim/minimize/line-search/index.js";
import { Problem } from "../../../../src/optim/minimize/problem.js";

const { armijo, "more-thuente": moreThuente } = LINE_SEARCHES;

/** A function of one number, with its derivative. */
type Curve = (t: number) => [value: number, slope: number];

const root = (b: number, t: number) => Math.sqrt(b * b + t * t);

/** Yanai, Ozawa and Kaneko (1981), as Moré and Thuente use it. */
const yanai =
  (b1: number, b2: number): Curve =>
  (t) => {
    const g = (b: number) => Math.sqrt(1 + b * b) - b;
    return [
      g(b1) * root(b2, 1 - t) + g(b2) * root(b1, t),
      (-g(b1) * (1 - t)) / root(b2, 1 - t) + (g(b2) * t) / root(b1, t),
    ];
  };

/** The test functions of Moré and Thuente (1994), section 5: numbers 1, 2, and 4 to 6. */
const CURVES: Readonly<Record<string, Curve>> = {
  one: (t) => [-t / (t * t + 2), (t * t - 2) / (t * t + 2) ** 2],
  two: (t) => {
    const u = t + 0.004;
    return [u ** 5 - 2 * u ** 4, 5 * u ** 4 - 8 * u ** 3];
  },
  four: yanai(0.001, 0.001),
  five: yanai(0.01, 0.001),
  six: yanai(0.001, 0.01),
};

function along(curve: Curve, box?: Box) {
  const tried: number[] = [];
  const objective = {
    valueAndGradient(x: Float64Array, gradient: Float64Array) {
      tried.push(x[0]);
      const [value, slope] = curve(x[0]);
      gradient[0] = slope;
      return value;
    },
  };
  const search = (method: typeof armijo, step: number, from = 0) => {
    tried.length = 0;
    const [value, slope] = curve(from);
    const [x, gradient] = [new Float64Array(1), new Float64Array(1)];
    const start = {
      x: Float64Array.of(from),
      value,
      gradient: Float64Array.of(slope),
      direction: Float64Array.of(slope > 0 ? -1 : 1),
      step,
    };
    const end = method(new Problem(objective, {}, box), start, x, gradient);
    return { end, x: x[0], slope: gradient[0], tried: [...tried] };
  };
  return search;
}

test("Moré and Thuente's steps satisfy strong Wolfe conditions on their functions, from first steps far and near", () => {
  for (const [name, curve] of Object.entries(CURVES)) {
    const [value, slope] = curve(0);
    for (const first of [1e-3, 1e-1, 1e1, 1e3]) {
      const { end, x, slope: there, tried } = along(curve)(moreThuente, first);
      assert.ok(end !== undefined, `${name} from ${first}`);
      assert.equal(end.step, x);
      assert.deepEqual([end.value, there], curve(x), "f and its slope are those there");
      assert.ok(end.value <= value + 1e-4 * x * slope + 1e-10 * Math.abs(value), `${name}: decrease at ${x}`);
      assert.ok(Math.abs(there) <= 0.9 * Math.abs(slope), `${name}: curvature at ${x}`);
      assert.ok(tried.length <= 12, `${name} from ${first}: ${tried}`);
    }
  }
});

test("Armijo's steps are the first of the halves that decrease enough", () => {
  for (const [name, curve] of Object.entries(CURVES)) {
    const [value, slope] = curve(0);
    const { end, x, tried } = along(curve)(armijo, 64);
    const enough = (t: number) => curve(t)[0] <= value + 1e-4 * t * slope;
    assert.equal(end?.step, x);
    assert.deepEqual(
      tried,
      tried.map((_, k) => 64 / 2 ** k),
    );
    assert.ok(enough(x) && tried.slice(0, -1).every((t) => !enough(t)), name);
  }
});

test("where f or its slope is not finite they back off", () => {
  const barrier: Curve = (t) => [t - Math.log(1 - t) - 3 * t, -2 + 1 / (1 - t)]; // NaN beyond 1, smallest at 1/2
  const overflow: Curve = (t) => [Math.exp(200 * t) - 300 * t, 200 * Math.exp(200 * t) - 300];
  const slopeless: Curve = (t) => [t * t - t, t > 0.75 ? Number.NaN : 2 * t - 1];
  for (const curve of [barrier, overflow, slopeless])
    for (const method of [moreThuente, armijo])
      for (const first of [1, 30, 1000]) {
        const { end, slope, tried } = along(curve)(method, first);
        assert.ok(end !== undefined && end.value < curve(0)[0] && Number.isFinite(slope));
        if (method === moreThuente) assert.ok(tried.length <= 8, `${tried}`);
      }
});

test("a direction that leads up, and a function without a minimum, are no success", () => {
  const up: Curve = (t) => [t, 1];
  assert.equal(along((t) => [up(-t)[0], 1])(moreThuente, 1).end, undefined);
  assert.equal(along((t) => [t, -1])(armijo, 1).end, undefined);
  assert.equal(along((t) => [-t, -1])(moreThuente, 1).end, undefined);
});

test("with bounds the path ends at them, and a decrease there is enough", () => {
  const box = new Box({ upper: 2 }, 1);
  const { end, x, tried } = along((t) => [-t, -1], box)(moreThuente, 10);
  assert.ok(end !== undefined);
  assert.equal(x, 2);
  assert.ok(tried.every((t) => t <= 2));
  assert.equal(along((t) => [-t, -1], box)(armijo, 10).x, 2);
  assert.equal(along((t) => [-t, -1], box)(moreThuente, 1, 2).end, undefined, "at the bound there is no way");
});

test("orthant-wise, entries stop at 0 instead of changing their sign", () => {
  const lambda = 1;
  const curve: Curve = (t) => [(t + 3) ** 2 / 2, t + 3]; // with |t|, smallest at −2
  const { end, x } = along(curve)(orthantWise(lambda), 4, 1);
  assert.equal(x, 0);
  assert.equal(end?.value, curve(0)[0]);
  const next = along(curve)(orthantWise(lambda), 2, 0);
  assert.equal(next.x, -2);
  assert.equal(next.end?.value, 1 / 2 + lambda * 2);
});
