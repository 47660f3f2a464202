import { TuttiError } from "../errors.js";
import { type KernelName, kernels } from "../kernels/index.js";
import type { Parameter, ParameterVector } from "../nn/index.js";
import { assign, keep, Tensor, zeros } from "../tensor/index.js";
import { pointerOf } from "../tensor/internal.js";
import { requireNumber } from "./options.js";

/** What all first-order methods have in common. */
export interface OptimizerOptions {
  /** Learning rate; each method has a default of its own. */
  lr?: number;
  /** λ: adds λ p to the gradient (or, in AdamW, shrinks p by lr λ). Default 0, in AdamW 0.01. */
  weightDecay?: number;
  /** Which parameters decay; by default all. Biases are often left out: `(p) => p.shape.length > 1`. */
  decays?: (parameter: Parameter) => boolean;
}

/** What an optimiser remembers between steps: vectors laid out like the parameters, and numbers. */
export type OptimizerState = Record<string, Tensor | number>;

/** Neighbouring parameters that are updated alike. */
interface Stretch {
  readonly start: number;
  readonly count: number;
  readonly decay: number;
}

/**
 * A first-order method: changes the values of a parameter vector by its gradient, in one pass over both.
 *
 * Reads `parameters.grad` as it stands; who computes it, and over how many ranks, is not its business.
 */
export abstract class Optimizer {
  readonly parameters: ParameterVector;
  /** The learning rate of steps that name none. */
  lr: number;
  /** Updates done. */
  steps = 0;

  readonly #memory: Readonly<Record<string, Tensor>>;
  readonly #stretches: readonly Stretch[];

  /** @param memory names of the vectors to remember, in the order in which `update` takes them. */
  protected constructor(
    parameters: ParameterVector,
    lr: number,
    memory: readonly string[],
    { weightDecay = 0, decays }: OptimizerOptions,
  ) {
    const where = new.target.name;
    requireNumber(where, "lr", lr, 0);
    requireNumber(where, "weightDecay", weightDecay, 0);
    this.parameters = parameters;
    this.lr = lr;
    const { count, dtype } = parameters;
    this.#memory = Object.fromEntries(memory.map((name) => [name, keep(zeros([count], { dtype }))]));
    this.#stretches = stretchesOf(parameters, weightDecay, decays);
  }

  /**
   * One update of all values by the present gradient.
   *
   * @param options.lr the rate of this step; default `lr`.
   * @throws TuttiError `argument` if the rate is negative or not finite; `freed`.
   */
  step({ lr = this.lr }: { lr?: number } = {}): void {
    requireNumber(`${this.constructor.name}.step`, "lr", lr, 0);
    const { value, grad, bytesPerValue } = this.parameters;
    const pointers = [value, grad, ...Object.values(this.#memory)].map((x) => pointerOf(x, "step"));
    this.steps++;
    for (const { start, count, decay } of this.#stretches) {
      const [p, g, ...memory] = pointers.map((pointer) => pointer + start * bytesPerValue);
      this.update(count, lr, decay, p, g, ...memory);
    }
  }

  /** Updates `count` values at pointer `p` by the gradient at `g`; `steps` already counts this update. */
  protected abstract update(
    count: number,
    lr: number,
    decay: number,
    p: number,
    g: number,
    ...memory: number[]
  ): void;

  /** The kernel of that name for the dtype of the parameters. */
  protected kernel(name: "sgd" | "adagrad" | "rmsprop" | "adam"): (...args: number[]) => number {
    const suffix = this.parameters.dtype === "float64" ? "f64" : "f32";
    return kernels().f[`${name}_${suffix}` satisfies KernelName];
  }

  /** Everything that the next steps depend on beside parameters, gradient and options; the tensors are live, not copies. */
  state(): OptimizerState {
    return { steps: this.steps, lr: this.lr, ...this.#memory };
  }

  /**
   * Goes on from a state of the same method for the same parameters; vectors are copied bit by bit.
   *
   * @throws TuttiError `checkpoint` if it belongs to another method or other parameters; nothing is changed then.
   */
  load(state: OptimizerState): void {
    const own = this.state();
    const wrong = (reason: string) =>
      new TuttiError("checkpoint", `${this.constructor.name}.load: ${reason}`, { found: Object.keys(state) });
    const list = (names: string[]) => names.sort().join(", ");
    if (list(Object.keys(state)) !== list(Object.keys(own)))
      throw wrong(`the state holds ${list(Object.keys(state))}, expected ${list(Object.keys(own))}`);
    for (const [name, mine] of Object.entries(own)) {
      const theirs = state[name];
      if (describe(theirs) !== describe(mine))
        throw wrong(`${name} is ${describe(theirs)}, expected ${describe(mine)}`);
    }
    for (const [name, vector] of Object.entries(this.#memory)) assign(vector, state[name] as Tensor);
    this.steps = state.steps as number;
    this.lr = state.lr as number;
  }

  /** Frees what it remembers; the parameters stay. */
  dispose(): void {
    for (const vector of Object.values(this.#memory)) vector.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

const describe = (value: Tensor | number): string =>
  value instanceof Tensor ? `${value.dtype} [${value.shape.join(", ")}]` : "a number";

function stretchesOf(
  parameters: ParameterVector,
  weightDecay: number,
  decays: (parameter: Parameter) => boolean = () => true,
): Stretch[] {
  const stretches: Stretch[] = [];
  let start = 0;
  for (const parameter of parameters) {
    const decay = weightDecay > 0 && decays(parameter) ? weightDecay : 0;
    const last = stretches.at(-1);
    if (last?.decay === decay) stretches.splice(-1, 1, { ...last, count: last.count + parameter.size });
    else stretches.push({ start, count: parameter.size, decay });
    start += parameter.size;
  }
  return stretches;
}
