import { TuttiError } from "../../errors.js";
import { describe, ELEMENT_TYPES, type ElementType, type TypedArray, UINT8 } from "../elements.js";
import { type Pattern, straight, strided, subarrayPattern } from "./pattern.js";

/** A block of a row-major array: `subsizes[a]` of the `sizes[a]` positions along axis a, from `starts[a]` on. */
export interface Subarray {
  readonly sizes: readonly number[];
  readonly subsizes: readonly number[];
  readonly starts: readonly number[];
}

/** Which elements of a file a rank sees, one after the other as if there were no others (MPI 4.1, section 14.3). */
export interface FileView {
  /** What the elements are, as the constructor of buffers of them: `Float64Array`. The same on every rank. */
  readonly type: abstract new (
    length: number,
  ) => TypedArray;
  /** Bytes before the first element, such as a header; 0 if absent. */
  readonly offset?: number;
  /** With `stride`: a block of `block` elements every `stride` elements. */
  readonly block?: number;
  /** Elements from the beginning of a block to that of the next. */
  readonly stride?: number;
  /** A block of an array; the view goes on in the arrays of the same shape that follow it in the file. */
  readonly subarray?: Subarray;
}

/** A {@link FileView} made ready. */
export interface View {
  readonly type: ElementType;
  /** Bytes before the pattern begins. */
  readonly offset: number;
  readonly pattern: Pattern;
}

/** The view of a file just opened: all its bytes. */
export const BYTES: View = { type: UINT8, offset: 0, pattern: straight };

/**
 * The view that a caller of `setView` asks for.
 *
 * @throws TuttiError "argument"
 */
export function makeView({ type, offset = 0, block, stride, subarray }: FileView): View {
  const elements = elementTypeOfClass(type);
  if (elements === undefined) throw wrong("type", "the constructor of a TypedArray", shown(type));
  requireCount("offset", offset);
  if ((block === undefined) !== (stride === undefined))
    throw wrong("block and stride", "given together", "one");
  if (subarray !== undefined) {
    if (block !== undefined) throw wrong("subarray", "given without block and stride", "both");
    return { type: elements, offset, pattern: patternOf(subarray) };
  }
  if (block === undefined || stride === undefined) return { type: elements, offset, pattern: straight };
  requireCount("block", block, 1);
  requireCount("stride", stride, 1);
  if (stride < block) throw wrong("stride", `at least block (${block})`, String(stride));
  return { type: elements, offset, pattern: strided(block, stride) };
}

function patternOf({ sizes, subsizes, starts }: Subarray): Pattern {
  for (const [name, list] of Object.entries({ sizes, subsizes, starts })) {
    if (!Array.isArray(list))
      throw wrong(`subarray.${name}`, "an Array, one entry for each axis", shown(list));
    if (list.length !== sizes.length || list.length === 0)
      throw wrong(
        `subarray.${name}`,
        `${sizes.length || "one"} entries, one for each axis`,
        `${list.length}`,
      );
  }
  for (const [axis, size] of sizes.entries()) {
    requireCount(`subarray.sizes[${axis}]`, size, 1);
    requireCount(`subarray.subsizes[${axis}]`, subsizes[axis]);
    requireCount(`subarray.starts[${axis}]`, starts[axis]);
    if (starts[axis] + subsizes[axis] <= size) continue;
    const found = `${subsizes[axis]} from ${starts[axis]} on`;
    throw wrong(`subarray along axis ${axis}`, `within its ${size} positions`, found);
  }
  return subarrayPattern(sizes, subsizes, starts);
}

function elementTypeOfClass(type: unknown): ElementType | undefined {
  if (typeof type !== "function") return undefined;
  if (type === Uint8ClampedArray) return UINT8;
  return ELEMENT_TYPES.find((one) => type === one.Array || type.prototype instanceof one.Array);
}

function requireCount(argument: string, value: number, least = 0): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw wrong(argument, `a whole number from ${least}`, describe(value));
}

function shown(value: unknown): string {
  return typeof value === "function" ? `the function ${value.name}` : describe(value);
}

function wrong(argument: string, wanted: string, found: string): TuttiError {
  const message = `setView: ${argument} must be ${wanted}, found ${found}`;
  return new TuttiError("argument", message, { call: "setView", argument });
}
