import { addressOf, nativeCopy } from "../native/index.js";
import type { ElementType } from "./elements.js";
import type { ElementOp, Reduction } from "./ops.js";
import { type SimdKernel, simdModule } from "./simd.js";

/** A stretch of bytes: the elements of one rank begin at `at`. */
export interface Part {
  readonly bytes: Uint8Array;
  readonly at: number;
}

// The inputs pass through the scratch memory in blocks that stay in the second cache level, long enough that what is done
// once for each block does not count even before it is compiled.
const BLOCK = 65536;
// Shorter parts are copied in the time that it takes to ask for their addresses.
const NATIVE_MIN = 65536;
// Below this, setting up a kernel costs more than it saves.
const SIMD_MIN = 128;

/**
 * The one order of every reduction: a binary tree over the ranks, ((0+1)+(2+3))+((4+5)+(6+7)), in which a rank that has
 * no partner at a level goes up alone.
 *
 * Splitting at the largest power of two below `count` gives this tree from the top down.
 */
function leftPart(count: number): number {
  return 1 << (31 - Math.clz32(count - 1));
}

/** Combines `values[0]` to `values[count - 1]` in the order of every reduction; changes `values`. */
export function foldValues<T>(op: ElementOp<T>, values: { [index: number]: T }, count: number): T {
  for (let distance = 1; distance < count; distance *= 2) {
    for (let i = 0; i + distance < count; i += 2 * distance) values[i] = op(values[i], values[i + distance]);
  }
  return values[0];
}

/** Combines buffers of several ranks elementwise, in the order of every reduction. */
export class Folder {
  private readonly simd = simdModule();
  private scratch = new Uint8Array(this.simd.memory.buffer);

  /**
   * Combines `length` bytes of all `inputs` and writes them to all `outputs`. Each output may be one of the inputs, but
   * must not overlap one in any other way.
   */
  fold(
    reduction: Reduction,
    type: ElementType,
    inputs: readonly Part[],
    length: number,
    outputs: readonly Part[],
  ): void {
    const group = reduction.width * type.bytes;
    const block = Math.max(1, Math.floor(BLOCK / group)) * group;
    const stride = Math.ceil(block / 64) * 64;
    this.reserve(stride * (2 + Math.ceil(Math.log2(inputs.length))));
    const kernel = length < SIMD_MIN ? undefined : this.simd.kernels.get(`${reduction.name} ${type.name}`);
    const combine = kernel ?? this.combineIn(reduction, type);
    const ports = this.ports(inputs, outputs, length);
    for (let begin = 0; begin < length; begin += block) {
      const bytes = Math.min(block, length - begin);
      // kernels go on to the next multiple of 64; what they find there is never copied out
      const rounded = kernel === undefined ? bytes : Math.ceil(bytes / 64) * 64;
      this.foldBlock(combine, ports, 0, inputs.length, begin, bytes, rounded, 0, stride);
      for (let i = 0; i < outputs.length; i++) ports.store(i, begin, bytes);
    }
  }

  /** Leaves the combination of `count` inputs from `first` on in the scratch memory at `to`. */
  private foldBlock(
    combine: SimdKernel,
    ports: Ports,
    first: number,
    count: number,
    begin: number,
    bytes: number,
    rounded: number,
    to: number,
    stride: number,
  ): void {
    if (count === 1) {
      ports.load(first, begin, bytes, to);
      return;
    }
    const left = leftPart(count);
    this.foldBlock(combine, ports, first, left, begin, bytes, rounded, to, stride);
    this.foldBlock(combine, ports, first + left, count - left, begin, bytes, rounded, to + stride, stride);
    combine(to, to, to + stride, rounded);
  }

  /** By the C library's copies if they are at hand and worth it. */
  private ports(inputs: readonly Part[], outputs: readonly Part[], length: number): Ports {
    const copy = length < NATIVE_MIN ? undefined : nativeCopy(length * (inputs.length + outputs.length));
    if (copy === undefined) return new OwnPorts(this.scratch, inputs, outputs);
    return new NativePorts(copy, this.scratch, addresses(inputs, length), addresses(outputs, length));
  }

  private combineIn(reduction: Reduction, type: ElementType): SimdKernel {
    return (out, a, b, bytes) => {
      const view = (at: number) => new type.Array(this.simd.memory.buffer, at, bytes / type.bytes);
      reduction.combine(view(a), view(b), view(out));
    };
  }

  private reserve(bytes: number): void {
    const missing = bytes - this.simd.memory.buffer.byteLength;
    if (missing <= 0) return;
    this.simd.memory.grow(Math.ceil(missing / 65536));
    this.scratch = new Uint8Array(this.simd.memory.buffer);
  }
}

/** The ways between the parts and the scratch memory. */
interface Ports {
  /** Copies a stretch of an input to `to` in the scratch memory. */
  load(input: number, begin: number, bytes: number, to: number): void;
  /** Copies the beginning of the scratch memory to a stretch of an output. */
  store(output: number, begin: number, bytes: number): void;
}

/** Copies as JavaScript makes them. */
class OwnPorts implements Ports {
  constructor(
    private readonly scratch: Uint8Array,
    private readonly inputs: readonly Part[],
    private readonly outputs: readonly Part[],
  ) {}

  load(input: number, begin: number, bytes: number, to: number): void {
    const part = this.inputs[input];
    this.scratch.set(part.bytes.subarray(part.at + begin, part.at + begin + bytes), to);
  }

  store(output: number, begin: number, bytes: number): void {
    const part = this.outputs[output];
    part.bytes.set(this.scratch.subarray(0, bytes), part.at + begin);
  }
}

/** Copies between addresses. */
class NativePorts implements Ports {
  private readonly middle: number;

  constructor(
    private readonly copy: (to: number, from: number, bytes: number) => void,
    scratch: Uint8Array,
    private readonly inputs: readonly number[],
    private readonly outputs: readonly number[],
  ) {
    this.middle = addressOf(scratch);
  }

  load(input: number, begin: number, bytes: number, to: number): void {
    this.copy(this.middle + to, this.inputs[input] + begin, bytes);
  }

  store(output: number, begin: number, bytes: number): void {
    this.copy(this.outputs[output] + begin, this.middle, bytes);
  }
}

function addresses(parts: readonly Part[], length: number): number[] {
  return parts.map((part) => addressOf(part.bytes.subarray(part.at, part.at + length)));
}
