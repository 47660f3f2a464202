import {
  checkTableSchema,
  readSafetensors,
  type TargetColumn,
  toNdArray,
  writeSafetensors,
} from "../data/index.js";
import { TuttiError } from "../errors.js";
import { flatten, mlp, type ParameterVector, type Sequential } from "../nn/index.js";
import { assign, type FloatDType, scope, tensor } from "../tensor/index.js";

import type { InputSpec } from "./problem.js";

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
 * Writes a trained network as safetensors: every parameter by name; the card, the names of the classes and the shape of
 * an input as JSON in the metadata. Atomic.
 *
 * @throws TuttiError `file`.
 */
export function saveModel(path: string, parameters: ParameterVector, card: ModelCard): void {
  const { target, input } = card;
  const texts: [string, string][] = [
    ["format", FORMAT],
    ["card", JSON.stringify(card)],
  ];
  if (target.kind !== "number") texts.push(["classes", JSON.stringify(target.classes)]);
  if (input.kind === "array") texts.push(["input_shape", JSON.stringify(input.shape)]);
  writeSafetensors(
    path,
    [...parameters].map(({ name, value }) => [name, toNdArray(value)]),
    texts,
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
  const fail = (found: string): never => {
    throw new TuttiError("format", `loadModel: '${path}' ${found}`, { file: path });
  };
  if (metadata.get("format") !== FORMAT) {
    fail(`is not a model of Tutti: its format is ${metadata.get("format") ?? "not given"}, wanted ${FORMAT}`);
  }
  const card = parseCard(metadata.get("card"), path) ?? fail("has no valid card in its metadata");
  const model = mlp(card.widths, { activation: card.activation });
  const parameters = flatten(model, { dtype: card.dtype });
  for (const { name, value } of parameters) {
    const array = tensors.get(name) ?? fail(`has no parameter ${name}`);
    if (array.dtype !== value.dtype || array.shape.join() !== value.shape.join())
      fail(
        `has ${name} as ${array.dtype} [${array.shape.join(", ")}], its card says [${value.shape.join(", ")}]`,
      );
    scope(() => assign(value, tensor(array.data, { shape: value.shape, dtype: value.dtype })));
  }
  return { model, parameters, card };
}

function parseCard(text: string | undefined, path: string): ModelCard | undefined {
  try {
    const card = JSON.parse(text ?? "null") as ModelCard | null;
    if (card === null || !Array.isArray(card.widths) || !card.input || !card.target) return undefined;
    if (card.input.kind === "table") checkTableSchema(card.input.schema, path);
    return card;
  } catch (error) {
    if (error instanceof TuttiError) throw error;
    return undefined;
  }
}
