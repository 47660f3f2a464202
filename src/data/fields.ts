/** Fields that stand for "not known", whatever their case. */
const MISSING = new Set(["", "na", "n/a", "nan", "null", "?"]);
const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const INFINITE = /^[+-]?inf(?:inity)?$/i;

/** Whether a field stands for a value that is not known: empty, NA, N/A, NaN, null or ?. */
export function isMissing(field: string): boolean {
  const first = field.charCodeAt(0);
  if (field.length > 4 || (first >= 48 && first <= 57)) return false; // quick for numbers, most fields of most tables
  return MISSING.has(field.toLowerCase());
}

/** The value of a decimal number or of "inf"; NaN for every other text. */
export function toNumber(field: string): number {
  if (DECIMAL.test(field)) return Number(field);
  if (INFINITE.test(field)) return field[0] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return Number.NaN;
}

/** The value of "true" or "false", whatever their case; null for every other text. */
export function toBoolean(field: string): boolean | null {
  if (field.length < 4 || field.length > 5) return null;
  const word = field.toLowerCase();
  return word === "true" ? true : word === "false" ? false : null;
}

/** The class of a binary target: of "true" and "false" if they are `words`, else of 1 and 0. Null for other texts. */
export function binaryIndex(field: string, words: boolean): 0 | 1 | null {
  const value = words ? toBoolean(field) : toNumber(field);
  return value === 0 || value === false ? 0 : value === 1 || value === true ? 1 : null;
}
