// Reductions along one axis, with an order that depends on the shape alone. Template over REAL.

#define WIDTH REAL_BYTES
#include "reduce_rows.h"
#define WIDTH 16
#include "reduce_rows.h"
#define WIDTH 128
#include "reduce_rows.h"

#define WIDE (128 / sizeof(REAL))
#define NARROW (16 / sizeof(REAL))

INLINE REAL FN(combine)(int op, REAL a, REAL b) {
  switch (op) {
    case SUM: return a + b;
    case PROD: return a * b;
    case MAX: return b > a || b != b ? b : a;
    default: return b < a || b != b ? b : a;
  }
}

static REAL FN(identity)(int op) {
  return op == SUM ? 0 : op == PROD ? 1 : op == MAX ? -INFINITE : INFINITE;
}

INLINE REAL FN(reduce_in_order)(int op, size_t n, const REAL* x) {
  REAL r = x[0];
  for (size_t i = 1; i < n; i++) r = FN(combine)(op, r, x[i]);
  return r;
}

// Of neighbours: WIDE sums side by side, then their halves together; a few in their order.
INLINE REAL FN(reduce_neighbours_by)(int op, size_t n, const REAL* x) {
  if (n == 0) return FN(identity)(op);
  if (n < WIDE) return FN(reduce_in_order)(op, n, x);
  REAL lane[WIDE];
  size_t rows = n / WIDE, rest = n % WIDE;
  PASTE(FN(reduce_rows), 128)(op, rows, x, WIDE, lane);
  for (size_t j = 0; j < rest; j++) lane[j] = FN(combine)(op, lane[j], x[rows * WIDE + j]);
  UNROLLED for (size_t half = WIDE / 2; half > 0; half /= 2)
    for (size_t j = 0; j < half; j++) lane[j] = FN(combine)(op, lane[j], lane[j + half]);
  return lane[0];
}

static REAL FN(reduce_neighbours)(int op, size_t n, const REAL* x) {
  switch (op) {
    case SUM: return FN(reduce_neighbours_by)(SUM, n, x);
    case PROD: return FN(reduce_neighbours_by)(PROD, n, x);
    case MAX: return FN(reduce_neighbours_by)(MAX, n, x);
    default: return FN(reduce_neighbours_by)(MIN, n, x);
  }
}

// Of every column of x[rows][columns]. The last vector overlaps the one before where columns do not fill it.
static void FN(reduce_columns)(int op, size_t rows, size_t columns, const REAL* x, REAL* y) {
  if (rows == 0) {
    for (size_t j = 0; j < columns; j++) y[j] = FN(identity)(op);
  } else if (columns >= WIDE) {
    for (size_t j = 0; j < columns; j += WIDE) {
      size_t from = j + WIDE <= columns ? j : columns - WIDE;
      PASTE(FN(reduce_rows), 128)(op, rows, x + from, columns, y + from);
    }
  } else if (columns >= NARROW) {
    for (size_t j = 0; j < columns; j += NARROW) {
      size_t from = j + NARROW <= columns ? j : columns - NARROW;
      PASTE(FN(reduce_rows), 16)(op, rows, x + from, columns, y + from);
    }
  } else {
    for (size_t j = 0; j < columns; j++) PASTE(FN(reduce_rows), REAL_BYTES)(op, rows, x + j, columns, y + j);
  }
}

EXPORT void FN(reduce)(int op, size_t outer, size_t n, size_t inner, const REAL* x, REAL* y) {
  for (size_t o = 0; o < outer; o++, x += n * inner, y += inner) {
    if (inner == 1) y[0] = FN(reduce_neighbours)(op, n, x);
    else FN(reduce_columns)(op, n, inner, x, y);
  }
}

// Whether v comes before the extreme found so far: NaN is more extreme than all, and the first of equals stays.
INLINE _Bool FN(exceeds)(int op, REAL v, REAL extreme) {
  return (op == 0 ? v > extreme : v < extreme) | ((v != v) & (extreme == extreme));
}

static int32_t FN(argreduce_neighbours)(int op, size_t n, const REAL* x) {
  size_t best = 0;
  if (n >= 2 * WIDE) {
    REAL extreme = FN(reduce_neighbours)(op == 0 ? MAX : MIN, n, x);
    while (!(x[best] == extreme) && x[best] == x[best]) best++;
  } else {
    for (size_t i = 1; i < n; i++) best = FN(exceeds)(op, x[i], x[best]) ? i : best;
  }
  return (int32_t)best;
}

// Of every column of x[rows][columns], at most WIDE columns of `stride` that are walked through side by side.
static void FN(argreduce_columns)(int op, size_t rows, size_t columns, size_t stride, const REAL* x, int32_t* y) {
  REAL extreme[WIDE];
  for (size_t j = 0; j < columns; j++) extreme[j] = x[j], y[j] = 0;
  for (size_t i = 1; i < rows; i++)
    for (size_t j = 0; j < columns; j++) {
      REAL v = x[i * stride + j];
      _Bool better = FN(exceeds)(op, v, extreme[j]);
      extreme[j] = better ? v : extreme[j];
      y[j] = better ? (int32_t)i : y[j];
    }
}

EXPORT void FN(argreduce)(int op, size_t outer, size_t n, size_t inner, const REAL* x, int32_t* y) {
  for (size_t o = 0; o < outer; o++, x += n * inner, y += inner) {
    if (inner == 1) y[0] = FN(argreduce_neighbours)(op, n, x);
    else
      for (size_t j = 0; j < inner; j += WIDE)
        FN(argreduce_columns)(op, n, inner - j < WIDE ? inner - j : WIDE, inner, x + j, y + j);
  }
}

// In double precision for both types, in blocks of independent sums.
EXPORT double FN(dot)(size_t n, const REAL* x, const REAL* y) {
  typedef REAL vector __attribute__((vector_size(8 * sizeof(REAL)), aligned(sizeof(REAL)), may_alias));
  typedef double sums __attribute__((vector_size(64)));
  double total = 0;
  size_t i = 0;
  while (i + 32 <= n) {
    sums sum[4] = {{0}, {0}, {0}, {0}};
    for (size_t end = n - i < 2048 ? n : i + 2048; i + 32 <= end; i += 32)
      UNROLLED for (size_t k = 0; k < 4; k++)
        sum[k] += __builtin_convertvector(*(const vector*)(x + i + 8 * k), sums) *
                  __builtin_convertvector(*(const vector*)(y + i + 8 * k), sums);
    sum[0] = (sum[0] + sum[1]) + (sum[2] + sum[3]);
    total += ((sum[0][0] + sum[0][1]) + (sum[0][2] + sum[0][3])) + ((sum[0][4] + sum[0][5]) + (sum[0][6] + sum[0][7]));
  }
  for (; i < n; i++) total += (double)x[i] * y[i];
  return total;
}

EXPORT void FN(axpy)(size_t n, double alpha, const REAL* x, REAL* y) {
  REAL a = (REAL)alpha;
  INDEPENDENT for (size_t i = 0; i < n; i++) y[i] += a * x[i];
}

EXPORT int FN(first_nonfinite)(size_t n, const REAL* x) {
  for (size_t i = 0; i < n;) {
    size_t end = n - i < 512 ? n : i + 512;
    int found = 0;
    for (size_t j = i; j < end; j++) found |= !(FN(abs)(x[j]) < INFINITE);
    if (!found) {
      i = end;
      continue;
    }
    while (FN(abs)(x[i]) < INFINITE) i++;
    return (int)i;
  }
  return -1;
}

#undef WIDE
#undef NARROW
