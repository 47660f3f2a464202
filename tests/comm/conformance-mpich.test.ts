import { FAMILIES } from "../support/mpi.js";
import { forEachMpi } from "../support/ranks.js";
import { conformance } from "./matrix.js";

const families = FAMILIES.filter(({ family }) => family === "MPICH");

forEachMpi([1, 2, 3, 4, 5], conformance, { families });
forEachMpi([2], conformance, { families, check: true });
