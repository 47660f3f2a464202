import type { Command } from "commander";
import { TuttiError } from "../../errors.js";
import { findBlas, type Kernels, loadTarget, withBlas } from "../../kernels/index.js";
import type { FloatDType } from "../../tensor/index.js";
import { elementwiseCalls, productCalls } from "./kernel-calls.js";
import { positiveInteger } from "./options.js";
import { bestTimes } from "./timing.js";

/** A figure for each target that can do it, by the name of what was timed. */
type Figures = Record<string, Record<string, number>>;

interface KernelFigures {
  readonly elements: number;
  /** Where the code of each target comes from. */
  readonly targets: Readonly<Record<string, string>>;
  /** Why other targets were not measured. */
  readonly missing: Readonly<Record<string, string>>;
  readonly nanosecondsPerElement: Readonly<Record<FloatDType, Figures>>;
  readonly gflops: Readonly<Record<FloatDType, Figures>>;
}

const LOADERS: Readonly<Record<string, () => Kernels>> = {
  wasm: () => loadTarget("wasm"),
  "wasm-relaxed": () => loadTarget("wasm-relaxed"),
  native: () => loadTarget("native"),
};
const GEMM = "gemm";
const ROUNDS = 25; // time enough for V8 to compile WebAssembly again at its best
const PRODUCT_ROUNDS = 9; // each call takes long by itself
const MILLISECONDS = 0.5; // long for the clock, short enough to fall between two interruptions

/** `tutti bench kernels`: every kernel on every target. */
export function register(bench: Command): void {
  bench
    .command("kernels")
    .description("Time the numeric kernels on every target that works here: nanoseconds an element, GFLOP/s.")
    .argument("[names...]", `only these, as in: exp tanh ${GEMM}`)
    .option("--elements <count>", "length of the arrays", positiveInteger, 4096)
    .option("--json", "print one JSON object")
    .action((names: string[], { elements, json }: { elements: number; json?: true }) => {
      const figures = measure(names, elements);
      console.log(json ? JSON.stringify(figures) : describe(figures));
    });
}

function measure(names: readonly string[], elements: number): KernelFigures {
  const missing: Record<string, string> = {};
  const load = (loaders: typeof LOADERS): Map<string, Kernels> => {
    const loaded = new Map<string, Kernels>();
    for (const [name, loader] of Object.entries(loaders)) {
      try {
        loaded.set(name, loader());
      } catch (error) {
        if (!(error instanceof TuttiError && error.code === "library")) throw error;
        missing[name] = error.message;
      }
    }
    return loaded;
  };
  const targets = load(LOADERS);
  const [any] = targets.values();
  const multipliers = new Map([...targets, ...load({ blas: () => withBlas(any, findBlas()) })]);

  const elementwise = (dtype: FloatDType) => {
    const calls = map(targets, (kernels) => elementwiseCalls(kernels, dtype, elements));
    const known = [...calls.values().next().value!.keys()];
    checkNames(names, [...known, GEMM]);
    const wanted = names.length === 0 ? known : known.filter((name) => names.includes(name));
    return figuresOf(wanted, calls, ROUNDS, (ms) => (ms * 1e6) / elements);
  };
  const products = (dtype: FloatDType) => {
    const calls = map(multipliers, (kernels) => productCalls(kernels, dtype));
    const first = calls.values().next().value!;
    const shapes = names.length === 0 || names.includes(GEMM) ? [...first.keys()] : [];
    return figuresOf(
      shapes,
      map(calls, (products) => map(products, ({ call }) => call)),
      PRODUCT_ROUNDS,
      (ms, shape) => first.get(shape)!.flops / ms / 1e6,
    );
  };
  return {
    elements,
    targets: Object.fromEntries(map(multipliers, ({ file, blas }) => blas ?? file)),
    missing,
    nanosecondsPerElement: { float64: elementwise("float64"), float32: elementwise("float32") },
    gflops: { float64: products("float64"), float32: products("float32") },
  };
}

/** Times what is wanted, each on all targets in turn. */
function figuresOf(
  wanted: readonly string[],
  calls: ReadonlyMap<string, ReadonlyMap<string, () => void>>,
  rounds: number,
  figure: (milliseconds: number, name: string) => number,
): Figures {
  const figures: Figures = {};
  for (const name of wanted) {
    const times = bestTimes(
      [...calls.values()].map((target) => target.get(name)!),
      rounds,
      MILLISECONDS,
    );
    figures[name] = Object.fromEntries(
      [...calls.keys()].map((target, i) => [target, figure(times[i], name)]),
    );
  }
  return figures;
}

function checkNames(names: readonly string[], known: readonly string[]): void {
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw new TuttiError(
    "argument",
    `bench kernels: there is no kernel ${unknown.join(", ")}; there are ${known.join(", ")}`,
    { unknown, known },
  );
}

function describe({ targets, missing, elements, nanosecondsPerElement, gflops }: KernelFigures): string {
  const lines = Object.entries(targets).map(([name, file]) => `${name}: ${file}`);
  for (const [name, reason] of Object.entries(missing)) lines.push(`no ${name}: ${reason}`);
  for (const dtype of ["float64", "float32"] as const) {
    lines.push(...table(`${dtype}, ns an element of ${elements}`, nanosecondsPerElement[dtype], 3));
    lines.push(...table(`${dtype}, GFLOP/s`, gflops[dtype], 1));
  }
  return lines.join("\n");
}

function table(title: string, figures: Figures, digits: number): string[] {
  const names = Object.keys(figures);
  if (names.length === 0) return [];
  const columns = Object.keys(figures[names[0]]);
  const width = Math.max(title.length, ...names.map((name) => name.length));
  const row = (first: string, cells: readonly string[]) =>
    first.padEnd(width) + cells.map((cell) => cell.padStart(14)).join("");
  const cells = (name: string) => columns.map((column) => figures[name][column].toFixed(digits));
  return ["", row(title, columns), ...names.map((name) => row(name, cells(name)))];
}

function map<A, B>(from: ReadonlyMap<string, A>, f: (value: A) => B): Map<string, B> {
  return new Map([...from].map(([key, value]) => [key, f(value)]));
}
