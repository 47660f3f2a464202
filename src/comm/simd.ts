import type { OpName } from "./ops.js";

/*
 * The inner loops of reductions as a WebAssembly module, put together here because it is nothing but one loop around one
 * SIMD instruction for each pair of operation and element type. A JavaScript loop takes about ten times as long.
 *
 * Every function is (out, a, b, bytes) on addresses in the module's memory; bytes is a multiple of 64.
 */

export type SimdKernel = (out: number, a: number, b: number, bytes: number) => void;

/** The kernels and the memory that they work in. */
export interface SimdModule {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  /** The key of a kernel is `op type`, as in `"sum float64"`. */
  readonly kernels: ReadonlyMap<string, SimdKernel>;
}

// TypeScript declares WebAssembly only together with the browser's types.
const { Instance, Module } = (globalThis as unknown as { WebAssembly: WasmApi }).WebAssembly;

interface WasmApi {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => { exports: Record<string, unknown> };
}

/** Number of the instruction after the SIMD prefix 0xfd, by operation and element type (WebAssembly 2.0, section 5.4.8). */
const INSTRUCTIONS: Readonly<Partial<Record<OpName, Readonly<Record<string, number>>>>> = {
  sum: {
    int8: 0x6e,
    uint8: 0x6e,
    int16: 0x8e,
    uint16: 0x8e,
    int32: 0xae,
    uint32: 0xae,
    bigint64: 0xce,
    biguint64: 0xce,
    float32: 0xe4,
    float64: 0xf0,
  },
  prod: {
    int16: 0x95,
    uint16: 0x95,
    int32: 0xb5,
    uint32: 0xb5,
    bigint64: 0xd5,
    biguint64: 0xd5,
    float32: 0xe6,
    float64: 0xf2,
  },
  min: {
    int8: 0x76,
    uint8: 0x77,
    int16: 0x96,
    uint16: 0x97,
    int32: 0xb6,
    uint32: 0xb7,
    float32: 0xe8,
    float64: 0xf4,
  },
  max: {
    int8: 0x78,
    uint8: 0x79,
    int16: 0x98,
    uint16: 0x99,
    int32: 0xb8,
    uint32: 0xb9,
    float32: 0xe9,
    float64: 0xf5,
  },
  band: allIntegers(0x4e),
  bor: allIntegers(0x50),
  bxor: allIntegers(0x51),
  complexSum: { float32: 0xe4, float64: 0xf0 },
};

function allIntegers(instruction: number): Record<string, number> {
  const types = ["int8", "uint8", "int16", "uint16", "int32", "uint32", "bigint64", "biguint64"];
  return Object.fromEntries(types.map((type) => [type, instruction]));
}

/** Instantiates all kernels with a memory of one page of their own. */
export function simdModule(): SimdModule {
  const { memory, ...kernels } = new Instance(compile()).exports;
  return {
    memory: memory as SimdModule["memory"],
    kernels: new Map(Object.entries(kernels) as [string, SimdKernel][]),
  };
}

const I32 = 0x7f;
const VOID = 0x40;
const UNROLL = 4;
const [OUT, A, B, BYTES] = [0, 1, 2, 3];

function compile(): object {
  const kernels = Object.entries(INSTRUCTIONS).flatMap(([op, types]) =>
    Object.entries(types).map(([type, instruction]) => ({ name: `${op} ${type}`, instruction })),
  );
  const body = functionBody();
  const exports = [
    [...text("memory"), 0x02, 0x00],
    ...kernels.map(({ name }, i) => [...text(name), 0x00, ...unsigned(i)]),
  ];
  const bytes = [
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, vector([[0x60, ...vector([[I32], [I32], [I32], [I32]]), 0x00]])),
    ...section(3, vector(kernels.map(() => [0x00]))),
    ...section(5, vector([[0x00, 0x01]])),
    ...section(7, vector(exports)),
    ...section(10, vector(kernels.map(({ instruction }) => withInstruction(body, instruction)))),
  ];
  return new Module(new Uint8Array(bytes));
}

/** Stands for the two bytes of the instruction's number: no byte is that large. */
const HERE = 256;

/** The body of a kernel. Bodies differ in one number, and making each from its parts would cost a rank 50 ms of compiling. */
function withInstruction(body: readonly number[], instruction: number): number[] {
  return body.map((byte) =>
    byte < HERE ? byte : byte === HERE ? (instruction & 127) | 128 : instruction >>> 7,
  );
}

function functionBody(): number[] {
  const get = (local: number) => [0x20, local];
  const memoryArgument = (offset: number) => [0x04, ...unsigned(offset)];
  const step = (offset: number) => [
    ...get(OUT),
    ...[...get(A), 0xfd, 0x00, ...memoryArgument(offset)], // v128.load
    ...[...get(B), 0xfd, 0x00, ...memoryArgument(offset)],
    ...[0xfd, HERE, HERE + 1],
    ...[0xfd, 0x0b, ...memoryArgument(offset)], // v128.store
  ];
  const stride = 16 * UNROLL;
  const advance = (local: number) => [...get(local), 0x41, ...signed(stride), 0x6a, 0x21, local]; // local += stride
  const code = [
    ...[0x03, VOID], // loop
    ...Array.from({ length: UNROLL }, (_, i) => step(16 * i)).flat(),
    ...[...advance(OUT), ...advance(A), ...advance(B)],
    ...[...get(BYTES), 0x41, ...signed(stride), 0x6b, 0x22, BYTES], // bytes -= stride
    ...[0x0d, 0x00], // continue unless 0
    ...[0x0b, 0x0b],
  ];
  return [...unsigned(code.length + 1), 0x00, ...code];
}

function section(id: number, content: number[]): number[] {
  return [id, ...unsigned(content.length), ...content];
}

function vector(items: number[][]): number[] {
  return [...unsigned(items.length), ...items.flat()];
}

function text(value: string): number[] {
  return [...unsigned(value.length), ...Buffer.from(value)];
}

/** LEB128. */
function unsigned(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)];
}

/** Signed LEB128 of a number that is not negative. */
function signed(value: number): number[] {
  return value < 64 ? [value] : [(value & 127) | 128, ...signed(value >>> 7)];
}
