import { TuttiError } from "../errors.js";
import { lookUp } from "../nn/names.js";
import {
  constant,
  cosine,
  exponential,
  linear,
  oneCycle,
  type Schedule,
  stepDecay,
  warmup,
} from "./schedules.js";

/** What the text of a schedule does not say. */
export interface ScheduleContext {
  /** The rate that the schedule scales. */
  lr: number;
  /** Updates in the whole run. */
  steps: number;
  /** Updates in one epoch; needed only where the text counts in epochs. */
  stepsPerEpoch?: number;
}

/**
 * The schedule that a command line names: `cosine`, `cosine:warmup=100,final=0.01`, `step:every=10epochs,factor=0.5`.
 *
 * A length is a number of updates (`100`), of epochs (`3epochs`) or a part of the run (`5%`). Every schedule takes
 * `warmup`, except `onecycle`, which has its own.
 *
 * @throws TuttiError `argument` with the known schedules, or the parameters of the one that was named.
 */
export function parseSchedule(text: string, context: ScheduleContext): Schedule {
  const colon = text.indexOf(":");
  const name = colon < 0 ? text : text.slice(0, colon);
  const form = lookUp("schedule", FORMS, name);
  const given = new Parameters(text, form.parameters, context);
  if (colon >= 0) given.read(text.slice(colon + 1));
  return form.build(context.lr, given, context);
}

interface Form {
  readonly parameters: readonly string[];
  build(lr: number, given: Parameters, context: ScheduleContext): Schedule;
}

const FORMS: Readonly<Record<string, Form>> = {
  constant: {
    parameters: ["warmup"],
    build: (lr, given) => warmup(given.length("warmup", 0), constant(lr)),
  },
  step: {
    parameters: ["every", "factor", "warmup"],
    build: (lr, given) =>
      warmup(
        given.length("warmup", 0),
        stepDecay(lr, { every: given.length("every"), factor: given.number("factor", 0.1) }),
      ),
  },
  exponential: {
    parameters: ["factor", "every", "warmup"],
    build: (lr, given) =>
      warmup(
        given.length("warmup", 0),
        exponential(lr, { factor: given.number("factor"), every: given.length("every", 1) }),
      ),
  },
  linear: {
    parameters: ["warmup", "final"],
    build: (lr, given, { steps }) =>
      linear(lr, { steps, warmup: given.length("warmup", 0), final: given.number("final", 0) }),
  },
  cosine: {
    parameters: ["warmup", "final"],
    build: (lr, given, { steps }) =>
      cosine(lr, { steps, warmup: given.length("warmup", 0), final: given.number("final", 0) }),
  },
  onecycle: {
    parameters: ["rise", "initial", "final"],
    build: (lr, given, { steps }) =>
      oneCycle(lr, {
        steps,
        rise: given.number("rise", 0.3),
        initial: given.number("initial", 1 / 25),
        final: given.number("final", 1 / 250_000),
      }),
  },
};

/** The `name=value` pairs after the colon. */
class Parameters {
  readonly #values = new Map<string, string>();
  readonly #text: string;
  readonly #known: readonly string[];
  readonly #context: ScheduleContext;

  constructor(text: string, known: readonly string[], context: ScheduleContext) {
    this.#text = text;
    this.#known = known;
    this.#context = context;
  }

  read(pairs: string): void {
    for (const pair of pairs.split(",")) {
      const [name, value, ...rest] = pair.split("=").map((part) => part.trim());
      if (!this.#known.includes(name) || !value || rest.length > 0)
        throw this.#wrong(`"${pair.trim()}" is not one of ${this.#known.map((k) => `${k}=…`).join(", ")}`);
      this.#values.set(name, value);
    }
  }

  number(name: string, absent?: number): number {
    const text = this.#require(name, absent);
    const value = typeof text === "number" ? text : Number(text);
    if (!Number.isFinite(value)) throw this.#wrong(`${name} is "${text}", expected a number`);
    return value;
  }

  /** A number of updates. */
  length(name: string, absent?: number): number {
    const text = this.#require(name, absent);
    if (typeof text === "number") return text;
    const [, digits, unit] = /^(\d+(?:\.\d+)?)\s*(|%|epochs?|steps?)$/.exec(text) ?? [];
    if (digits === undefined)
      throw this.#wrong(
        `${name} is "${text}", expected updates (100), epochs (3epochs) or a part of the run (5%)`,
      );
    return Math.round(Number(digits) * this.#unit(unit, name));
  }

  #unit(unit: string, name: string): number {
    if (unit === "%") return this.#context.steps / 100;
    if (!unit.startsWith("epoch")) return 1;
    if (this.#context.stepsPerEpoch === undefined)
      throw this.#wrong(`${name} counts in epochs, but there are none here; give updates`);
    return this.#context.stepsPerEpoch;
  }

  #require(name: string, absent: number | undefined): string | number {
    const value = this.#values.get(name) ?? absent;
    if (value === undefined) throw this.#wrong(`${name}=… is missing`);
    return value;
  }

  #wrong(reason: string): TuttiError {
    return new TuttiError("argument", `schedule "${this.#text}": ${reason}`, { schedule: this.#text });
  }
}
