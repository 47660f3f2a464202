// Sine and cosine. Small arguments are reduced like those of exp, without branches; from LARGE on, where that would lose
// bits, one at a time by the method of Payne and Hanek (1983).

// |x| < 2^20 pi / 2: the quadrant then has 20 bits, and its products with 33-bit parts of pi / 2 are exact.
#define LARGE 1647099.0

typedef struct {
  double r; //          x - quadrant * pi / 2, at most pi / 4 in magnitude
  uint64_t quadrant; // modulo 4
} Angle;

INLINE Angle reduce_angle(double x) {
  double shifted = x * 0x1.45f306dc9c883p-1 + 0x1.8p52, n = shifted - 0x1.8p52;
  double r = ((x - n * 0x1.921fb54400000p+0) - n * 0x1.0b4611a600000p-34) - n * 0x1.3198a2e037073p-69;
  return (Angle){r, bits_f64(shifted)};
}

// |x| = m 2^e with integer m: of the bits of 2 / pi only 192 matter, those before them add multiples of four quadrants.
static Angle reduce_large_angle(double x) {
  static const uint32_t two_over_pi[] = {
      0x00000000, 0x00000000, 0xa2f9836e, 0x4e441529, 0xfc2757d1, 0xf534ddc0, 0xdb629599, 0x3c439041,
      0xfe5163ab, 0xdebbc561, 0xb7246e3a, 0x424dd2e0, 0x06492eea, 0x09d1921c, 0xfe1deb1c, 0xb129a73e,
      0xe88235f5, 0x2ebb4484, 0xe99c7026, 0xb45f7e41, 0x3991d639, 0x835339f4, 0x9c845f8b, 0xbdf9283b,
      0x1ff897ff, 0xde05980f, 0xef2f118b, 0x5a0a6d1f, 0x6d367ecf, 0x27cb09b7, 0x4f463f66, 0x9e5fea2d,
      0x7527bac7, 0xebe5f17b, 0x3d0739f7, 0x8a5292ea, 0x6bfb5fb1, 0x1f8d5d08, 0x56033046,
  };
  uint64_t bits = bits_f64(x), m = (bits & 0x000fffffffffffff) | 0x0010000000000000;
  unsigned first = (unsigned)(bits >> 52 & 0x7ff) - 1075 - 2 + 64, shift = first % 32;
  const uint32_t* w = two_over_pi + first / 32;

  // The low 192 bits of the product, most significant first: two bits of quadrant, then the fraction of a quadrant.
  uint32_t product[6] = {0};
  for (int i = 0; i < 2; i++) {
    uint64_t carry = 0, digit = (uint32_t)(m >> 32 * i);
    for (int j = 5; j >= i; j--) {
      uint32_t window = (uint32_t)(((uint64_t)w[j] << 32 | w[j + 1]) << shift >> 32);
      carry += digit * window + product[j - i];
      product[j - i] = (uint32_t)carry;
      carry >>= 32;
    }
  }
  uint64_t quadrant = product[0] >> 30;
  uint64_t high = ((uint64_t)product[0] << 32 | product[1]) << 2 | product[2] >> 30;
  uint64_t low = ((uint64_t)product[2] << 32 | product[3]) << 2 | product[4] >> 30;

  // A fraction above one half is the next quadrant less the rest.
  uint64_t above = high >> 63;
  if (above) {
    quadrant++;
    low = ~low;
    high = ~high;
  }
  // No double is closer to a multiple of pi / 2 than 2^-62, so `high` has a bit set.
  int zeros = __builtin_clzll(high);
  if (zeros) high = high << zeros | low >> (64 - zeros);
  double f = (double)(high >> 11) * 0x1p11, rest = (double)(high & 0x7ff);
  double r = f * 0x1.921fb54442d18p+0 + (f * 0x1.1a62633145c07p-54 + rest * 0x1.921fb54442d18p+0);
  r *= from_bits_f64((uint64_t)(1023 - 64 - zeros) << 52);
  return (Angle){(bits >> 63) ^ above ? -r : r, bits >> 63 ? -quadrant : quadrant};
}
