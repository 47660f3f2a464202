// Two independent normal numbers from u in (0, 1] and an angle in [0, 4] quarter turns. Template over REAL.
typedef struct {
  REAL first, second;
} FN(Pair);

INLINE FN(Pair) FN(box_muller)(REAL u, REAL turn) {
  FN(Scaled) a = FN(reduce_log)(u);
  REAL radius = SQRT((REAL)-2 * FN(log_reduced)(a.m - 1, a.n, 0));
  REAL shifted = turn + (REAL)1.5 * TWO_MANTISSA;
  REAL r = (turn - (shifted - (REAL)1.5 * TWO_MANTISSA)) * (REAL)1.57079632679489661923;
  BITS_T quadrant = FN(bits)(shifted);
  return (FN(Pair)){radius * FN(sin_in_quadrant)(r, quadrant + 1), radius * FN(sin_in_quadrant)(r, quadrant)};
}
