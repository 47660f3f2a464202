import { TuttiError } from "../errors.js";

/**
 * Throws unless `value` is a finite number of at least `least`, less than `below` where that is given.
 *
 * @throws TuttiError `argument` naming `where` and `name`.
 */
export function requireNumber(
  where: string,
  name: string,
  value: number,
  least: number,
  { below = Number.POSITIVE_INFINITY, integer = false } = {},
): void {
  const right = integer ? Number.isInteger(value) : Number.isFinite(value);
  if (right && value >= least && value < below) return;
  const kind = integer ? "an integer" : "a number";
  // The smallest positive double stands for "greater than 0", which is how people say it.
  const from = least === Number.MIN_VALUE ? "greater than 0" : `of at least ${least}`;
  const to = below === Number.POSITIVE_INFINITY ? "" : ` and less than ${below}`;
  throw new TuttiError("argument", `${where}: ${name} is ${value}, expected ${kind} ${from}${to}`, {
    [name]: value,
  });
}
