// Elementary functions of one number. Template over REAL.
//
// No branches: special cases are selections, so that loops over these functions become vector code, and arguments of all
// kinds take the same time. Nothing here needs a fused multiply-add; where the compiler forms one, errors only shrink.
// Selections are written so that a NaN argument passes through.

INLINE REAL FN(from_bits)(BITS_T bits) {
  union { BITS_T bits; REAL value; } u = {bits};
  return u.value;
}
INLINE BITS_T FN(bits)(REAL value) {
  union { REAL value; BITS_T bits; } u = {value};
  return u.bits;
}
#define SIGN_BIT ((BITS_T)1 << (8 * sizeof(REAL) - 1))
#define INFINITE ((REAL)__builtin_inf())
#define NOT_A_NUMBER ((REAL)__builtin_nan(""))

INLINE REAL FN(abs)(REAL x) { return FN(from_bits)(FN(bits)(x) & ~SIGN_BIT); }
// The magnitude of a non-negative `x` with the sign of `sign`.
INLINE REAL FN(with_sign)(REAL x, REAL sign) {
  return FN(from_bits)(FN(bits)(x) | (FN(bits)(sign) & SIGN_BIT));
}

// x, or the limit it exceeds, or NaN if x is. For the first two LLVM takes the minimum and maximum of relaxed SIMD, which
// may lose a NaN; there the third puts it back.
#define AT_MOST(x, limit) ((x) > (limit) ? (limit) : (x))
#define AT_LEAST(x, limit) ((x) < (limit) ? (limit) : (x))
#if defined(__wasm_relaxed_simd__)
#define OR_NAN(y, x) FN(from_bits)(FN(bits)(y) | -(BITS_T)((x) != (x)))
#else
#define OR_NAN(y, x) (y)
#endif

// x = n ln2 + r with n an integer and |r| <= ln2 / 2: the reduction of Cody and Waite (1980). Adding 1.5 * 2^mantissa
// rounds to an integer and leaves it in the low bits: there `exponent` holds n + bias.
typedef struct {
  REAL r;
  BITS_T exponent;
} FN(Reduced);
INLINE FN(Reduced) FN(reduce_exp)(REAL x, int bias) {
  REAL magic = (REAL)1.5 * TWO_MANTISSA + bias;
  REAL shifted = x * LOG2_E + magic;
  REAL n = shifted - magic;
  return (FN(Reduced)){(x - n * LN2_HIGH) - n * LN2_LOW, FN(bits)(shifted)};
}

// 2^(n - EXPONENT_BIAS) from n in the low bits.
INLINE REAL FN(power)(BITS_T n) { return FN(from_bits)(n << MANTISSA_BITS); }

// e^r - 1
INLINE REAL FN(expm1_reduced)(REAL r) {
  REAL z = r * r;
  return r + z * FN(exp_tail)(r, z);
}

// For EXP_UNDERFLOW <= x <= EXP_OVERFLOW. Two factors 2^(n/2) reach everything from subnormal results to infinity, and
// only the second product rounds.
INLINE REAL FN(exp_clamped)(REAL x) {
  FN(Reduced) e = FN(reduce_exp)(x, 2 * EXPONENT_BIAS);
  BITS_T half = e.exponent >> 1;
  return (1 + FN(expm1_reduced)(e.r)) * FN(power)(half) * FN(power)(e.exponent - half);
}

INLINE REAL FN(exp)(REAL x) {
  REAL c = AT_MOST(x, EXP_OVERFLOW);
  REAL y = FN(exp_clamped)(AT_LEAST(c, EXP_UNDERFLOW));
  return OR_NAN(y, x);
}

// e^-|x|
INLINE REAL FN(exp_decay)(REAL x) {
  REAL c = -FN(abs)(x);
  REAL y = FN(exp_clamped)(AT_LEAST(c, EXP_UNDERFLOW));
  return OR_NAN(y, x);
}

INLINE REAL FN(expm1)(REAL x) {
  REAL c = AT_MOST(x, EXP_OVERFLOW);
  c = AT_LEAST(c, EXPM1_IS_MINUS_ONE);
  FN(Reduced) e = FN(reduce_exp)(c, EXPONENT_BIAS - 1);
  REAL half = FN(power)(e.exponent); // 2^(n - 1), because 2^n may be infinite
  REAL y = 2 * (half * FN(expm1_reduced)(e.r) + (half - (REAL)0.5));
  y = OR_NAN(y, x);
  return FN(abs)(x) < HALF_ULP ? x : y;
}

// Near zero a polynomial; from 0.55, where tanh |x| >= 1/2, 1 - 2 / (e^2|x| + 1).
INLINE REAL FN(tanh)(REAL x) {
  REAL a = FN(abs)(x), z = a * a;
  REAL near = a + a * z * FN(tanh_near)(z);
  REAL c = AT_MOST(a, TANH_IS_ONE);
  FN(Reduced) e = FN(reduce_exp)(c + c, EXPONENT_BIAS);
  REAL power = FN(power)(e.exponent);
  REAL far = 1 - 2 / ((1 + power) + power * FN(expm1_reduced)(e.r));
  return FN(with_sign)(a < (REAL)0.55 ? near : OR_NAN(far, x), x);
}

// 1 / (1 + e) or e / (1 + e) with e = e^-|x|; the rounding error of 1 + e is put back.
INLINE REAL FN(sigmoid)(REAL x) {
  REAL e = FN(exp_decay)(x);
  REAL d = 1 + e, lost = e - (d - 1);
  REAL y = (x < 0 ? e : 1) / d;
  return y - y * lost;
}

// log((1 + f) 2^n) + c for small c, sqrt(1/2) <= 1 + f < sqrt(2), with s = f / (2 + f):
// log(1 + f) = 2 atanh(s) = f - f²/2 + s (f²/2 + s² tail(s²)).
INLINE REAL FN(log_reduced)(REAL f, REAL n, REAL c) {
  REAL s = f / (2 + f), z = s * s, h = (REAL)0.5 * f * f;
  REAL tail = z * FN(log_tail)(z);
  return n * LN2_HIGH + (f - (h - (s * (h + tail) + (c + n * LN2_LOW))));
}

// x = m 2^n with sqrt(1/2) <= m < sqrt(2), for normal positive x. Also 2^-n, exact while it is normal.
typedef struct { REAL m, n, inverse_power; } FN(Scaled);
INLINE FN(Scaled) FN(reduce_log)(REAL x) {
  BITS_T half = FN(bits)(SQRT_HALF), one = FN(bits)(1);
  BITS_T shifted = FN(bits)(x) + (one - half);
  BITS_T exponent = shifted >> MANTISSA_BITS;
  REAL m = FN(from_bits)((shifted & (((BITS_T)1 << MANTISSA_BITS) - 1)) + half);
  REAL n = FN(from_bits)(exponent | FN(bits)(TWO_MANTISSA)) - (TWO_MANTISSA + EXPONENT_BIAS);
  return (FN(Scaled)){m, n, FN(from_bits)((2 * EXPONENT_BIAS - exponent) << MANTISSA_BITS)};
}

INLINE REAL FN(log)(REAL x) {
  _Bool subnormal = x < MIN_NORMAL;
  FN(Scaled) a = FN(reduce_log)(subnormal ? x * (TWO_MANTISSA * 4) : x);
  REAL y = FN(log_reduced)(a.m - 1, subnormal ? a.n - (MANTISSA_BITS + 2) : a.n, 0);
  return x > 0 ? (x < INFINITE ? y : x) : (x == 0 ? -INFINITE : NOT_A_NUMBER);
}

// With u = 1 + x rounded and `lost` what rounding lost: log(u) + lost / u.
INLINE REAL FN(log1p)(REAL x) {
  REAL u = 1 + x;
  REAL lost = FN(abs)(x) < 1 ? x - (u - 1) : 1 - (u - x);
  FN(Scaled) a = FN(reduce_log)(u);
  REAL f = a.m - 1;
  REAL c = lost * a.inverse_power * (1 - f + f * f);
  REAL y = FN(log_reduced)(f, a.n, u < TWO_MANTISSA * 4 ? c : 0);
  y = x == 0 ? x : y;
  return x > -1 ? (x < INFINITE ? y : x) : (x == -1 ? -INFINITE : NOT_A_NUMBER);
}

// max(x, 0) + log(1 + e) with e = e^-|x|. For large e, (1 + e) / 2 - 1 = (e - 1) / 2.
INLINE REAL FN(softplus)(REAL x) {
  REAL e = FN(exp_decay)(x);
  _Bool large = e > (REAL)0.4140625;
  REAL y = FN(log_reduced)(large ? (REAL)0.5 * e - (REAL)0.5 : e, large ? 1 : 0, 0);
  return (x > 0 ? x : 0) + y;
}

INLINE REAL FN(erf)(REAL x) {
  REAL a = FN(abs)(x);
  a = AT_MOST(a, ERF_IS_ONE);
  REAL near = a + a * FN(erf_near)(a * a);
  FN(Reduced) e = FN(reduce_exp)(FN(log_erfc)(a), EXPONENT_BIAS);
  REAL far = 1 - (1 + FN(expm1_reduced)(e.r)) * FN(power)(e.exponent);
  return FN(with_sign)(a < 1 ? near : OR_NAN(far, x), x);
}

INLINE REAL FN(floor)(REAL x) { return FLOOR_(x); }
INLINE REAL FN(ceil)(REAL x) { return CEIL_(x); }
INLINE REAL FN(round)(REAL x) { return ROUND_(x); }

// sin(r + quadrant * pi / 2) for |r| <= pi / 4.
INLINE REAL FN(sin_in_quadrant)(REAL r, BITS_T quadrant) {
  REAL z = r * r;
  REAL sine = r + (r * z) * FN(sine_tail)(z);
  REAL cosine = (1 - (REAL)0.5 * z) + (z * z) * FN(cosine_tail)(z);
  REAL y = quadrant & 1 ? cosine : sine;
  return FN(from_bits)(FN(bits)(y) ^ ((quadrant & 2) << (8 * sizeof(REAL) - 2)));
}
