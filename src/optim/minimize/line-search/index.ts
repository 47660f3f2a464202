import { armijo } from "./armijo.js";
import type { LineSearch } from "./line-search.js";
import { moreThuente } from "./more-thuente.js";

export type { LineEnd, LineSearch, LineStart } from "./line-search.js";
export { orthantWise } from "./orthant-wise.js";

/** The line searches by the names of PETSc's TAO. */
export const LINE_SEARCHES = {
  "more-thuente": moreThuente,
  armijo,
} as const satisfies Readonly<Record<string, LineSearch>>;

/** A line search by name. */
export type LineSearchName = keyof typeof LINE_SEARCHES;
