/**
 * The types of C functions, one letter each: parameters and result of `double f(size_t, const double*)` are `d:np`.
 *
 * - `v` nothing (results only)
 * - `i` a 32-bit integer, `n` a size, `d` a double, `f` a float
 * - `p` an address as a number, 0 for null
 * - `s` a string, as UTF-8 that ends in a zero byte; as a result it is copied
 */
export type Signature = `${ResultLetter}:${string}`;

type ResultLetter = keyof typeof TYPES;

// Integers carry addresses faster than pointer types do, which accept objects and must look at what they get.
const TYPES = {
  v: "void",
  i: "int32_t",
  n: "size_t",
  d: "double",
  f: "float",
  p: "uintptr_t",
  s: "str",
} as const;

/** Names of the C types that a signature's letters stand for. */
export function signatureTypes(signature: Signature): { result: string; parameters: string[] } {
  const [result, parameters] = signature.split(":");
  return { result: typeName(result), parameters: [...parameters].map(typeName) };
}

function typeName(letter: string): string {
  const name = TYPES[letter as ResultLetter];
  if (name === undefined) throw new TypeError(`no C type has the letter "${letter}"`);
  return name;
}
