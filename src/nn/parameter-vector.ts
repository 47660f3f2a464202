import { createHash } from "node:crypto";
import { TuttiError } from "../errors.js";
import {
  assign,
  type FloatDType,
  firstNonFinite,
  keep,
  reshape,
  scope,
  slice,
  type Tensor,
  zeros,
} from "../tensor/index.js";
import { type Module, walk } from "./module.js";
import { unknownName } from "./named.js";
import type { Parameter } from "./parameter.js";

/** Options of {@link flatten}. */
export interface FlattenOptions {
  /** Default `float32`. */
  dtype?: FloatDType;
  /** Seed of the first values. Default 0. */
  seed?: number;
}

// Parameter i draws from stream FIRST_STREAM + i, far from the small numbers that a program gives its own streams.
const FIRST_STREAM = 2 ** 48;

/**
 * Gives the parameters of `model` memory and their first values.
 *
 * The values are a function of the seed, of each parameter's place in the order of definition and of its shape: the same
 * bits on every rank, for any number of ranks. The memory belongs to no scope: it lives until `dispose()`.
 *
 * @throws TuttiError `argument` if a parameter already has memory; `memory`; whatever an initialiser throws.
 */
export function flatten(model: Module, options: FlattenOptions = {}): ParameterVector {
  return new ParameterVector(model, options);
}

/**
 * All parameters of a model, laid end to end without gaps in the order of their definition: one vector of values, one of
 * gradients, and a view of each for every parameter. Reductions, optimisers and checkpoints work on the vectors.
 */
export class ParameterVector implements Iterable<Parameter> {
  readonly dtype: FloatDType;
  /** In the order of their definition. */
  readonly parameters: readonly Parameter[];
  /** All values: shape [count]. */
  readonly value: Tensor;
  /** All gradients: shape [count]. */
  readonly grad: Tensor;
  /** The value of each parameter, a view of `value`. */
  readonly values: readonly Tensor[];
  /** The gradient of each parameter, a view of `grad`. */
  readonly grads: readonly Tensor[];
  readonly #byName: ReadonlyMap<string, Parameter>;

  /** Use {@link flatten}. */
  constructor(model: Module, { dtype = "float32", seed = 0 }: FlattenOptions) {
    const { modules, parameters } = walk(model);
    for (const [name, parameter] of parameters) {
      if (parameter.isBound)
        throw new TuttiError(
          "argument",
          `flatten: "${name}" already has memory; dispose of the vector it belongs to, or build the model anew`,
          { name },
        );
    }
    for (const [path, module] of modules) module.path = path;
    for (const [name, parameter] of parameters) parameter.name = name;
    this.dtype = dtype;
    this.parameters = [...parameters.values()];
    this.#byName = parameters;
    const count = this.parameters.reduce((sum, { size }) => sum + size, 0);
    this.value = keep(zeros([count], { dtype }));
    this.grad = keep(zeros([count], { dtype }));
    this.values = this.viewsOf(this.value).map(keep);
    this.grads = this.viewsOf(this.grad).map(keep);
    for (const [i, parameter] of this.parameters.entries()) parameter.bind(this.values[i], this.grads[i]);
    try {
      this.initialize(seed);
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  /** Number of values. */
  get count(): number {
    return this.value.size;
  }

  /** Bytes of one value. */
  get bytesPerValue(): 4 | 8 {
    return this.dtype === "float64" ? 8 : 4;
  }

  /** Bytes of the values; the gradients take as many again. */
  get bytes(): number {
    return this.count * this.bytesPerValue;
  }

  /** The parameters in the order of their definition. */
  [Symbol.iterator](): Iterator<Parameter> {
    return this.parameters[Symbol.iterator]();
  }

  /** The parameter called `name`. Throws TuttiError `argument` with the names there are. */
  get(name: string): Parameter {
    const found = this.#byName.get(name);
    if (found === undefined) throw unknownName("ParameterVector.get", [...this.#byName.keys()], name);
    return found;
  }

  /** Sets every parameter to its first value for this seed. */
  initialize(seed: number): void {
    const { dtype } = this;
    for (const [i, { init, shape, name, value }] of this.parameters.entries()) {
      scope(() => {
        const first = init(shape, { seed, stream: FIRST_STREAM + i, dtype });
        if (first.shape.join() !== shape.join())
          throw new TuttiError(
            "shape",
            `flatten: the initialiser of "${name}" made shape [${first.shape.join(", ")}], expected [${shape.join(", ")}]`,
            { name, found: first.shape, expected: shape },
          );
        assign(value, first);
      });
    }
  }

  /**
   * A vector that is laid out like the parameters, as one view for each of them in its shape.
   *
   * @param vector shape [count]: a direction, a sum of gradients, other values.
   * @throws TuttiError `shape`.
   */
  viewsOf(vector: Tensor): Tensor[] {
    const count = this.parameters.reduce((sum, { size }) => sum + size, 0);
    if (vector.ndim !== 1 || vector.size !== count)
      throw new TuttiError(
        "shape",
        `ParameterVector.viewsOf: vector has shape [${vector.shape.join(", ")}], expected [${count}]`,
        { found: vector.shape, expected: [count] },
      );
    let end = 0;
    return scope(() =>
      this.parameters.map(({ size, shape, name }) => {
        end += size;
        const view = reshape(slice(vector, [end - size, end]), shape);
        view.name = name;
        return view;
      }),
    );
  }

  /** SHA-256 of the bytes of all values, in hexadecimal: equal on ranks that hold the same weights. */
  hash(): string {
    const { buffer, byteOffset, byteLength } = this.value.data;
    return createHash("sha256")
      .update(new Uint8Array(buffer, byteOffset, byteLength))
      .digest("hex");
  }

  /**
   * The first value, or gradient, that is infinite or NaN: its parameter, and its position in that in row-major order;
   * undefined if all are finite.
   */
  firstNonFinite(which: "value" | "grad" = "value"): { parameter: Parameter; index: number } | undefined {
    let index = firstNonFinite(this[which]);
    if (index < 0) return undefined;
    for (const parameter of this.parameters) {
      if (index < parameter.size) return { parameter, index };
      index -= parameter.size;
    }
    return undefined;
  }

  /** A table of the parameters with their shapes and sizes, and their total, for people. */
  describe(): string {
    const rows = this.parameters.map(({ name, shape, size }) => [name, `[${shape.join(", ")}]`, `${size}`]);
    rows.unshift(["parameter", "shape", "values"]);
    rows.push(["total", `${this.dtype}, ${this.bytes} bytes`, `${this.count}`]);
    const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column].length)));
    return rows
      .map(([a, b, c]) => `${a.padEnd(widths[0])}  ${b.padEnd(widths[1])}  ${c.padStart(widths[2])}`)
      .join("\n");
  }

  /** Frees values and gradients; the parameters are without memory again. */
  dispose(): void {
    for (const parameter of this.parameters) parameter.bind(null, null);
    for (const tensor of [...this.values, ...this.grads, this.value, this.grad]) tensor.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
