import { forEachEngine } from "../support/ranks.js";
import { conformance } from "./matrix.js";

// Eight, too, for the third floor of the tree of reductions.
forEachEngine([1, 2, 3, 4, 5, 8], conformance);
