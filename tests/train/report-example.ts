import {
  confusionMatrix,
  type MetricsRecord,
  mostWrong,
  type RunSummary,
  thisMachine,
} from "../../src/train/report/index.js";

/** Class names as somebody's table could hold them. */
export const NASTY = ["<script>alert(1)</script>", `"quoted" & 'single'`, "</title></style>", "日本語"];

/** A history that falls from 2.3, with validation every tenth record. */
export function exampleHistory(records: number): MetricsRecord[] {
  return Array.from({ length: records }, (_, i) => {
    const step = 10 * (i + 1);
    const loss = 0.05 + 2.25 * Math.exp(-i / (records / 8)) * (1 + 0.2 * Math.sin(7 * i));
    const record = {
      step,
      epoch: step / 300,
      time: step * 0.01,
      loss,
      accuracy: 1 - loss / 3,
      lr: 0.1 / (1 + i),
      samplesPerSecond: 6400 + 100 * Math.cos(3 * i),
    };
    return i % 10 === 9 ? { ...record, validationLoss: loss + 0.05, validationAccuracy: 0.9 } : record;
  });
}

/** A summary of a classifier of 8 × 8 images whose every text tries to break out of its place. */
export function exampleSummary(changes: Partial<RunSummary> = {}): RunSummary {
  const labels = Array.from({ length: 80 }, (_, i) => i % 4);
  const probabilities = labels.flatMap((label, i) =>
    [0, 1, 2, 3].map((c) => (c === (i % 5 === 0 ? (label + 1) % 4 : label) ? 0.7 : 0.1)),
  );
  const predictions = labels.map((label, i) => (i % 5 === 0 ? (label + 1) % 4 : label));
  const image = (index: number) => ({
    width: 8,
    height: 8,
    channels: 1 as const,
    pixels: Uint8Array.from({ length: 64 }, (_, pixel) => (31 * index + 4 * pixel) % 256),
  });
  return {
    name: "<b>digits</b>",
    started: "2026-03-01T14:05:59Z",
    seconds: 83.4,
    samplesPerSecond: 6400,
    command: ["tutti", "train", "it's <here>.csv", "--hidden", "16,8", "$HOME `id` \\"],
    options: { hidden: [16, 8], "<option>": "<value>", resume: false, shards: null },
    data: {
      source: "<source>",
      trainingSamples: 300,
      testSamples: 80,
      inputShape: [8, 8],
      target: "4 classes",
    },
    model: {
      layers: [{ name: "0", kind: "<Linear> 64 → 4", outputShape: [4], parameters: 260 }],
      parameters: 260,
      dtype: "float32",
      loss: "cross-entropy",
      optimizer: "adam",
    },
    machine: { ...thisMachine(), ranks: 2, engine: "threads", kernels: "native", blas: "<blas>" },
    history: exampleHistory(120),
    evaluation: {
      kind: "classes",
      set: "test",
      loss: 0.31,
      classes: NASTY,
      confusion: confusionMatrix(labels, predictions, 4),
      mostWrong: mostWrong(probabilities, labels, 12).map((wrong) => ({
        ...wrong,
        image: image(wrong.index),
      })),
    },
    files: [{ path: 'javascript:alert("x")', description: "<i>a hostile name</i>" }],
    ...changes,
  };
}
