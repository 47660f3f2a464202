// sin(x + quarter * pi / 2) of arrays. Template over REAL.

INLINE REAL FN(sin_small)(REAL x, uint64_t quarter) {
  Angle a = reduce_angle(x);
  REAL y = FN(sin_in_quadrant)((REAL)a.r, (BITS_T)(a.quadrant + quarter));
  return x == 0 && quarter == 0 ? x : y;
}

static REAL FN(sin_large)(REAL x, uint64_t quarter) {
  if (!(FN(abs)(x) < INFINITE)) return NOT_A_NUMBER;
  Angle a = reduce_large_angle(x);
  return FN(sin_in_quadrant)((REAL)a.r, (BITS_T)(a.quadrant + quarter));
}

// In blocks: the few that have large arguments, if any, are gone through again.
static void FN(sin_array)(size_t n, const REAL* x, uint64_t quarter, REAL* y) {
  REAL block[256];
  for (size_t count; n > 0; n -= count, x += count, y += count) {
    count = n < 256 ? n : 256;
    int large = 0;
    for (size_t i = 0; i < count; i++) large |= !(FN(abs)(x[i]) < LARGE);
    if (large) __builtin_memcpy(block, x, count * sizeof(REAL));
    INDEPENDENT for (size_t i = 0; i < count; i++) {
      REAL v = x[i];
      y[i] = FN(sin_small)(v, quarter);
    }
    for (size_t i = 0; large && i < count; i++)
      if (!(FN(abs)(block[i]) < LARGE)) y[i] = FN(sin_large)(block[i], quarter);
  }
}
