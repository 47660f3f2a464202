// sin(x + quarter * pi / 2) of arrays. Template over REAL.

INLINE REAL FN(sin_small)(REAL x, uint64_t quarter) {
  Angle a = reduce_angle(x);
  REAL y = FN(sin_in_quadrant)((REAL)a.r, (BITS_T)(a.quadrant + quarter));
  return x == 0 && quarter == 0 ? x : y;
}

static REAL FN(sin_any)(REAL x, uint64_t quarter) {
  if (FN(abs)(x) < LARGE) return FN(sin_small)(x, quarter);
  if (!(FN(abs)(x) < INFINITE)) return NOT_A_NUMBER;
  Angle a = reduce_large_angle(x);
  return FN(sin_in_quadrant)((REAL)a.r, (BITS_T)(a.quadrant + quarter));
}

// In blocks, so that one large argument does not slow down all others.
static void FN(sin_array)(size_t n, const REAL* x, uint64_t quarter, REAL* y) {
  for (; n > 0;) {
    size_t block = n < 256 ? n : 256;
    int large = 0;
    for (size_t i = 0; i < block; i++) large |= !(FN(abs)(x[i]) < LARGE);
    if (large) {
      for (size_t i = 0; i < block; i++) y[i] = FN(sin_any)(x[i], quarter);
    } else {
      INDEPENDENT for (size_t i = 0; i < block; i++) {
        REAL v = x[i];
        y[i] = FN(sin_small)(v, quarter);
      }
    }
    n -= block, x += block, y += block;
  }
}
