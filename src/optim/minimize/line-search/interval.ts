/** A point on a line: the step that leads to it, f there and its derivative along the line. */
export interface Trial {
  readonly step: number;
  readonly value: number;
  readonly slope: number;
}

/** How far into an interval that is known on one side only a safeguarded step may go. */
const FARTHEST = 0.66;

/** What remains, at most and at least, of a step to where f is not finite, which may be too long by orders of magnitude. */
const LEAST_BACK = 0.1;
const MOST_BACK = 1e-6;

/**
 * The interval that a line search narrows: its lowest point yet and its other end, which may lie on either side.
 *
 * Source: Moré and Thuente, "Line search algorithms with guaranteed sufficient decrease" (1994), section 4.
 */
export class Interval {
  best: Trial;
  other: Trial;
  /** Whether a minimum is known to lie inside; before, the other end means nothing. */
  bracketed = false;

  constructor(start: Trial) {
    this.best = start;
    this.other = start;
  }

  get width(): number {
    return Math.abs(this.other.step - this.best.step);
  }

  /** Takes a trial in, and gives the next step, by cubic and quadratic interpolation, between `lowest` and `highest`. */
  narrow(trial: Trial, tilt: number, lowest: number, highest: number): number {
    // Less the line of slope `tilt`, all three are on the function whose minimum satisfies sufficient decrease.
    const best = tilted(this.best, tilt);
    const other = tilted(this.other, tilt);
    const now = tilted(trial, tilt);
    const toBest = best.step - now.step;
    const secant = now.step + (now.slope / (now.slope - best.slope)) * toBest;
    const turned = now.slope * Math.sign(best.slope) < 0;
    let next: number;
    let guarded = false;
    if (now.value > best.value) {
      const cubic = best.step - cubicMinimum(best, now).fraction * toBest;
      const rise = (best.value - now.value) / -toBest + best.slope;
      const quadratic = best.step - (best.slope / rise / 2) * toBest;
      const cubicIsNear = Math.abs(cubic - best.step) < Math.abs(quadratic - best.step);
      next = cubicIsNear ? cubic : cubic + (quadratic - cubic) / 2;
      guarded = true;
      this.bracketed = true;
    } else if (turned) {
      const cubic = now.step + cubicMinimum(now, best).fraction * toBest;
      next = Math.abs(cubic - now.step) > Math.abs(secant - now.step) ? cubic : secant;
      this.bracketed = true;
    } else if (Math.abs(now.slope) < Math.abs(best.slope)) {
      const { fraction, root } = cubicMinimum(now, best);
      const end = toBest < 0 ? highest : lowest;
      const cubic = fraction < 0 && root !== 0 ? now.step + fraction * toBest : end;
      const cubicIsNear = Math.abs(cubic - now.step) < Math.abs(secant - now.step);
      next = cubicIsNear === this.bracketed ? cubic : secant;
      guarded = true;
    } else if (!this.bracketed) next = toBest < 0 ? highest : lowest;
    else if (!Number.isFinite(other.value)) next = (now.step + other.step) / 2;
    else next = now.step + cubicMinimum(now, other).fraction * (other.step - now.step);

    if (now.value > best.value) this.other = trial;
    else {
      if (turned) this.other = this.best;
      this.best = trial;
    }
    next = Math.max(lowest, Math.min(highest, next));
    if (!guarded || !this.bracketed) return next;
    const far = this.best.step + FARTHEST * (this.other.step - this.best.step);
    return this.other.step > this.best.step ? Math.min(far, next) : Math.max(far, next);
  }

  /** Takes in a step to where f is not finite, and gives the next one. */
  backOff(step: number): number {
    const { best } = this;
    this.other = { step, value: Number.POSITIVE_INFINITY, slope: Number.POSITIVE_INFINITY };
    this.bracketed = true;
    const length = step - best.step;
    const guess = (2 * Math.abs(best.value)) / Math.abs(best.slope); // were f quadratic, and its minimum 0
    return best.step + Math.min(LEAST_BACK * length, Math.max(MOST_BACK * length, guess));
  }
}

const tilted = ({ step, value, slope }: Trial, tilt: number): Trial => ({
  step,
  value: value - tilt * step,
  slope: slope - tilt,
});

/**
 * Where the cubic through two points, with their slopes, is smallest: as a fraction of the way from `a` to `b`, together
 * with the square root that it takes, which is 0 for cubics without a minimum.
 */
function cubicMinimum(a: Trial, b: Trial): { fraction: number; root: number } {
  const theta = (3 * (a.value - b.value)) / (b.step - a.step) + a.slope + b.slope;
  const scale = Math.max(Math.abs(theta), Math.abs(a.slope), Math.abs(b.slope));
  const square = (theta / scale) ** 2 - (a.slope / scale) * (b.slope / scale);
  const root = scale * Math.sqrt(Math.max(0, square)) * (b.step < a.step ? -1 : 1);
  return { fraction: (root - a.slope + theta) / (root - a.slope + root + b.slope), root };
}
