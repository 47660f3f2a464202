import {
  checkTableSchema,
  readSafetensors,
  type Safetensors,
  type TargetColumn,
  toNdArray,
  writeSafetensors,
} from "../data/index.js";
import { TuttiError } from "../errors.js";
import { flatten, mlp, type ParameterVector, type Sequential } from "../nn/index.js";
import { assign, type FloatDType, scope, tensor } from "../tensor/index.js";
import { type InputSpec, inputWidth, isInputSpec } from "./input-spec.js";

/** All that is needed to use a trained network on new data, beside its weights. */
export interface ModelCard {
  /** Features of the input, of each hidden layer and of the output. */
  readonly widths: readonly number[];
  readonly activation: string;
  readonly dtype: FloatDType;
  readonly loss: string;
  readonly input: InputSpec;
  readonly target: TargetColumn;
}

const FORMAT = "tutti.model.1";

/**
 * Writes a trained network as safetensors: every parameter by name; in the metadata, as JSON, the card, and for other
 * programs the names of the classes, the shape of an input and its normalisation by themselves. Atomic.
 *
 * @throws TuttiError `file`.
 */
export function saveModel(path: string, parameters: ParameterVector, card: ModelCard): void {
  const { target, input } = card;
  const texts: Record<string, unknown> = { card };
  if (target.kind !== "number") texts.classes = target.classes;
  if (input.kind === "array") {
    texts.input_shape = input.shape;
    texts.input_mean = input.mean;
    texts.input_std = input.std;
  }
  writeSafetensors(
    path,
    [...parameters].map(({ name, value }) => [name, toNdArray(value)]),
    [
      ["format", FORMAT],
      ...Object.entries(texts).map(([name, value]): [string, string] => [name, JSON.stringify(value)]),
    ],
  );
}

/** A network read from a file, ready to use. */
export interface LoadedModel {
  readonly model: Sequential;
  readonly parameters: ParameterVector;
  readonly card: ModelCard;
}

/**
 * Reads what {@link saveModel} wrote.
 *
 * @throws TuttiError `file`; `format` if it is not such a file or its parts do not fit each other.
 */
export function loadModel(path: string): LoadedModel {
  const { tensors, metadata } = readSafetensors(path);
  const format = metadata.get("format");
  if (format !== FORMAT)
    throw wrong(path, `is not a model of Tutti: its format is ${format ?? "not given"}, wanted ${FORMAT}`);
  const card = parseCard(metadata.get("card"), path);
  const model = mlp(card.widths, { activation: card.activation });
  const parameters = flatten(model, { dtype: card.dtype });
  try {
    assignAll(parameters, tensors, path);
  } catch (error) {
    parameters.dispose();
    throw error;
  }
  return { model, parameters, card };
}

function assignAll(parameters: ParameterVector, tensors: Safetensors["tensors"], path: string): void {
  if (tensors.size !== parameters.values.length)
    throw wrong(path, `holds ${tensors.size} arrays; a network of its card has ${parameters.values.length}`);
  for (const { name, value } of parameters) {
    const array = tensors.get(name);
    if (array === undefined) throw wrong(path, `has no parameter ${name}`);
    const { dtype, shape, data } = array;
    if (dtype !== value.dtype || shape.join() !== value.shape.join()) {
      const found = `has ${name} as ${dtype} [${shape.join(", ")}]`;
      throw wrong(path, `${found}; its card says ${value.dtype} [${value.shape.join(", ")}]`);
    }
    scope(() => assign(value, tensor(data, { shape, dtype })));
  }
}

function parseCard(text: string | undefined, path: string): ModelCard {
  let card: Partial<ModelCard> | null;
  try {
    card = JSON.parse(text ?? "null");
  } catch {
    card = null;
  }
  const where = `'${path}'`;
  const { widths, dtype, activation, input, target } = card ?? {};
  const isRight =
    Array.isArray(widths) &&
    widths.length >= 2 &&
    widths.every((width) => Number.isSafeInteger(width) && width > 0) &&
    (dtype === "float32" || dtype === "float64") &&
    typeof activation === "string" &&
    isInputSpec(input, where) &&
    inputWidth(input) === widths[0] &&
    isTarget(target, where) &&
    (target.kind === "number" || widths.at(-1) === (target.kind === "binary" ? 1 : target.classes.length));
  if (!isRight) throw wrong(path, "is damaged: its card does not describe a network");
  return card as ModelCard;
}

/** A target is what a table's schema has. */
function isTarget(target: unknown, where: string): target is TargetColumn {
  return checkTableSchema({ columns: [], target, missing: "error" }, where).target !== null;
}

function wrong(path: string, found: string): TuttiError {
  return new TuttiError("format", `loadModel: '${path}' ${found}`, { file: path });
}
