// Makes the template headers define their functions for f32: the type and its format.
#include "real_end.h"
#define REAL float
#define BITS_T uint32_t
#define REAL_BYTES 4
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
