// Elementwise functions of one and two arrays, comparisons and selection. Template over REAL.
#ifndef UNARY_BLOCK
#define UNARY_BLOCK 16
#endif

#define EACH(result)                                                                                                   \
  INDEPENDENT for (size_t i = 0; i < n; i++) {                                                                         \
    REAL v = x[i];                                                                                                     \
    y[i] = (result);                                                                                                   \
  }                                                                                                                    \
  break

// y = op(x) of whole blocks: with no rest to take one by one, vectors do all of it.
static void FN(unary_blocks)(int op, size_t blocks, const REAL* x, REAL* y) {
  size_t n = blocks * UNARY_BLOCK;
  switch (op) {
    case NEG: EACH(-v);
    case ABS: EACH(FN(abs)(v));
    case SIGN: EACH(v > 0 ? (REAL)1 : v < 0 ? (REAL)-1 : v);
    case SQRT_: EACH(SQRT(v));
    case SQUARE: EACH(v * v);
    case RECIPROCAL: EACH(1 / v);
    case EXP: EACH(FN(exp)(v));
    case EXPM1: EACH(FN(expm1)(v));
    case LOG: EACH(FN(log)(v));
    case LOG1P: EACH(FN(log1p)(v));
    case SIN: FN(sin_array)(n, x, 0, y); break;
    case COS: FN(sin_array)(n, x, 1, y); break;
    case TANH: EACH(FN(tanh)(v));
    case SIGMOID: EACH(FN(sigmoid)(v));
    case SOFTPLUS: EACH(FN(softplus)(v));
    case ERF: EACH(FN(erf)(v));
    case RELU: EACH(v > 0 ? v : v != v ? v : (REAL)0);
    case FLOOR: EACH(FN(floor)(v));
    case CEIL: EACH(FN(ceil)(v));
    case ROUND: EACH(FN(round)(v));
  }
}
#undef EACH

EXPORT void FN(unary)(int op, size_t n, const REAL* x, REAL* y) {
  size_t blocks = n / UNARY_BLOCK, rest = n % UNARY_BLOCK;
  FN(unary_blocks)(op, blocks, x, y);
  if (rest > 0) {
    REAL last[UNARY_BLOCK];
    for (size_t i = 0; i < UNARY_BLOCK; i++) last[i] = i < rest ? x[n - rest + i] : 1;
    FN(unary_blocks)(op, 1, last, last);
    for (size_t i = 0; i < rest; i++) y[n - rest + i] = last[i];
  }
}

// rows x n elements of a and b with row strides ra, rb and element strides sa, sb; y is contiguous. The common strides
// get loops of their own because only those load whole vectors.
#define ROWS(result)                                                                                                   \
  for (size_t row = 0; row < rows; row++, a += ra, b += rb, y += n) {                                                  \
    if (sa == 1 && sb == 1) {                                                                                          \
      INDEPENDENT for (size_t i = 0; i < n; i++) {                                                                     \
        REAL u = a[i], v = b[i];                                                                                       \
        y[i] = (result);                                                                                               \
      }                                                                                                                \
    } else if (sa == 1 && sb == 0) {                                                                                   \
      REAL v = b[0];                                                                                                   \
      INDEPENDENT for (size_t i = 0; i < n; i++) {                                                                     \
        REAL u = a[i];                                                                                                 \
        y[i] = (result);                                                                                               \
      }                                                                                                                \
    } else if (sa == 0 && sb == 1) {                                                                                   \
      REAL u = a[0];                                                                                                   \
      INDEPENDENT for (size_t i = 0; i < n; i++) {                                                                     \
        REAL v = b[i];                                                                                                 \
        y[i] = (result);                                                                                               \
      }                                                                                                                \
    } else {                                                                                                           \
      for (size_t i = 0; i < n; i++) {                                                                                 \
        REAL u = a[(ptrdiff_t)i * sa], v = b[(ptrdiff_t)i * sb];                                                       \
        y[i] = (result);                                                                                               \
      }                                                                                                                \
    }                                                                                                                  \
  }                                                                                                                    \
  break

static void FN(binary_rows)(int op, size_t rows, size_t n, const REAL* a, ptrdiff_t ra, ptrdiff_t sa, const REAL* b,
                            ptrdiff_t rb, ptrdiff_t sb, REAL* y) {
  switch (op) {
    case ADD: ROWS(u + v);
    case SUB: ROWS(u - v);
    case MUL: ROWS(u * v);
    case DIV: ROWS(u / v);
    case POW: ROWS(FN(pow)(u, v));
    case MAXIMUM: ROWS(u > v || u != u ? u : v);
    case MINIMUM: ROWS(u < v || u != u ? u : v);
    case TANH_GRAD: ROWS(u * (1 - v * v));
    case SIGMOID_GRAD: ROWS(u * (v * (1 - v)));
    case RELU_GRAD: ROWS(v > 0 ? u : (REAL)0);
  }
}

static void FN(compare_rows)(int op, size_t rows, size_t n, const REAL* a, ptrdiff_t ra, ptrdiff_t sa, const REAL* b,
                             ptrdiff_t rb, ptrdiff_t sb, uint8_t* y) {
  switch (op) {
    case EQ: ROWS(u == v);
    case NE: ROWS(u != v);
    case LT: ROWS(u < v);
    case LE: ROWS(u <= v);
    case GT: ROWS(u > v);
    case GE: ROWS(u >= v);
  }
}
#undef ROWS

EXPORT void FN(binary)(int op, size_t n, const REAL* a, size_t sa, const REAL* b, size_t sb, REAL* y) {
  FN(binary_rows)(op, 1, n, a, 0, (ptrdiff_t)sa, b, 0, (ptrdiff_t)sb, y);
}

EXPORT void FN(compare)(int op, size_t n, const REAL* a, size_t sa, const REAL* b, size_t sb, uint8_t* y) {
  FN(compare_rows)(op, 1, n, a, 0, (ptrdiff_t)sa, b, 0, (ptrdiff_t)sb, y);
}

#define STRIDED(rows_function)                                                                                         \
  Walk w;                                                                                                              \
  if (!walk_begin(&w, ndim, dims, 2)) return;                                                                          \
  int outer = w.ndim - 2, inner = w.ndim - 1;                                                                          \
  size_t rows = (size_t)w.shape[outer], n = (size_t)w.shape[inner];                                                    \
  ptrdiff_t offset[MAX_OPERANDS] = {0};                                                                                \
  do {                                                                                                                 \
    rows_function(op, rows, n, a + offset[0], w.stride[0][outer], w.stride[0][inner], b + offset[1],                   \
                  w.stride[1][outer], w.stride[1][inner], y);                                                          \
    y += rows * n;                                                                                                     \
  } while (walk_next(&w, 2, offset))

EXPORT void FN(binary_strided)(int op, int ndim, const int32_t* dims, const REAL* a, const REAL* b, REAL* y) {
  STRIDED(FN(binary_rows));
}

EXPORT void FN(compare_strided)(int op, int ndim, const int32_t* dims, const REAL* a, const REAL* b, uint8_t* y) {
  STRIDED(FN(compare_rows));
}
#undef STRIDED

// One row of a choice; the loops with constant strides load whole vectors.
INLINE void FN(where_row)(ptrdiff_t n, const uint8_t* c, ptrdiff_t sc, const REAL* a, ptrdiff_t sa, const REAL* b,
                          ptrdiff_t sb, REAL* y) {
  INDEPENDENT for (ptrdiff_t i = 0; i < n; i++) {
    REAL u = a[i * sa], v = b[i * sb];
    y[i] = c[i * sc] ? u : v;
  }
}

EXPORT void FN(where)(int ndim, const int32_t* dims, const uint8_t* condition, const REAL* a, const REAL* b, REAL* y) {
  Walk w;
  if (!walk_begin(&w, ndim, dims, 3)) return;
  int outer = w.ndim - 2, inner = w.ndim - 1;
  ptrdiff_t rows = w.shape[outer], n = w.shape[inner], offset[MAX_OPERANDS] = {0};
  ptrdiff_t sc = w.stride[0][inner], sa = w.stride[1][inner], sb = w.stride[2][inner];
  do {
    for (ptrdiff_t row = 0; row < rows; row++, y += n) {
      const uint8_t* pc = condition + offset[0] + row * w.stride[0][outer];
      const REAL* pa = a + offset[1] + row * w.stride[1][outer];
      const REAL* pb = b + offset[2] + row * w.stride[2][outer];
      if (sc == 1 && sa == 1 && sb == 1) FN(where_row)(n, pc, 1, pa, 1, pb, 1, y);
      else if (sc == 1 && sa == 1 && sb == 0) FN(where_row)(n, pc, 1, pa, 1, pb, 0, y);
      else if (sc == 1 && sa == 0 && sb == 1) FN(where_row)(n, pc, 1, pa, 0, pb, 1, y);
      else FN(where_row)(n, pc, sc, pa, sa, pb, sb, y);
    }
  } while (walk_next(&w, 3, offset));
}
