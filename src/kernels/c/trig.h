// sin(x + quarter * pi/2)
INLINE double sin_quarter_f64(double x, int64_t quarter) {
  double shifted = x * 0x1.45f306dc9c883p-1 + 0x1.8p52;
  double n = shifted - 0x1.8p52;
  double r = ((x - n * 0x1.921fb544p0) - n * 0x1.0b4611a4p-34) - n * 0x1.13198a2e03707p-69;
  int64_t q = (int64_t)bits_f64(shifted) + quarter;
  double z = r * r;
  double s = ((((((1.0 / 355687428096000.0 * z - 1.0 / 1307674368000.0) * z + 1.0 / 6227020800.0) * z -
                1.0 / 39916800.0) * z + 1.0 / 362880.0) * z - 1.0 / 5040.0) * z + 1.0 / 120.0) * z - 1.0 / 6.0;
  double c = ((((((1.0 / 20922789888000.0 * z - 1.0 / 87178291200.0) * z + 1.0 / 479001600.0) * z -
                1.0 / 3628800.0) * z + 1.0 / 40320.0) * z - 1.0 / 720.0) * z + 1.0 / 24.0) * z - 0.5;
  double y = (q & 1) ? 1.0 + z * c : r + r * z * s;
  return from_bits_f64(bits_f64(y) ^ ((uint64_t)q << 62 & 0x8000000000000000u));
}
INLINE double sin_f64(double x) { return x == 0.0 ? x : sin_quarter_f64(x, 0); }
INLINE double cos_f64(double x) { return sin_quarter_f64(x, 1); }
INLINE double pow_f64(double x, double y) {
  double a = abs_f64(x);
  double magnitude = exp_f64(y * log_f64(a));
  double whole = round_f64(y);
  _Bool odd = whole == y && round_f64(0.5 * y) * 2.0 != y;
  double r = x < 0.0 || (x == 0.0 && 1.0 / x < 0.0) ? (odd ? -magnitude : magnitude) : magnitude;
  r = x < 0.0 && whole != y ? __builtin_nan("") : r;
  return y == 0.0 || x == 1.0 ? 1.0 : x != x || y != y ? x + y : r;
}
INLINE float sin_f32(float x) { return (float)sin_f64(x); }
INLINE float cos_f32(float x) { return (float)cos_f64(x); }
INLINE float pow_f32(float x, float y) { return (float)pow_f64(x, y); }
