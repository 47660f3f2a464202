// One data-parallel training step beside PyTorch DistributedDataParallel (gloo), and two ranks beside one.
//   node dist/bench/train-step.js [rounds]
// The peer needs Debian's python3-torch; libopenblas0-pthread makes its matrix products several times as fast.
import { bench, interleave, peer, roundsOr } from "./support.js";

const rounds = roundsOr(5);

const CASES = [
  {
    layers: "784-256-128-10",
    batch: 64,
    dtype: "float32",
    activation: "relu",
    steps: 400,
    target: "4 times",
  },
  {
    layers: "64-256-128-1",
    batch: 2048,
    dtype: "float64",
    activation: "tanh",
    steps: 60,
    target: "1.5 times",
  },
  {
    layers: "784-256-128-10",
    batch: 512,
    dtype: "float32",
    activation: "relu",
    steps: 100,
    target: "60 % of peak",
  },
];

for (const { layers, batch, dtype, activation, steps, target } of CASES) {
  const network = ["--layers", layers, "--dtype", dtype, "--activation", activation];
  const options = [...network, "--batch-per-rank", `${batch}`, "--steps", `${steps}`];
  const fractions: number[] = [];
  const ms = interleave(rounds, {
    tutti: () => {
      const figures = bench("train", ...options, "-n", "2");
      fractions.push(figures.fractionOfPeak);
      return figures.msPerStep;
    },
    ddp: () => peer("ddp_train.py", ...options, "--ranks", "2").msPerStep,
  });
  const fraction = Math.max(...fractions);
  console.log(
    `${layers} ${dtype} ${activation}, ${batch} a rank, 2 ranks: Tutti ${ms.tutti.toFixed(2)} ms, DDP ${ms.ddp.toFixed(2)} ms, ` +
      `${(ms.ddp / ms.tutti).toFixed(2)} times; ${(100 * fraction).toFixed(0)} % of peak (target: ${target})`,
  );
}

const share = (ranks: number) =>
  bench("train", "--batch-per-rank", `${4096 / ranks}`, "-n", `${ranks}`, "--steps", "40", "--warmup", "10")
    .msPerStep;
const ms = interleave(rounds, { one: () => share(1), two: () => share(2) });
console.log(
  `784-256-128-10 float32, global batch 4096: 1 rank ${ms.one.toFixed(1)} ms, 2 ranks ${ms.two.toFixed(1)} ms, ` +
    `${(ms.one / ms.two).toFixed(2)} times (target: 1.7 times)`,
);
