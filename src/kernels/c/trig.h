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

// High half of a 128-bit product.
static uint64_t multiply_high(uint64_t a, uint64_t b) {
  uint64_t a0 = (uint32_t)a, a1 = a >> 32, b0 = (uint32_t)b, b1 = b >> 32;
  uint64_t middle = a1 * b0 + (a0 * b0 >> 32), other = a0 * b1 + (uint32_t)middle;
  return a1 * b1 + (middle >> 32) + (other >> 32);
}

// |x| = m 2^e with integer m: of the bits of 2 / pi only 192 matter, those before them add multiples of four quadrants.
static Angle reduce_large_angle(double x) {
  static const uint64_t two_over_pi[] = {
    0x0000000000000000, 0xa2f9836e4e441529, 0xfc2757d1f534ddc0, 0xdb6295993c439041,
    0xfe5163abdebbc561, 0xb7246e3a424dd2e0, 0x06492eea09d1921c, 0xfe1deb1cb129a73e,
    0xe88235f52ebb4484, 0xe99c7026b45f7e41, 0x3991d639835339f4, 0x9c845f8bbdf9283b,
    0x1ff897ffde05980f, 0xef2f118b5a0a6d1f, 0x6d367ecf27cb09b7, 0x4f463f669e5fea2d,
    0x7527bac7ebe5f17b, 0x3d0739f78a5292ea, 0x6bfb5fb11f8d5d08, 0x56033046fc7b6bab,
  };
  uint64_t bits = bits_f64(x), m = (bits & 0x000fffffffffffff) | 0x0010000000000000;
  unsigned first = (unsigned)(bits >> 52 & 0x7ff) - 1075 - 2 + 64, shift = first % 64;
  const uint64_t* w = two_over_pi + first / 64;
  uint64_t window[3];
  for (int i = 0; i < 3; i++) window[i] = shift ? w[i] << shift | w[i + 1] >> (64 - shift) : w[i];

  // The low 192 bits of m * window: two bits of quadrant, then the fraction of a quadrant.
  uint64_t p2 = m * window[2], p1 = m * window[1] + multiply_high(m, window[2]);
  uint64_t p0 = m * window[0] + multiply_high(m, window[1]) + (p1 < m * window[1]);
  uint64_t high = p0 << 2 | p1 >> 62, low = p1 << 2 | p2 >> 62, quadrant = p0 >> 62;
  int nearest_above = high >> 63;
  if (nearest_above) {
    quadrant++;
    low = -low;
    high = ~high + (low == 0);
  }
  double scale = 0x1p-64;
  if (high == 0) {
    high = low;
    low = 0;
    scale = 0x1p-128;
  }
  int zeros = high ? __builtin_clzll(high) : 0;
  if (zeros) high = high << zeros | low >> (64 - zeros);
  double f = (double)(high >> 11) * 0x1p11, rest = (double)(high & 0x7ff);
  double r = f * 0x1.921fb54442d18p+0 + (f * 0x1.1a62633145c07p-54 + rest * 0x1.921fb54442d18p+0);
  r *= scale * from_bits_f64((uint64_t)(1023 - zeros) << 52);
  int negative = (bits >> 63) ^ (uint64_t)nearest_above;
  return (Angle){negative ? -r : r, bits >> 63 ? -quadrant : quadrant};
}

// sin(r + quadrant * pi / 2). Minimax polynomials, relative errors 2^-57.9 and 2^-63.9.
INLINE double sin_angle_f64(Angle a) {
  double r = a.r, z = r * r, w = z * z;
  double s0 = -0x1.5555555555548p-3 + 0x1.111111110f7c9p-7 * z;
  double s1 = -0x1.a01a019bfd115p-13 + 0x1.71de35670d26dp-19 * z;
  double s2 = -0x1.ae5e59f1f3e7cp-26 + 0x1.5d8fa22dc08f2p-33 * z;
  double sine = r + (r * z) * (s0 + w * (s1 + w * s2));
  double c0 = 0x1.555555555554bp-5 - 0x1.6c16c16c14f8ap-10 * z;
  double c1 = 0x1.a01a019c838bfp-16 - 0x1.27e4f7ea34083p-22 * z;
  double c2 = 0x1.1ee9d750381e1p-29 - 0x1.8fa464c0c3f0cp-37 * z;
  double cosine = (1 - 0.5 * z) + w * (c0 + w * (c1 + w * c2));
  double y = a.quadrant & 1 ? cosine : sine;
  return from_bits_f64(bits_f64(y) ^ (a.quadrant & 2) << 62);
}

// The same with relative errors 2^-27.9 and 2^-33.0.
INLINE double sin_angle_f32(Angle a) {
  float r = (float)a.r, z = r * r;
  float sine = r + (r * z) * (-0x1.555546p-3f + z * (0x1.11073ap-7f + z * -0x1.994388p-13f));
  float cosine = (1 - 0.5f * z) + (z * z) * (0x1.55554ap-5f + z * (-0x1.6c0c32p-10f + z * 0x1.99eb4cp-16f));
  float y = a.quadrant & 1 ? cosine : sine;
  return a.quadrant & 2 ? -y : y;
}
