import { TuttiError } from "../../errors.js";
import { listed, nearestFirst } from "../../nearest.js";
import { METHODS, type Method, type MethodName, OWN_OPTIONS } from "./methods.js";
import type { Objective } from "./objective.js";
import type { MinimizeOptions } from "./options.js";
import { runSolver } from "./solver.js";
import { runTao } from "./tao.js";

const NAMES = Object.keys(METHODS) as MethodName[];
const isName = (name: string): name is MethodName => (NAMES as string[]).includes(name);

/** Any type of TAO: PETSc itself knows what its types are called and need. */
const TAO: Method = { run: runTao, takes: OWN_OPTIONS };

/**
 * The method that the options name.
 *
 * @throws TuttiError `argument` if there is none of that name, if it needs what the objective or the options lack, or if
 *   it does not take one of the options
 */
export function methodFor(objective: Objective, options: MinimizeOptions): Method {
  const { engine = "tutti", method: name = "lmvm" } = options;
  if (engine === "tao") {
    if (typeof name !== "function") return TAO;
    const message = `minimize: engine "tao" has methods of its own, found one of yours`;
    throw new TuttiError("argument", message, { engine });
  }
  if (engine !== "tutti") {
    const message = `minimize: engine must be "tutti" or "tao", found ${JSON.stringify(engine)}`;
    throw new TuttiError("argument", message, { found: engine });
  }
  if (typeof name === "function") {
    requireTaken("of your own", [], options);
    return { run: runSolver(name) };
  }
  if (!isName(name)) {
    const near = nearestFirst(String(name), NAMES);
    const message = `minimize: there is no method "${name}"; the nearest are ${listed(near, 3)}`;
    throw new TuttiError("argument", message, { found: name, methods: NAMES });
  }
  const method: Method = METHODS[name];
  requireTaken(`"${name}"`, method.takes ?? [], options);
  for (const option of method.needs ?? []) {
    if (options[option] !== undefined) continue;
    const message = `minimize: method "${name}" needs \`${option}\``;
    throw new TuttiError("argument", message, { method: name, option });
  }
  if (!method.hessian || objective.hessian !== undefined) return method;
  const message = `minimize: method "${name}" multiplies by the Hessian, and the objective has none; give it \`hessian\`, or take "lmvm" or "cg"`;
  throw new TuttiError("argument", message, { method: name });
}

function requireTaken(name: string, takes: NonNullable<Method["takes"]>, options: MinimizeOptions): void {
  for (const option of OWN_OPTIONS) {
    if (options[option] === undefined || takes.includes(option)) continue;
    const takers = NAMES.filter((other) => (METHODS[other] as Method).takes?.includes(option));
    const message = `minimize: method ${name} does not take \`${option}\`; methods that do are ${listed(takers)}`;
    throw new TuttiError("argument", message, { method: name, option, methods: takers });
  }
}
