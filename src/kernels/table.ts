/**
 * The binary interface of the kernels: every exported C function with its parameters, one letter each.
 *
 * - `p` a pointer: TypeScript passes a byte offset into the heap of this rank (0 is the null pointer)
 * - `n` a size or count (`size_t`)
 * - `i` a 32-bit integer
 * - `d` a double, whatever the precision of the arrays
 *
 * The letter before the colon is the result: `v` none, `d` a double, `i` a 32-bit integer.
 * A name that ends in `_T` stands for two functions, `_f64` and `_f32`. All arrays are row-major.
 * Adding a kernel is adding a line here and a C function of the same name in `c/`.
 */
export const KERNEL_TABLE = {
  // op, n, x, y: y = op(x); y may be x. Codes: UNARY.
  unary_T: "v:inpp",
  // op, n, a, strideA (0 or 1), b, strideB (0 or 1), y. Codes: BINARY. y may be a or b.
  binary_T: "v:inpnpnp",
  // op, ndim, dims, a, b, y: dims holds int32 shape[ndim], strideA[ndim], strideB[ndim] in elements; y is contiguous.
  binary_strided_T: "v:iipppp",
  // as binary, but y holds one byte 0 or 1 an element. Codes: COMPARE.
  compare_T: "v:inpnpnp",
  compare_strided_T: "v:iipppp",
  // ndim, dims, condition (bytes), a, b, y: dims holds int32 shape, strideCondition, strideA, strideB; y is contiguous.
  where_T: "v:ippppp",
  // op, outer, n, inner, x[outer][n][inner], y[outer][inner]. Codes: REDUCE. Fixed order; sums are blocked pairwise.
  reduce_T: "v:innnpp",
  // op (0 max, 1 min), outer, n, inner, x, y (int32 indices of the first extreme; NaN counts as the extreme)
  argreduce_T: "v:innnpp",
  // n, x, y: sum of x[i] * y[i]
  dot_T: "d:npp",
  // n, alpha, x, y: y += alpha * x
  axpy_T: "v:ndpp",
  // n, x: index of the first element that is not finite, or -1
  first_nonfinite_T: "i:np",
  // rows, n, x, y: along the last axis, stable
  softmax_T: "v:nnpp",
  log_softmax_T: "v:nnpp",
  logsumexp_T: "v:nnpp",
  // transA, transB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc: C = alpha op(A) op(B) + beta C; beta 0 never reads C
  gemm_T: "v:iinnndpnpndpn",
  // elementBytes (1, 4, 8), ndim, dims, x, y: dims holds int32 shape, strideX, strideY in elements
  copy_strided: "v:iippp",
  // from, to, n, x, y. Codes: DTYPE. Floats to integers truncate towards zero and saturate; to bool: x != 0.
  cast: "v:iinpp",
  // elementBytes, outer, length, inner, count, index (int32), x[outer][length][inner], y[outer][count][inner]:
  // position in `index` of the first entry out of range, or -1
  take: "i:innnnppp",
  // outer, length, inner, count, index, x[outer][count][inner], y[outer][length][inner]: y[o][index[j]] += x[o][j]
  scatter_add_T: "i:nnnnppp",
  // n, classes, index (int32), y[n][classes]: position of the first index out of range, or -1
  one_hot_T: "i:nnpp",
  // n, seedLow, seedHigh, streamLow, streamHigh, firstLow, firstHigh, y: element i is a function of (seed, stream, first + i) only.
  // Philox4x32-10. Uniform on [0, 1); normal is standard. The bits are the same on every target.
  philox_uniform_T: "v:niiiiiip",
  philox_normal_T: "v:niiiiiip",
  // 32 random bits an element
  philox_bits: "v:niiiiiip",
  // n, bits (2 n words of 32), order (int32): 0 ... n - 1 in a random order
  random_order: "v:npp",
  // Optimiser updates on flat vectors: parameters p, gradient g, state.
  // n, lr, momentum, nesterov, weightDecay, p, g, velocity (null without momentum)
  sgd_T: "v:nddidppp",
  // n, lr, eps, weightDecay, p, g, sum of squares
  adagrad_T: "v:ndddppp",
  // n, lr, decay, eps, weightDecay, momentum, p, g, mean square, velocity (null without momentum)
  rmsprop_T: "v:ndddddpppp",
  // n, lr, beta1, beta2, eps, weightDecay, decoupled (AdamW), 1 - beta1^t, 1 - beta2^t, p, g, m, v
  adam_T: "v:ndddddiddpppp",
  // planes, rows, columns, taps, offsets (int32, elements of x), coefficients, x, its strides of planes and rows, scale,
  // keep (null: 1 and 0), y, strides of planes and rows of y, scale and keep: y = scale * (sum over taps k of coefficient[k] * x[. + offset[k]]) + keep * y.
  // Taps are summed in their order. y is not x; where keep is null, y is not read.
  stencil_T: "v:nnnnpppnnpppnn",
} as const;

/** Codes of the elementwise functions of one argument. The order is the order of the C enumeration. */
export const UNARY = {
  neg: 0,
  abs: 1,
  sign: 2,
  sqrt: 3,
  square: 4,
  reciprocal: 5,
  exp: 6,
  expm1: 7,
  log: 8,
  log1p: 9,
  sin: 10,
  cos: 11,
  tanh: 12,
  sigmoid: 13,
  softplus: 14,
  erf: 15,
  relu: 16,
  floor: 17,
  ceil: 18,
  round: 19, // half to even
} as const;

/** Codes of the elementwise functions of two arguments. */
export const BINARY = {
  add: 0,
  sub: 1,
  mul: 2,
  div: 3,
  pow: 4,
  maximum: 5, // NaN if either is NaN
  minimum: 6,
  tanh_grad: 7, //    (g, y) -> g (1 - y²)
  sigmoid_grad: 8, // (g, y) -> g y (1 - y)
  relu_grad: 9, //    (g, x) -> x > 0 ? g : 0
} as const;

/** Codes of the comparisons. */
export const COMPARE = { eq: 0, ne: 1, lt: 2, le: 3, gt: 4, ge: 5 } as const;

/** Codes of the reductions. */
export const REDUCE = { sum: 0, prod: 1, max: 2, min: 3 } as const;

/** Codes of the dtypes, for casts. */
export const DTYPE = { float64: 0, float32: 1, int32: 2, uint8: 3, bool: 4 } as const;

type Expand<K extends string> = K extends `${infer Stem}_T` ? `${Stem}_f64` | `${Stem}_f32` : K;

/** Names of all exported functions, `_T` written out. */
export type KernelName = Expand<keyof typeof KERNEL_TABLE>;

/** The functions of one target, callable with plain numbers. */
export type KernelFunctions = Readonly<Record<KernelName, (...args: number[]) => number>>;
