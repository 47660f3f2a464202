import { TuttiError } from "../../errors.js";

/** @throws TuttiError `argument` if what a program in JavaScript gives for a vector is none */
export function requireVector(call: string, name: string, vector: ArrayLike<number>): void {
  const found = vector as ArrayLike<number> | null | undefined;
  if (typeof found === "object" && typeof found?.length === "number") return;
  throw new TuttiError("argument", `${call}: ${name} is ${found}, expected an array of numbers`, { found });
}

/**
 * A copy of the first guess.
 *
 * @param call who asks, for messages
 * @param size how many variables there must be; any number but 0 if absent
 * @throws TuttiError `argument` if it is not finite or of another length
 */
export function guessFor(
  call: string,
  { size }: { readonly size?: number },
  x0: ArrayLike<number>,
): Float64Array {
  requireVector(call, "x0", x0);
  if (x0.length === 0 || (size !== undefined && x0.length !== size)) {
    const wanted =
      size === undefined
        ? "at least one"
        : `the ${size} of the ${call === "minimize" ? "objective" : "residuals"}`;
    const message = `${call}: x0 has ${x0.length} variables, expected ${wanted}`;
    throw new TuttiError("argument", message, { found: x0.length, wanted: size });
  }
  const wrong = Array.prototype.findIndex.call(x0, (entry) => !Number.isFinite(entry));
  if (wrong < 0) return Float64Array.from(x0);
  const message = `${call}: x0[${wrong}] is ${x0[wrong]}, expected a finite number`;
  throw new TuttiError("argument", message, { index: wrong, found: x0[wrong] });
}
