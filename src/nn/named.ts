import { TuttiError } from "../errors.js";
import { editDistance } from "../nearest.js";

/** One of several things that a command line can ask for: `name` or `name:parameter=value,parameter=value`. */
export interface Form<T> {
  /** Names of the parameters it takes. */
  readonly parameters?: readonly string[];
  build(given: GivenParameters): T;
}

/**
 * What `text` asks for, built by the form of that name: `relu`, `leaky-relu:slope=0.2`.
 *
 * @param where the function as messages will begin: `activationByName`.
 * @throws TuttiError `argument` with the known names, or the parameters of the one that was named.
 */
export function build<T>(where: string, forms: Readonly<Record<string, Form<T>>>, text: string): T {
  const colon = text.indexOf(":");
  const form = lookUp(where, forms, colon < 0 ? text : text.slice(0, colon));
  const pairs = colon < 0 ? [] : text.slice(colon + 1).split(",");
  return form.build(new GivenParameters(`${where}: "${text}"`, form.parameters ?? [], pairs));
}

/** The `parameter=value` pairs of one text. */
export class GivenParameters {
  readonly #what: string;
  readonly #values = new Map<string, string>();

  constructor(what: string, known: readonly string[], pairs: readonly string[]) {
    this.#what = what;
    for (const pair of pairs) {
      const [name, value, ...rest] = pair.split("=").map((part) => part.trim());
      if (!known.includes(name) || !value || rest.length > 0) {
        const wanted =
          known.length > 0
            ? `one of ${known.map((k) => `${k}=…`).join(", ")}`
            : "known: it takes no parameters";
        throw this.wrong(`"${pair.trim()}" is not ${wanted}`);
      }
      this.#values.set(name, value);
    }
  }

  /** The value of a parameter as written, or undefined where it is not given. */
  text(name: string): string | undefined {
    return this.#values.get(name);
  }

  /** The value of a parameter, or `absent` where it is not given; required if there is no `absent`. */
  number(name: string, absent?: number): number {
    const text = this.#values.get(name);
    if (text === undefined) {
      if (absent === undefined) throw this.wrong(`${name}=… is missing`);
      return absent;
    }
    const value = Number(text);
    if (!Number.isFinite(value)) throw this.wrong(`${name} is "${text}", expected a number`);
    return value;
  }

  /** All values that are given, as numbers. */
  numbers(): Record<string, number> {
    return Object.fromEntries([...this.#values.keys()].map((name) => [name, this.number(name)]));
  }

  /** An error about this text. */
  wrong(reason: string): TuttiError {
    return new TuttiError("argument", `${this.#what}: ${reason}`, { text: this.#what });
  }
}

/**
 * The entry of `table` called `name`; letters' case, spaces and underscores do not matter.
 *
 * @param where the function as messages will begin.
 * @throws TuttiError `argument` with the nearest names first, then all others.
 */
export function lookUp<T>(where: string, table: Readonly<Record<string, T>>, name: string): T {
  const wanted = canonical(name);
  const found = Object.keys(table).find((known) => canonical(known) === wanted);
  if (found === undefined) throw unknownName(where, Object.keys(table), name);
  return table[found];
}

/** The error about a name that is none of `names`. */
export function unknownName(where: string, names: readonly string[], name: string): TuttiError {
  const near = nearest(canonical(name), names);
  const hint = near === undefined ? "" : `did you mean "${near}"? `;
  return new TuttiError(
    "argument",
    `${where}: "${name}" is not known; ${hint}known are ${names.join(", ")}`,
    {
      name,
      nearest: near,
      known: names,
    },
  );
}

function canonical(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_]+/g, "-");
}

/** The name that needs the fewest edits, if they are few against its length. */
function nearest(wanted: string, names: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestCost = Number.POSITIVE_INFINITY;
  for (const name of names) {
    const cost = editDistance(wanted, canonical(name));
    if (cost < bestCost && cost <= Math.max(2, name.length / 3)) {
      best = name;
      bestCost = cost;
    }
  }
  return best;
}
