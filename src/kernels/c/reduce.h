// Reductions with a fixed order, and softmax. Template over REAL.

EXPORT void FN(reduce)(int op, size_t outer, size_t n, size_t inner, const REAL* x, REAL* y) {
  for (size_t o = 0; o < outer; o++, x += n * inner, y += inner) {
    for (size_t j = 0; j < inner; j++) {
      REAL r = op == SUM ? 0 : op == PROD ? 1 : op == MAX ? -(REAL)__builtin_inf() : (REAL)__builtin_inf();
      for (size_t i = 0; i < n; i++) {
        REAL v = x[i * inner + j];
        switch (op) {
          case SUM: r += v; break;
          case PROD: r *= v; break;
          case MAX: r = v > r || v != v ? v : r; break;
          case MIN: r = v < r || v != v ? v : r; break;
        }
      }
      y[j] = r;
    }
  }
}

EXPORT void FN(argreduce)(int op, size_t outer, size_t n, size_t inner, const REAL* x, int32_t* y) {
  for (size_t o = 0; o < outer; o++, x += n * inner, y += inner) {
    for (size_t j = 0; j < inner; j++) {
      size_t best = 0;
      for (size_t i = 1; i < n; i++) {
        REAL v = x[i * inner + j], r = x[best * inner + j];
        if (r == r && (v != v || (op == 0 ? v > r : v < r))) best = i;
      }
      y[j] = (int32_t)best;
    }
  }
}

EXPORT double FN(dot)(size_t n, const REAL* x, const REAL* y) {
  double sum = 0;
  for (size_t i = 0; i < n; i++) sum += (double)x[i] * y[i];
  return sum;
}

EXPORT void FN(axpy)(size_t n, double alpha, const REAL* x, REAL* y) {
  REAL a = (REAL)alpha;
  INDEPENDENT for (size_t i = 0; i < n; i++) y[i] += a * x[i];
}

EXPORT int FN(first_nonfinite)(size_t n, const REAL* x) {
  for (size_t i = 0; i < n; i++)
    if (x[i] - x[i] != 0) return (int)i;
  return -1;
}

static REAL FN(row_max)(size_t n, const REAL* x) {
  REAL m;
  FN(reduce)(MAX, 1, n, 1, x, &m);
  return m;
}

EXPORT void FN(softmax)(size_t rows, size_t n, const REAL* x, REAL* y) {
  for (size_t row = 0; row < rows; row++, x += n, y += n) {
    REAL m = FN(row_max)(n, x), sum;
    INDEPENDENT for (size_t i = 0; i < n; i++) y[i] = FN(exp)(x[i] - m);
    FN(reduce)(SUM, 1, n, 1, y, &sum);
    INDEPENDENT for (size_t i = 0; i < n; i++) y[i] /= sum;
  }
}

EXPORT void FN(logsumexp)(size_t rows, size_t n, const REAL* x, REAL* y) {
  for (size_t row = 0; row < rows; row++, x += n) {
    REAL m = FN(row_max)(n, x), sum = 0;
    REAL shift = m - m == 0 ? m : 0;
    for (size_t i = 0; i < n; i++) sum += FN(exp)(x[i] - shift);
    y[row] = FN(log)(sum) + shift;
  }
}

EXPORT void FN(log_softmax)(size_t rows, size_t n, const REAL* x, REAL* y) {
  for (size_t row = 0; row < rows; row++, x += n, y += n) {
    REAL m = FN(row_max)(n, x), sum = 0;
    for (size_t i = 0; i < n; i++) sum += FN(exp)(x[i] - m);
    REAL log_sum = FN(log)(sum);
    INDEPENDENT for (size_t i = 0; i < n; i++) y[i] = (x[i] - m) - log_sum;
  }
}
