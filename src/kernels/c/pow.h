// Powers. The logarithm must be known to more bits than a double holds, because its error is multiplied by up to 700.
// Numbers are sums of two doubles, high + low, built with error-free products and sums (Dekker 1971).

typedef struct {
  double high, low;
} Double2;

#if defined(__FMA__) || defined(__aarch64__)
INLINE Double2 exact_product(double a, double b) {
  double p = a * b;
  return (Double2){p, __builtin_fma(a, b, -p)};
}
#else
// The leading 26 bits: products of two such numbers are exact.
INLINE double leading_bits(double x) { return from_bits_f64(bits_f64(x) & 0xfffffffff8000000); }

INLINE Double2 exact_product(double a, double b) {
  double p = a * b, a1 = leading_bits(a), b1 = leading_bits(b), a2 = a - a1, b2 = b - b1;
  return (Double2){p, ((a1 * b1 - p) + a1 * b2 + a2 * b1) + a2 * b2};
}
#endif

// For |a| >= |b| or a = 0.
INLINE Double2 exact_sum(double a, double b) {
  double s = a + b;
  return (Double2){s, b - (s - a)};
}

// 2 atanh(s) = 2 s + s z (2/3 + z pow_tail(z)), z = s². log: 2^-73.5.
INLINE double pow_tail(double z) {
  double a = 0x1.9999999999996p-2 + 0x1.2492492493049p-2 * z;
  double b = 0x1.c71c71c57e042p-3 + 0x1.745d183378b1ep-3 * z;
  double c = 0x1.3b13626797b81p-3 + 0x1.1120c16fc2e10p-3 * z;
  double d = 0x1.de3190c03ad26p-4 + 0x1.eb20c3ab97491p-4 * z;
  double w = z * z;
  return (a + w * b) + (w * w) * (c + w * d);
}

// log(x) for positive finite x: the method of log_reduced with every term above 2^-64 of the result in two doubles.
INLINE Double2 log_double2(double x) {
  _Bool subnormal = x < 0x1p-1022;
  Scaled_f64 a = reduce_log_f64(subnormal ? x * 0x1p54 : x);
  double n = subnormal ? a.n - 54 : a.n;
  double f = a.m - 1, d = 2 + f, d_lost = f - (d - 2);
  double s = f / d;
  Double2 back = exact_product(s, d);
  double s_low = (((f - back.high) - back.low) - s * d_lost) / d;

  Double2 z = exact_product(s, s);
  double z_low = z.low + 2 * (s * s_low);
  Double2 t = exact_product(0x1.5555555555555p-1, z.high);
  double t_low = t.low + (0x1.5555555555555p-1 * z_low + 0x1.5555555555555p-55 * z.high);
  Double2 u = exact_sum(t.high, t_low + (z.high * z.high) * pow_tail(z.high));
  Double2 v = exact_product(s, u.high);
  double v_low = v.low + (s * u.low + s_low * u.high);

  Double2 fraction = exact_sum(2 * s, v.high);
  Double2 sum = exact_sum(n * LN2_HIGH, fraction.high);
  return exact_sum(sum.high, sum.low + ((fraction.low + (2 * s_low + v_low)) + n * LN2_LOW));
}

// The power of x != 1 from that of |x|: zeros, infinities and signs as in IEEE 754.
INLINE double finish_pow(double x, double y, double power) {
  double a = abs_f64(x), half = 0.5 * y;
  _Bool integer = ROUND_(y) == y, odd = integer && ROUND_(half) != half;
  double zero = y < 0 ? INFINITE : 0, infinite = y < 0 ? 0 : INFINITE;
  power = a == 0 ? zero : a == INFINITE ? infinite : power;
  power = x < 0 && a < INFINITE && !integer ? NOT_A_NUMBER : power;
  power = from_bits_f64(bits_f64(power) ^ (odd ? bits_f64(x) & SIGN_BIT : 0));
  power = x != x || y != y ? NOT_A_NUMBER : power;
  return x == 1 || y == 0 ? 1 : power;
}

// Past 2^70 every power of a number other than 1 is zero or infinite.
INLINE double limit_exponent(double y) {
  y = AT_MOST(y, 0x1p70);
  return AT_LEAST(y, -0x1p70);
}

INLINE double pow_f64(double x, double y) {
  double c = limit_exponent(y);
  Double2 log_x = log_double2(abs_f64(x));
  Double2 p = exact_product(c, log_x.high);
  double low = abs_f64(p.high) < 1000 ? p.low + c * log_x.low : 0;
  double high = AT_MOST(p.high, EXP_OVERFLOW);
  high = AT_LEAST(high, EXP_UNDERFLOW);
  Reduced_f64 e = reduce_exp_f64(high, 2 * EXPONENT_BIAS);
  uint64_t half = e.exponent >> 1;
  double power = (1 + expm1_reduced_f64(e.r + low)) * power_f64(half) * power_f64(e.exponent - half);
  return finish_pow(x, y, power);
}

// A double holds the logarithm well enough for a float.
INLINE float pow_f32(float x, float y) {
  return (float)finish_pow(x, y, exp_f64(limit_exponent(y) * log_f64(abs_f64(x))));
}
