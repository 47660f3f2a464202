// Elementary functions of one f64, branch-free so that loops over them vectorise.

INLINE double abs_f64(double x) { return f64_from_bits(bits_of_f64(x) & 0x7fffffffffffffffu); }
INLINE double copysign_f64(double x, double s) {
  return f64_from_bits((bits_of_f64(x) & 0x7fffffffffffffffu) | (bits_of_f64(s) & 0x8000000000000000u));
}
// Nearest integer, half to even: adding 1.5 * 2^52 leaves no fraction bits. Larger numbers are integers already.
INLINE double round_f64(double x) {
  double r = (x + 0x1.8p52) - 0x1.8p52;
  return abs_f64(x) < 0x1p51 ? copysign_f64(r, x) : x;
}
INLINE double floor_f64(double x) {
  double r = round_f64(x);
  return copysign_f64(r > x ? r - 1.0 : r, x);
}
INLINE double ceil_f64(double x) {
  double r = round_f64(x);
  return copysign_f64(r < x ? r + 1.0 : r, x);
}
INLINE double pow2_f64(int64_t k) { return f64_from_bits((uint64_t)(k + 1023) << 52); }

// e^r - 1 - r for |r| <= ln2 / 2
INLINE double exp_tail_f64(double r) {
  double p = 1.0 / 6227020800.0;
  p = p * r + 1.0 / 479001600.0;
  p = p * r + 1.0 / 39916800.0;
  p = p * r + 1.0 / 3628800.0;
  p = p * r + 1.0 / 362880.0;
  p = p * r + 1.0 / 40320.0;
  p = p * r + 1.0 / 5040.0;
  p = p * r + 1.0 / 720.0;
  p = p * r + 1.0 / 120.0;
  p = p * r + 1.0 / 24.0;
  p = p * r + 1.0 / 6.0;
  p = p * r + 0.5;
  return p * r * r;
}
INLINE double exp_f64(double x) {
  double c = x > 710.0 ? 710.0 : x < -746.0 ? -746.0 : x;
  double shifted = c * 0x1.71547652b82fep0 + 0x1.8p52;
  double n = shifted - 0x1.8p52;
  double r = (c - n * 0x1.62e42fefa3800p-1) - n * 0x1.ef35793c76730p-45;
  double p = 1.0 + (r + exp_tail_f64(r));
  int64_t k = (int64_t)(bits_of_f64(shifted) << 13) >> 13;
  k -= (int64_t)(bits_of_f64(0x1.8p52) << 13) >> 13;
  int64_t half = k >> 1;
  double y = p * pow2_f64(half) * pow2_f64(k - half);
  return x != x ? x : y;
}
INLINE double expm1_f64(double x) {
  double c = x > 710.0 ? 710.0 : x < -40.0 ? -40.0 : x;
  double shifted = c * 0x1.71547652b82fep0 + 0x1.8p52;
  double n = shifted - 0x1.8p52;
  double r = (c - n * 0x1.62e42fefa3800p-1) - n * 0x1.ef35793c76730p-45;
  double p = r + exp_tail_f64(r);
  int64_t k = (int64_t)(bits_of_f64(shifted) << 13) >> 13;
  k -= (int64_t)(bits_of_f64(0x1.8p52) << 13) >> 13;
  int64_t half = k >> 1;
  double s = pow2_f64(half), t = pow2_f64(k - half);
  double y = p * s * t + (s * t - 1.0);
  y = k == 0 ? p : k >= 1024 ? (p + 1.0) * s * t : y;
  y = x == 0.0 ? x : y;
  return x != x ? x : y;
}
// log(1 + f) + (exponent * ln2), and the low part c of 1 + f
INLINE double log_parts_f64(double x, double c) {
  double scaled = x < 0x1p-1022 ? x * 0x1p54 : x;
  int64_t bits = (int64_t)bits_of_f64(scaled);
  int64_t k = (bits - 0x3fe6a09e667f3bcd) >> 52;
  double m = f64_from_bits((uint64_t)(bits - (k << 52)));
  double e = (double)k - (x < 0x1p-1022 ? 54.0 : 0.0);
  double f = m - 1.0;
  double s = f / (2.0 + f), z = s * s;
  double p = 1.0 / 23;
  p = p * z + 1.0 / 21;
  p = p * z + 1.0 / 19;
  p = p * z + 1.0 / 17;
  p = p * z + 1.0 / 15;
  p = p * z + 1.0 / 13;
  p = p * z + 1.0 / 11;
  p = p * z + 1.0 / 9;
  p = p * z + 1.0 / 7;
  p = p * z + 1.0 / 5;
  p = p * z + 1.0 / 3;
  double h = 0.5 * f * f;
  double y = e * 0x1.62e42fefa3800p-1 + (f - (h - (s * (h + 2.0 * z * p) + (c + e * 0x1.ef35793c76730p-45))));
  y = x < 0.0 ? __builtin_nan("") : x == 0.0 ? -__builtin_inf() : y;
  return x - x != 0.0 && !(x < 0.0) ? x : y;
}
INLINE double log_f64(double x) { return log_parts_f64(x, 0.0); }
INLINE double log1p_f64(double x) {
  double u = 1.0 + x;
  double low = abs_f64(x) < 1.0 ? x - (u - 1.0) : 1.0 - (u - x);
  double y = log_parts_f64(u, u < 0x1p60 && u > 0.0 ? low / u : 0.0);
  return abs_f64(x) < 0x1p-54 ? x : y;
}
INLINE double tanh_f64(double x) {
  double a = abs_f64(x);
  double e = expm1_f64(a > 20.0 ? 40.0 : a + a);
  double y = copysign_f64(a < 0x1p-30 ? a : e / (e + 2.0), x);
  return x != x ? x : y;
}
INLINE double sigmoid_f64(double x) {
  double e = exp_f64(-abs_f64(x));
  double y = (x >= 0.0 ? 1.0 : e) / (1.0 + e);
  return x != x ? x : y;
}
INLINE double softplus_f64(double x) {
  double y = (x > 0.0 ? x : 0.0) + log1p_f64(exp_f64(-abs_f64(x)));
  return x != x ? x : y;
}
// sin(x + quarter * pi/2)
INLINE double sin_quarter_f64(double x, int64_t quarter) {
  double shifted = x * 0x1.45f306dc9c883p-1 + 0x1.8p52;
  double n = shifted - 0x1.8p52;
  double r = ((x - n * 0x1.921fb544p0) - n * 0x1.0b4611a4p-34) - n * 0x1.13198a2e03707p-69;
  int64_t q = (int64_t)bits_of_f64(shifted) + quarter;
  double z = r * r;
  double s = ((((((1.0 / 355687428096000.0 * z - 1.0 / 1307674368000.0) * z + 1.0 / 6227020800.0) * z -
                1.0 / 39916800.0) * z + 1.0 / 362880.0) * z - 1.0 / 5040.0) * z + 1.0 / 120.0) * z - 1.0 / 6.0;
  double c = ((((((1.0 / 20922789888000.0 * z - 1.0 / 87178291200.0) * z + 1.0 / 479001600.0) * z -
                1.0 / 3628800.0) * z + 1.0 / 40320.0) * z - 1.0 / 720.0) * z + 1.0 / 24.0) * z - 0.5;
  double y = (q & 1) ? 1.0 + z * c : r + r * z * s;
  return f64_from_bits(bits_of_f64(y) ^ ((uint64_t)q << 62 & 0x8000000000000000u));
}
INLINE double sin_f64(double x) { return x == 0.0 ? x : sin_quarter_f64(x, 0); }
INLINE double cos_f64(double x) { return sin_quarter_f64(x, 1); }
// Abramowitz & Stegun 7.1.6 near zero, the continued fraction 7.1.14 further out.
INLINE double erf_f64(double x) {
  double a = abs_f64(x);
  a = a > 6.0 ? 6.0 : a;
  double term = a, sum = a, z = a * a;
  for (int k = 1; k < 60; k++) {
    term *= z / (k + 0.5);
    sum += term;
  }
  double near = 0x1.20dd750429b6dp0 * sum * exp_f64(-z);
  double fraction = a;
  for (int k = 50; k > 0; k--) fraction = a + 0.5 * k / fraction;
  double far = 1.0 - exp_f64(-z) * 0x1.20dd750429b6dp-1 / fraction;
  double y = copysign_f64(a < 2.5 ? near : far, x);
  return x != x ? x : y;
}
INLINE double pow_f64(double x, double y) {
  double a = abs_f64(x);
  double magnitude = exp_f64(y * log_f64(a));
  double whole = round_f64(y);
  _Bool odd = whole == y && round_f64(0.5 * y) * 2.0 != y;
  double r = x < 0.0 || (x == 0.0 && 1.0 / x < 0.0) ? (odd ? -magnitude : magnitude) : magnitude;
  r = x < 0.0 && whole != y ? __builtin_nan("") : r;
  return y == 0.0 || x == 1.0 ? 1.0 : x != x || y != y ? x + y : r;
}
