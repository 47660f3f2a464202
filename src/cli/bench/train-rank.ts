// What every rank of `tutti bench train` runs; rank 0 prints the figures.
import { world } from "../../comm/index.js";
import { kernels } from "../../kernels/index.js";
import { flatten, type Loss, lossByName, mlp } from "../../nn/index.js";
import { SGD } from "../../optim/index.js";
import { cast, keep, normal, randomInts, reshape, slice, type Tensor } from "../../tensor/index.js";
import { GlobalGradient } from "../../train/index.js";
import { gemmPeak } from "./gemm-peak.js";
import { median } from "./timing.js";
import type { TrainBench } from "./train.js";

const options = JSON.parse(process.argv[2]) as TrainBench;
const comm = world();

const peakBefore = peakOfAll();
const times = timeSteps();
const peak = Math.max(peakBefore, peakOfAll());
if (comm.rank === 0) {
  const figures = figuresOf(median(times), peak);
  console.log(options.json ? JSON.stringify(figures) : describe(figures));
}

/** Mean over the ranks of what each core reaches while all are busy. */
function peakOfAll(): number {
  comm.barrier();
  return comm.allreduce(gemmPeak(options.dtype)) / comm.size;
}

/** Milliseconds of each step on this rank. */
function timeSteps(): number[] {
  const { layers, activation, batchPerRank, dtype, shards, steps, warmup } = options;
  const model = mlp(layers, { activation });
  const parameters = flatten(model, { dtype });
  const optimizer = new SGD(parameters);
  const gradient = new GlobalGradient(comm, parameters, { shards });
  const batch = Int32Array.from({ length: comm.size * batchPerRank }, (_, i) => i);
  const { x, y, loss } = synthetic(batch.length);
  const rows = (tensor: Tensor, samples: Int32Array) =>
    slice(tensor, [samples[0], samples[0] + samples.length]);

  const times: number[] = [];
  for (let step = 0; step < warmup + steps; step++) {
    if (step === warmup) comm.barrier();
    const start = performance.now();
    gradient.compute(batch, (samples) => ({
      loss: loss.sum(model.forward(rows(x, samples)), rows(y, samples)),
    }));
    optimizer.step();
    if (step >= warmup) times.push(performance.now() - start);
  }
  return times;
}

/** A global batch of noise, with labels that are classes, or 0 and 1 where the network has one output. */
function synthetic(samples: number): { x: Tensor; y: Tensor; loss: Loss } {
  const { layers, dtype } = options;
  const outputs = layers[layers.length - 1];
  const x = keep(normal([samples, layers[0]], { seed: 1, dtype }));
  const labels = keep(randomInts([samples], { seed: 2, high: Math.max(2, outputs) }));
  return outputs === 1
    ? { x, y: keep(cast(reshape(labels, [samples, 1]), dtype)), loss: lossByName("binary-cross-entropy") }
    : { x, y: labels, loss: lossByName("cross-entropy") };
}

/** Flops of the matrix products of one step on one rank; the input needs no gradient. */
function flopsPerStep({ layers, batchPerRank }: TrainBench): number {
  let products = 0;
  for (let i = 1; i < layers.length; i++) products += (i === 1 ? 2 : 3) * layers[i - 1] * layers[i];
  return 2 * batchPerRank * products;
}

function figuresOf(msPerStep: number, peakGflops: number) {
  const gflops = flopsPerStep(options) / msPerStep / 1e6;
  const { target, blas } = kernels();
  return {
    msPerStep,
    samplesPerSecond: (comm.size * options.batchPerRank * 1000) / msPerStep,
    fractionOfPeak: gflops / peakGflops,
    gflopsPerRank: gflops,
    peakGflops,
    ranks: comm.size,
    kernels: target,
    blas,
  };
}

function describe(figures: ReturnType<typeof figuresOf>): string {
  const { layers, dtype, activation, batchPerRank, steps } = options;
  const { msPerStep, samplesPerSecond, fractionOfPeak, gflopsPerRank, peakGflops, ranks, kernels } = figures;
  return [
    `${layers.join("-")}, ${activation}, ${dtype}, ${batchPerRank} samples a rank, ranks: ${ranks}, kernels: ${kernels}`,
    `a step      ${msPerStep.toPrecision(3)} ms (median of ${steps})`,
    `samples/s   ${Math.round(samplesPerSecond).toLocaleString("en")}`,
    `GFLOP/s     ${gflopsPerRank.toFixed(1)} a rank, ${(100 * fractionOfPeak).toFixed(0)} % of the ${peakGflops.toFixed(1)} ` +
      "that a core reaches in matrix products",
  ].join("\n");
}
