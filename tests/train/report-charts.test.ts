import assert from "node:assert/strict";
import { test } from "node:test";
import { type AxisSpec, makeAxis } from "../../src/train/report/axis.js";
import { type ChartSpec, lineChart } from "../../src/train/report/chart.js";
import {
  accuracyChart,
  learningRateChart,
  lossChart,
  throughputChart,
} from "../../src/train/report/curves.js";
import type { MetricsRecord } from "../../src/train/report/index.js";
import { decimate, smooth } from "../../src/train/report/series.js";
import { exampleHistory } from "./report-example.js";

test("smoothing keeps straight lines and averages neighbours", () => {
  const straight = Array.from({ length: 20 }, (_, i) => 3 - 0.5 * i);
  smooth(straight, 7).forEach((value, i) => {
    assert.ok(Math.abs(value - straight[i]) < 1e-12);
  });
  assert.deepEqual(smooth([0, 3, 0, 3, 6], 3), [0, 1, 2, 3, 6]);
  assert.deepEqual(smooth([1, Number.NaN, 5], 3), [1, 3, 5]);
});

test("decimated points keep every bucket's extremes and the ends", () => {
  const points = Array.from({ length: 5000 }, (_, i) => ({ x: i, y: Math.sin(i * i) }));
  points[1234] = { x: 1234, y: 50 };
  points[4321] = { x: 4321, y: Number.NaN };
  const buckets = 100;
  const kept = decimate(points, buckets);
  assert.ok(kept.length <= 4 * buckets);
  assert.equal(kept[0], points[0]);
  assert.equal(kept[kept.length - 1], points[4999]);
  assert.ok(kept.every((point, i) => i === 0 || point.x > kept[i - 1].x));
  for (let bucket = 0; bucket < buckets; bucket++) {
    const within = ({ x }: { x: number }) => Math.min(99, Math.floor(x / (4999 / buckets))) === bucket;
    const ys = (list: readonly { x: number; y: number }[]) =>
      list
        .filter(within)
        .map(({ y }) => y)
        .filter(Number.isFinite);
    assert.equal(Math.min(...ys(kept)), Math.min(...ys(points)));
    assert.equal(Math.max(...ys(kept)), Math.max(...ys(points)));
  }
  assert.equal(decimate(points.slice(0, 400), buckets).length, 400);
});

test("ticks of every kind of axis lie on it, in order, with texts that say their values", () => {
  const axes: [AxisSpec["kind"], [number, number]][] = [
    ["linear", [0, 3752]],
    ["linear", [-3, 2]],
    ["linear", [0, 2e6]],
    ["log", [0.003, 2.4]],
    ["log", [1e-9, 1e6]],
    ["log", [0.31, 0.34]],
    ["nines", [0.5, 0.998]],
    ["nines", [0.1, 0.9999]],
  ];
  for (const [kind, domain] of axes) {
    const axis = makeAxis({ label: "", kind, domain }, 0, 400);
    const ticks = axis.ticks(6);
    assert.ok(ticks.length >= 2 && ticks.length <= 12, `${kind} ${domain}: ${ticks.length} ticks`);
    assert.equal(new Set(ticks.map(({ text }) => text)).size, ticks.length);
    for (const { at, text } of ticks) {
      assert.ok(at >= 0 && at <= 400);
      const [number, unit] =
        /^([\d.,e+-]+)([%kM]?)$/.exec(text.replace("−", "-").replaceAll(",", ""))?.slice(1) ?? [];
      const value = Number(number) * ({ "%": 0.01, k: 1e3, M: 1e6 }[unit] ?? 1);
      assert.ok(
        Math.abs(axis.at(value) - at) < 0.5,
        `${kind} ${domain}: ${text} at ${at}, not ${axis.at(value)}`,
      );
    }
  }
});

test("a logarithm of the error puts 90 %, 99 % and 99.9 % at equal distances", () => {
  const { at } = makeAxis({ label: "", kind: "nines", domain: [0.9, 0.999] }, 0, 400);
  assert.ok(Math.abs(at(0.9)) < 1e-6);
  assert.ok(Math.abs(at(0.99) - 200) < 1e-6);
  assert.ok(Math.abs(at(0.999) - 400) < 1e-6);
  assert.ok(Math.abs(at(1) - 400) < 1e-6);
});

test("the loss is drawn on a logarithmic scale when it spans more than a decade, else from zero", () => {
  const falling = (to: number): MetricsRecord[] =>
    [2, 1.5, to].map((loss, i) => ({ step: i, epoch: i, time: i, loss }));
  assert.equal(lossChart(falling(0.1))?.y.kind, "log");
  assert.equal(lossChart(falling(1))?.y.kind, "linear");
  assert.equal(lossChart(falling(1))?.y.domain[0], 0);
  assert.equal(lossChart(falling(-1))?.y.kind, "linear");
  assert.equal(lossChart(falling(0))?.y.kind, "linear");
});

test("spikes of the loss stay within the picture", () => {
  const history = exampleHistory(400).map((record, i) => (i === 300 ? { ...record, loss: 900 } : record));
  assert.ok((lossChart(history)?.y.domain[1] ?? 0) >= 900);
});

test("a constant learning rate needs no picture, and figures never measured have none", () => {
  const history = [1, 2, 3].map((step) => ({ step, epoch: step, time: step, loss: 1, lr: 0.1 }));
  assert.equal(learningRateChart(history), undefined);
  assert.equal(accuracyChart(history), undefined);
  assert.equal(throughputChart(history), undefined);
  assert.notEqual(learningRateChart([...history, { step: 4, epoch: 4, time: 4, lr: 0.05 }]), undefined);
});

const charts = (history: readonly MetricsRecord[]): ChartSpec[] =>
  [lossChart, accuracyChart, throughputChart, learningRateChart]
    .map((chart) => chart(history))
    .filter((chart) => chart !== undefined);

test("histories of every shape give pictures whose coordinates are numbers", () => {
  const one = { step: 1, epoch: 0.1, time: 0, loss: 1, accuracy: 1, samplesPerSecond: 0, lr: 0.1 };
  const histories: Record<string, MetricsRecord[]> = {
    "one record": [one],
    "a record before the first step": [{ ...one, step: 0, epoch: 0 }],
    zeros: [1, 2, 3].map((step) => ({ ...one, step, loss: 0, accuracy: 0 })),
    "negative losses": [1, 2, 3].map((step) => ({ ...one, step, loss: -step })),
    "a loss that became NaN": exampleHistory(200).map((record, i) =>
      i > 150 ? { ...record, loss: Number.NaN, accuracy: Number.NaN } : record,
    ),
    "only validation": [1, 2].map((step) => ({ step, epoch: step, time: step, validationLoss: 1 / step })),
    "tiny losses": [1, 2, 3].map((step) => ({ ...one, step, loss: 10 ** (-100 * step) })),
    hours: exampleHistory(100).map((record) => ({ ...record, time: 1000 * record.time })),
    "many records": exampleHistory(200_000),
  };
  for (const [name, history] of Object.entries(histories)) {
    const specs = charts(history);
    assert.ok(specs.length > 0, name);
    for (const spec of specs) {
      for (const width of [340, 1040]) {
        const svg = lineChart(spec, width, 300).text;
        assert.doesNotMatch(svg, /="[^"]*(NaN|undefined|Infinity)/, name);
        assert.ok(svg.length < 120_000, `${name}: ${svg.length} characters`);
      }
    }
  }
});

test("a history in which nothing is finite has no picture of the loss", () => {
  assert.equal(lossChart([{ step: 1, epoch: 1, time: 1, loss: Number.NaN }]), undefined);
});

test("texts in a chart are escaped", () => {
  const [spec] = charts(exampleHistory(50));
  const svg = lineChart({ ...spec, title: "<x> & \u0000", description: `"><script>` }, 400, 300).text;
  assert.match(svg, /&lt;x&gt; &amp; \ufffd</);
  assert.doesNotMatch(svg, /<script|<x>/);
});

test("curves of evaluations are called after the data that they were made on", () => {
  const history = [{ step: 1, epoch: 1, time: 1, loss: 2, validationLoss: 3, validationAccuracy: 0.5 }];
  const names = (spec: ReturnType<typeof lossChart>) => spec?.series.map(({ name }) => name);
  assert.deepEqual(names(lossChart(history)), ["training", "validation"]);
  assert.deepEqual(names(lossChart(history, undefined, "test")), ["training", "test"]);
  assert.deepEqual(names(accuracyChart(history, "test")), ["test"]);
});
