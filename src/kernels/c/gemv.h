// Products with a vector. Template over REAL.

// y = alpha A x + beta y with A m x k: a dot product for every row. x is contiguous, elements of y are y_step apart.
static void FN(multiply_vector)(size_t m, size_t k, REAL alpha, const REAL* a, size_t lda, const REAL* x, REAL beta,
                                REAL* y, size_t y_step) {
  for (size_t i = 0; i < m; i += DOT_ROWS) {
    size_t rows = smaller(DOT_ROWS, m - i), p = 0;
    const REAL* row[DOT_ROWS]; // rows past the end repeat the last
    REAL total[DOT_ROWS];
    FN(vector) sum[DOT_ROWS][2];
    UNROLLED for (size_t r = 0; r < DOT_ROWS; r++) {
      row[r] = a + (i + smaller(r, rows - 1)) * lda;
      sum[r][0] = sum[r][1] = (FN(vector)){0};
    }
    for (; p + 2 * LANES <= k; p += 2 * LANES)
      UNROLLED for (size_t r = 0; r < DOT_ROWS; r++) UNROLLED for (size_t v = 0; v < 2; v++)
        sum[r][v] = FN(multiply_add)(*(const FN(vector)*)(row[r] + p + v * LANES),
                                     *(const FN(vector)*)(x + p + v * LANES), sum[r][v]);
    UNROLLED for (size_t r = 0; r < DOT_ROWS; r++) {
      FN(vector) both = sum[r][0] + sum[r][1];
      total[r] = 0;
      UNROLLED for (size_t lane = 0; lane < LANES; lane++) total[r] += both[lane];
    }
    for (; p < k; p++) UNROLLED for (size_t r = 0; r < DOT_ROWS; r++) total[r] += row[r][p] * x[p];
    for (size_t r = 0; r < rows; r++) {
      REAL* to = y + (i + r) * y_step;
      *to = beta == 0 ? alpha * total[r] : alpha * total[r] + beta * *to;
    }
  }
}
