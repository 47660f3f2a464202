// Makes the template headers define their functions for f64: the type and its format.
#include "real_end.h"
#define REAL double
#define BITS_T uint64_t
#define REAL_BYTES 8
#define SUFFIX f64
#define SQRT __builtin_sqrt
#define FLOOR_ __builtin_floor
#define CEIL_ __builtin_ceil
#define ROUND_ __builtin_rint

#define MANTISSA_BITS 52
#define EXPONENT_BIAS 1023
#define TWO_MANTISSA 0x1p52
#define MIN_NORMAL 0x1p-1022
#define SQRT_HALF 0x1.6a09e667f3bcdp-1
#define HALF_ULP 0x1p-53

#define LOG2_E 0x1.71547652b82fep+0
#define LN2_HIGH 0x1.62e42fefa38p-1 //     42 bits: products with exponents are exact
#define LN2_LOW 0x1.ef35793c7673p-45
#define EXP_OVERFLOW 710.0 //              e^x is infinite from here
#define EXP_UNDERFLOW -746.0 //            and zero from here
#define EXPM1_IS_MINUS_ONE -40.0
#define TANH_IS_ONE 22.0
#define ERF_IS_ONE 6.0
