import { TuttiError } from "../errors.js";

/**
 * The entry of `table` called `name`; letters' case, spaces and underscores do not matter.
 *
 * @param where the function and what it looks up, as the message will begin: `activationByName`.
 * @throws TuttiError `argument` with the nearest names first, then all others.
 */
export function lookUp<T>(where: string, table: Readonly<Record<string, T>>, name: string): T {
  const names = Object.keys(table);
  const wanted = canonical(name);
  const found = names.find((known) => canonical(known) === wanted);
  if (found !== undefined) return table[found];
  const near = nearest(wanted, names);
  const hint = near === undefined ? "" : `did you mean "${near}"? `;
  throw new TuttiError("argument", `${where}: "${name}" is not known; ${hint}known are ${names.join(", ")}`, {
    name,
    nearest: near,
    known: names,
  });
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

/** Levenshtein's distance: insertions, deletions and substitutions of one character. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = previous[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(substituted, previous[j] + 1, row[j - 1] + 1));
    }
    previous = row;
  }
  return previous[b.length];
}
