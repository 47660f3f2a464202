// Matrix product. Template over REAL.

EXPORT void FN(gemm)(int trans_a, int trans_b, size_t m, size_t n, size_t k, double alpha, const REAL* a, size_t lda,
                     const REAL* b, size_t ldb, double beta, REAL* c, size_t ldc) {
  size_t ai = trans_a ? 1 : lda, ap = trans_a ? lda : 1, bp = trans_b ? 1 : ldb, bj = trans_b ? ldb : 1;
  for (size_t i = 0; i < m; i++) {
    REAL* row = c + i * ldc;
    for (size_t j = 0; j < n; j++) row[j] = beta == 0 ? 0 : (REAL)beta * row[j];
    for (size_t p = 0; p < k; p++) {
      REAL v = (REAL)alpha * a[i * ai + p * ap];
      const REAL* bs = b + p * bp;
      if (bj == 1) {
        INDEPENDENT for (size_t j = 0; j < n; j++) row[j] += v * bs[j];
      } else {
        for (size_t j = 0; j < n; j++) row[j] += v * bs[j * bj];
      }
    }
  }
}
