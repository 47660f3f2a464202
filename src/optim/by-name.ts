import type { ParameterVector } from "../nn/index.js";
import { build, type Form } from "../nn/named.js";
import { Adagrad, Adam, AdamW, RMSprop, SGD } from "./first-order.js";
import type { Optimizer, OptimizerOptions } from "./optimizer.js";

/**
 * The optimiser that a text names, for these parameters: `sgd`, `sgd:momentum=0.9`, `nesterov`, `adam:beta2=0.99`.
 *
 * @throws TuttiError `argument` with the known names, or the parameters of the one that was named.
 */
export function optimizerByName(
  text: string,
  parameters: ParameterVector,
  options: OptimizerOptions = {},
): Optimizer {
  const adam = ["beta1", "beta2", "eps"];
  const forms: Readonly<Record<string, Form<Optimizer>>> = {
    sgd: {
      parameters: ["momentum"],
      build: (given) => new SGD(parameters, { ...options, ...given.numbers() }),
    },
    momentum: {
      parameters: ["momentum"],
      build: (given) => new SGD(parameters, { ...options, momentum: given.number("momentum", 0.9) }),
    },
    nesterov: {
      parameters: ["momentum"],
      build: (given) =>
        new SGD(parameters, { ...options, momentum: given.number("momentum", 0.9), nesterov: true }),
    },
    adagrad: {
      parameters: ["eps"],
      build: (given) => new Adagrad(parameters, { ...options, ...given.numbers() }),
    },
    rmsprop: {
      parameters: ["decay", "eps", "momentum"],
      build: (given) => new RMSprop(parameters, { ...options, ...given.numbers() }),
    },
    adam: {
      parameters: adam,
      build: (given) => new Adam(parameters, { ...options, ...given.numbers() }),
    },
    adamw: {
      parameters: adam,
      build: (given) => new AdamW(parameters, { ...options, ...given.numbers() }),
    },
  };
  return build("optimizerByName", forms, text);
}
