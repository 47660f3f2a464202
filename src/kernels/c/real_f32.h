// Makes the template headers define their functions for f32: the type, its format, and the polynomials of math.h.
#include "real_end.h"
#define REAL float
#define BITS_T uint32_t
#define SUFFIX f32
#define SQRT __builtin_sqrtf
#define FLOOR_ __builtin_floorf
#define CEIL_ __builtin_ceilf
#define ROUND_ __builtin_rintf

#define MANTISSA_BITS 23
#define EXPONENT_BIAS 127
#define TWO_MANTISSA 0x1p23f
#define MIN_NORMAL 0x1p-126f
#define SQRT_HALF 0x1.6a09e6p-1f
#define HALF_ULP 0x1p-24f

#define LOG2_E 0x1.715476p+0f
#define LN2_HIGH 0x1.62e4p-1f //           15 bits: products with exponents are exact
#define LN2_LOW 0x1.7f7d1cp-20f
#define EXP_OVERFLOW 89.0f //              e^x is infinite from here
#define EXP_UNDERFLOW -104.0f //           and zero from here
#define EXPM1_IS_MINUS_ONE -20.0f
#define TANH_IS_ONE 10.0f
#define ERF_IS_ONE 4.0f

#ifndef TUTTI_POLYNOMIALS_F32
#define TUTTI_POLYNOMIALS_F32
// Minimax polynomials (Remez); the bounds are relative errors of the function they serve.

// (e^r - 1 - r) / r² on |r| <= ln2 / 2. e^r: 2^-28.2, e^r - 1: 2^-26.1.
INLINE float exp_tail_f32(float r, float z) {
  float a = 0x1.fffffep-2f + 0x1.5554bp-3f * r;
  float b = 0x1.555674p-5f + 0x1.122776p-7f * r;
  return a + z * (b + z * 0x1.6bec0cp-10f);
}

// (tanh(a) / a - 1) / z for a <= 0.55, z = a². 2^-24.6.
INLINE float tanh_near_f32(float z) {
  return (-0x1.555452p-2f + 0x1.10cee6p-3f * z) + (z * z) * (-0x1.af7b0cp-5f + 0x1.0d4956p-6f * z);
}

// (2 atanh(s) / s - 2) / z, z = s², for (1 + s) / (1 - s) between sqrt(1/2) and sqrt(2). log: 2^-30.2.
INLINE float log_tail_f32(float z) {
  return 0x1.55557ap-1f + z * (0x1.995e9cp-2f + z * 0x1.31e678p-2f);
}

// erf(a) / a - 1 for a <= 1, z = a². 2^-24.6.
INLINE float erf_near_f32(float z) {
  float a = 0x1.06eba2p-3f - 0x1.812674p-2f * z;
  float b = 0x1.ce0942p-4f - 0x1.b5a35cp-6f * z;
  float c = 0x1.4246cep-8f - 0x1.273f9cp-11f * z;
  float w = z * z;
  return a + w * (b + w * c);
}

// log(1 - erf(a)) for 1 <= a <= 4. erf: 2^-29.8.
INLINE float log_erfc_f32(float a) {
  float z = a * a;
  float p = 0x1.6541acp-6f - 0x1.814be8p-9f * a + 0x1.852bb2p-13f * z;
  return (-0x1.72f01p-12f - 0x1.2085bp+0f * a) + z * ((-0x1.46c58cp-1f - 0x1.a60a48p-4f * a) + z * p);
}
#endif
