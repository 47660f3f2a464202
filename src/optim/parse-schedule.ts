import { build, type Form, type GivenParameters } from "../nn/named.js";
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
  return build("schedule", forms(context), text);
}

function forms(context: ScheduleContext): Readonly<Record<string, Form<Schedule>>> {
  const { lr, steps } = context;
  const rising = (given: GivenParameters) => length(given, "warmup", context, 0);
  const every = (given: GivenParameters, absent?: number) => length(given, "every", context, absent);
  return {
    constant: {
      parameters: ["warmup"],
      build: (given) => warmup(rising(given), constant(lr)),
    },
    step: {
      parameters: ["every", "factor", "warmup"],
      build: (given) =>
        warmup(rising(given), stepDecay(lr, { every: every(given), factor: given.number("factor", 0.1) })),
    },
    exponential: {
      parameters: ["factor", "every", "warmup"],
      build: (given) =>
        warmup(rising(given), exponential(lr, { factor: given.number("factor"), every: every(given, 1) })),
    },
    linear: {
      parameters: ["warmup", "final"],
      build: (given) => linear(lr, { steps, warmup: rising(given), final: given.number("final", 0) }),
    },
    cosine: {
      parameters: ["warmup", "final"],
      build: (given) => cosine(lr, { steps, warmup: rising(given), final: given.number("final", 0) }),
    },
    onecycle: {
      parameters: ["rise", "initial", "final"],
      build: (given) =>
        oneCycle(lr, {
          steps,
          rise: given.number("rise", 0.3),
          initial: given.number("initial", 1 / 25),
          final: given.number("final", 1 / 250_000),
        }),
    },
  };
}

/** A parameter that is a number of updates, in one of its three units. */
function length(given: GivenParameters, name: string, context: ScheduleContext, absent?: number): number {
  const text = given.text(name);
  if (text === undefined) return given.number(name, absent);
  const [, digits, unit] = /^(\d+(?:\.\d+)?)\s*(|%|epochs?|steps?)$/.exec(text) ?? [];
  if (digits === undefined)
    throw given.wrong(
      `${name} is "${text}", expected updates (100), epochs (3epochs) or a part of the run (5%)`,
    );
  if (unit === "%") return Math.round((Number(digits) * context.steps) / 100);
  if (!unit.startsWith("epoch")) return Math.round(Number(digits));
  if (context.stepsPerEpoch === undefined)
    throw given.wrong(`${name} counts in epochs, but there are none here; give updates`);
  return Math.round(Number(digits) * context.stepsPerEpoch);
}
