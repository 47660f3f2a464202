// Elementwise functions and matrix products beside NumPy.
//   node dist/bench/kernels.js [rounds]
// The peer needs Debian's python3-numpy; libopenblas0-pthread is its best matrix product.
import { bench, peer, roundsOr } from "./support.js";

const rounds = roundsOr(7);

interface Tutti {
  nanosecondsPerElement: Record<string, Record<string, Record<string, number>>>;
  gflops: Record<string, Record<string, Record<string, number>>>;
}
type NumPy = Record<string, Record<string, number>>;

const FUNCTIONS = ["exp", "tanh", "log", "sqrt", "add", "mul"];
const PRODUCT = "512x512x512";
const TARGETS: Record<string, string> = {
  "float64 exp": "0.75",
  "float64 tanh": "0.75",
  "float32 exp": "0.85",
  "float32 tanh": "0.85",
};

// Both sides print the best of many repetitions; the best round of each then is what the code can do.
const ours: Tutti[] = [];
const theirs: NumPy[] = [];
for (let round = 0; round < rounds; round++) {
  ours.push(bench<Tutti>("kernels", ...FUNCTIONS, "gemm"));
  theirs.push(peer<NumPy>("numpy_kernels.py"));
}

for (const dtype of ["float64", "float32"]) {
  for (const name of FUNCTIONS) {
    const numpy = Math.min(...theirs.map((figures) => figures[dtype][name]));
    const targets = Object.keys(ours[0].nanosecondsPerElement[dtype][name]);
    const best = (target: string) =>
      Math.min(...ours.map((figures) => figures.nanosecondsPerElement[dtype][name][target]));
    const parts = targets.map(
      (target) => `${target} ${best(target).toFixed(3)} ns (${(best(target) / numpy).toFixed(2)} of NumPy's)`,
    );
    const wanted = TARGETS[`${dtype} ${name}`];
    const note = wanted === undefined ? "" : `; target: native at most ${wanted}`;
    console.log(`${dtype} ${name}: NumPy ${numpy.toFixed(3)} ns an element, ${parts.join(", ")}${note}`);
  }
  const numpy = Math.max(...theirs.map((figures) => figures[dtype].gemm));
  const targets = Object.keys(ours[0].gflops[dtype][PRODUCT]);
  const best = (target: string) => Math.max(...ours.map((figures) => figures.gflops[dtype][PRODUCT][target]));
  const parts = targets.map((target) => `${target} ${best(target).toFixed(1)}`);
  console.log(`${dtype} matrix product ${PRODUCT}: NumPy ${numpy.toFixed(1)} GFLOP/s, ${parts.join(", ")}`);
}
