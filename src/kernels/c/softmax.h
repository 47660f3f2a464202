// Softmax and its relatives along the last axis. Template over REAL.
//
// Rows are taken in groups of up to SOFTMAX_BLOCK elements, so that exp fills whole vectors when rows are short.
#ifndef SOFTMAX_BLOCK
#define SOFTMAX_BLOCK 512
#endif

static size_t FN(rows_in_block)(size_t rows, size_t n) {
  size_t fitting = n > 0 && n < SOFTMAX_BLOCK ? SOFTMAX_BLOCK / n : 1;
  return rows < fitting ? rows : fitting;
}

// What to subtract from each row so that exp does not overflow: its maximum if that is finite. NaN may be passed over
// here, it comes back in the sum.
static void FN(row_shifts)(size_t rows, size_t n, const REAL* x, REAL* shift) {
  for (size_t row = 0; row < rows; row++, x += n) {
    REAL max = -INFINITE;
    if (n < 64) {
      for (size_t i = 0; i < n; i++) max = x[i] > max ? x[i] : max;
    } else {
      max = FN(reduce_neighbours)(MAX, n, x);
    }
    shift[row] = FN(abs)(max) < INFINITE ? max : 0;
  }
}

// y = exp(x - shift of the row)
static void FN(exp_shifted)(size_t rows, size_t n, const REAL* x, const REAL* shift, REAL* y) {
  for (size_t row = 0; row < rows; row++) {
    REAL s = shift[row];
    INDEPENDENT for (size_t i = row * n; i < row * n + n; i++) y[i] = x[i] - s;
  }
  FN(unary)(EXP, rows * n, y, y);
}

// log(sum(exp(x - shift))) of each row; a row longer than a block comes alone.
static void FN(log_sums)(size_t rows, size_t n, const REAL* x, const REAL* shift, REAL* sums) {
  REAL e[SOFTMAX_BLOCK];
  if (rows * n <= SOFTMAX_BLOCK) {
    FN(exp_shifted)(rows, n, x, shift, e);
    for (size_t row = 0; row < rows; row++) sums[row] = FN(reduce_neighbours)(SUM, n, e + row * n);
  } else {
    sums[0] = 0;
    for (size_t i = 0; i < n; i += SOFTMAX_BLOCK) {
      size_t count = n - i < SOFTMAX_BLOCK ? n - i : SOFTMAX_BLOCK;
      FN(exp_shifted)(1, count, x + i, shift, e);
      sums[0] += FN(reduce_neighbours)(SUM, count, e);
    }
  }
  FN(unary)(LOG, rows, sums, sums);
}

EXPORT void FN(softmax)(size_t rows, size_t n, const REAL* x, REAL* y) {
  REAL shift[SOFTMAX_BLOCK];
  for (size_t count; rows > 0; rows -= count, x += count * n, y += count * n) {
    count = FN(rows_in_block)(rows, n);
    FN(row_shifts)(count, n, x, shift);
    FN(exp_shifted)(count, n, x, shift, y);
    for (size_t row = 0; row < count; row++) {
      REAL *p = y + row * n, sum = FN(reduce_neighbours)(SUM, n, p);
      INDEPENDENT for (size_t i = 0; i < n; i++) p[i] /= sum;
    }
  }
}

EXPORT void FN(log_softmax)(size_t rows, size_t n, const REAL* x, REAL* y) {
  REAL shift[SOFTMAX_BLOCK], log_sum[SOFTMAX_BLOCK];
  for (size_t count; rows > 0; rows -= count, x += count * n, y += count * n) {
    count = FN(rows_in_block)(rows, n);
    FN(row_shifts)(count, n, x, shift);
    FN(log_sums)(count, n, x, shift, log_sum);
    for (size_t row = 0; row < count; row++) {
      REAL s = shift[row], l = log_sum[row];
      INDEPENDENT for (size_t i = row * n; i < row * n + n; i++) y[i] = (x[i] - s) - l;
    }
  }
}

EXPORT void FN(logsumexp)(size_t rows, size_t n, const REAL* x, REAL* y) {
  REAL shift[SOFTMAX_BLOCK];
  for (size_t count; rows > 0; rows -= count, x += count * n, y += count) {
    count = FN(rows_in_block)(rows, n);
    FN(row_shifts)(count, n, x, shift);
    FN(log_sums)(count, n, x, shift, y);
    for (size_t row = 0; row < count; row++) y[row] += shift[row];
  }
}
