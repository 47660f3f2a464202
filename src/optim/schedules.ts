import { requireNumber } from "./options.js";

/**
 * The learning rate of an update: a pure function of its number, which counts from 0 and never resets, so that a run
 * which goes on from a checkpoint sees the rates it would have seen.
 *
 * @example optimizer.step({ lr: schedule(optimizer.steps) })
 */
export type Schedule = (step: number) => number;

/** The same rate for ever. @throws TuttiError `argument` unless `lr` is at least 0. */
export function constant(lr: number): Schedule {
  requireNumber("constant", "lr", lr, 0);
  return () => lr;
}

/**
 * `lr` times `factor` to the number of completed stretches of `every` steps.
 *
 * @throws TuttiError `argument` unless `every` is a positive integer and `factor` at least 0.
 */
export function stepDecay(lr: number, options: { every: number; factor?: number }): Schedule {
  const { every, factor = 0.1 } = options;
  requireNumber("stepDecay", "lr", lr, 0);
  requireNumber("stepDecay", "every", every, 1, { integer: true });
  requireNumber("stepDecay", "factor", factor, 0);
  return (step) => lr * factor ** Math.floor(step / every);
}

/**
 * `lr · factor^(step / every)`: decay by `factor` over each stretch of `every` steps, without jumps.
 *
 * @throws TuttiError `argument` unless `every` is a positive integer and `factor` greater than 0.
 */
export function exponential(lr: number, options: { factor: number; every?: number }): Schedule {
  const { factor, every = 1 } = options;
  requireNumber("exponential", "lr", lr, 0);
  requireNumber("exponential", "factor", factor, Number.MIN_VALUE);
  requireNumber("exponential", "every", every, 1, { integer: true });
  return (step) => lr * factor ** (step / every);
}

/** What the schedules that end share. */
export interface Annealing {
  /** Updates in the whole run, warm-up included; later ones keep the final rate. */
  steps: number;
  /** Updates during which the rate first rises in equal parts: (step + 1) / warmup of `lr`. Default 0. */
  warmup?: number;
  /** The last rate as a fraction of `lr`. Default 0. */
  final?: number;
}

/**
 * After the warm-up half a cosine from `lr` at step `warmup` to `final · lr` at step `steps`
 * (Loshchilov & Hutter 2017, SGDR, one cycle).
 *
 * @throws TuttiError `argument` unless 0 ≤ warmup < steps and 0 ≤ final.
 */
export function cosine(lr: number, options: Annealing): Schedule {
  return anneal("cosine", lr, options, (t) => (1 + Math.cos(Math.PI * t)) / 2);
}

/**
 * After the warm-up a straight line from `lr` at step `warmup` to `final · lr` at step `steps`.
 *
 * @throws TuttiError `argument` unless 0 ≤ warmup < steps and 0 ≤ final.
 */
export function linear(lr: number, options: Annealing): Schedule {
  return anneal("linear", lr, options, (t) => 1 - t);
}

/**
 * `schedule` started after `steps` updates of linear warm-up to its first rate.
 *
 * @throws TuttiError `argument` unless `steps` is an integer of at least 0.
 */
export function warmup(steps: number, schedule: Schedule): Schedule {
  requireNumber("warmup", "steps", steps, 0, { integer: true });
  return (step) => (step < steps ? (schedule(0) * (step + 1)) / steps : schedule(step - steps));
}

/** Shape of {@link oneCycle}. */
export interface OneCycle {
  /** Updates in the whole run; later ones keep the final rate. */
  steps: number;
  /** Fraction of the run during which the rate rises. Default 0.3. */
  rise?: number;
  /** First rate as a fraction of `lr`. Default 1/25. */
  initial?: number;
  /** Last rate as a fraction of `lr`. Default 1/250000. */
  final?: number;
}

/**
 * Half a cosine up from `initial · lr` to `lr`, then half a cosine down to `final · lr` (Smith & Topin 2018, the
 * one-cycle policy; defaults as in PyTorch).
 *
 * @throws TuttiError `argument` unless steps ≥ 1, 0 ≤ rise < 1 and the fractions are at least 0.
 */
export function oneCycle(lr: number, options: OneCycle): Schedule {
  const { steps, rise = 0.3, initial = 1 / 25, final = 1 / 250_000 } = options;
  requireNumber("oneCycle", "lr", lr, 0);
  requireNumber("oneCycle", "steps", steps, 1, { integer: true });
  requireNumber("oneCycle", "rise", rise, 0, { below: 1 });
  requireNumber("oneCycle", "initial", initial, 0);
  requireNumber("oneCycle", "final", final, 0);
  const top = rise * steps;
  const swing = (from: number, to: number, t: number) => to + ((from - to) * (1 + Math.cos(Math.PI * t))) / 2;
  return (step) =>
    step < top
      ? lr * swing(initial, 1, step / top)
      : lr * swing(1, final, Math.min(1, (step - top) / (steps - top)));
}

/** Warm-up, then `shape`, which falls from 1 at 0 to 0 at 1. */
function anneal(name: string, lr: number, options: Annealing, shape: (t: number) => number): Schedule {
  const { steps, warmup: rise = 0, final = 0 } = options;
  requireNumber(name, "lr", lr, 0);
  requireNumber(name, "steps", steps, 1, { integer: true });
  requireNumber(name, "warmup", rise, 0, { integer: true, below: steps });
  requireNumber(name, "final", final, 0);
  const fall = (step: number) =>
    step >= steps - rise ? lr * final : lr * (final + (1 - final) * shape(step / (steps - rise)));
  return warmup(rise, fall);
}
