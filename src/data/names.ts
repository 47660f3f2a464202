import { listed, nearestFirst } from "../nearest.js";

/** The end of the sentence about a value that training did not have. */
export function unseen(value: string, known: readonly string[], what: "category" | "class"): string {
  const nearest = listed(nearestFirst(value, known));
  return `is ${JSON.stringify(value)}, a ${what} that the training data did not have; known are ${nearest}`;
}
