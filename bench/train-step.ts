// One data-parallel training step beside PyTorch DistributedDataParallel (gloo), and two ranks beside one.
//   node dist/bench/train-step.js [rounds]
// The peer needs Debian's python3-torch and libopenblas0-pthread.
import { interleave, peer, tutti } from "./support.js";

const rounds = Number(process.argv[2] ?? 5);

const CASES = [
  { layers: "784-256-128-10", batch: 64, dtype: "float32", activation: "relu", steps: 300 },
  { layers: "64-256-128-1", batch: 2048, dtype: "float64", activation: "tanh", steps: 60 },
  { layers: "784-256-128-10", batch: 512, dtype: "float32", activation: "relu", steps: 100 },
];

for (const { layers, batch, dtype, activation, steps } of CASES) {
  const options = [
    "--layers",
    layers,
    "--batch-per-rank",
    `${batch}`,
    "--dtype",
    dtype,
    "--activation",
    activation,
  ];
  const counted = [...options, "--steps", `${steps}`];
  let fraction = 0;
  const ms = interleave(rounds, {
    tutti: () => {
      const figures = tutti("bench", "train", ...counted, "-n", "2", "--json");
      fraction = figures.fractionOfPeak as number;
      return figures.msPerStep as number;
    },
    ddp: () => peer("ddp_train.py", ...counted, "--ranks", "2").msPerStep as number,
  });
  console.log(
    `${layers} ${dtype} ${batch} a rank, 2 ranks: Tutti ${ms.tutti.toFixed(2)} ms, DDP ${ms.ddp.toFixed(2)} ms, ` +
      `${(ms.ddp / ms.tutti).toFixed(2)} times; ${(100 * fraction).toFixed(0)} % of peak`,
  );
}

const share = (ranks: number) =>
  tutti("bench", "train", "--batch-per-rank", `${4096 / ranks}`, "-n", `${ranks}`, "--steps", "30", "--json")
    .msPerStep as number;
const scaling = interleave(rounds, { one: () => share(1), two: () => share(2) });
console.log(
  `784-256-128-10 float32, global batch 4096: 2 ranks are ${(scaling.one / scaling.two).toFixed(2)} times as fast as 1`,
);
