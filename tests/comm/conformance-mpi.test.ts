import { forEachMpi } from "../support/ranks.js";
import { conformance } from "./matrix.js";

forEachMpi([1, 2, 3, 4, 5], conformance);
forEachMpi([2], conformance, { check: true });
