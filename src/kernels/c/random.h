// Counter-based random numbers: Philox4x32-10 (Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3",
// SC 2011). The key is the seed; the counter is (block, stream), and each block gives four 32-bit words.

typedef struct { uint32_t word[4]; } Block;

static Block philox(uint64_t block, uint64_t stream, uint64_t seed) {
  uint32_t c0 = (uint32_t)block, c1 = (uint32_t)(block >> 32), c2 = (uint32_t)stream, c3 = (uint32_t)(stream >> 32);
  uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
  for (int round = 0; round < 10; round++) {
    uint64_t p0 = (uint64_t)0xD2511F53u * c0, p1 = (uint64_t)0xCD9E8D57u * c2;
    c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
    c1 = (uint32_t)p1;
    c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
    c3 = (uint32_t)p0;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  return (Block){{c0, c1, c2, c3}};
}

#define PHILOX_PARAMETERS int seed_low, int seed_high, int stream_low, int stream_high, int first_low, int first_high
#define JOIN(name) ((uint64_t)(uint32_t)name##_high << 32 | (uint32_t)name##_low)

EXPORT void philox_bits(size_t n, PHILOX_PARAMETERS, uint32_t* y) {
  for (size_t i = 0; i < n; i++) {
    uint64_t e = JOIN(first) + i;
    y[i] = philox(e >> 2, JOIN(stream), JOIN(seed)).word[e & 3];
  }
}

EXPORT void philox_uniform_f64(size_t n, PHILOX_PARAMETERS, double* y) {
  for (size_t i = 0; i < n; i++) {
    uint64_t e = JOIN(first) + i;
    Block w = philox(e >> 1, JOIN(stream), JOIN(seed));
    uint64_t bits = (uint64_t)w.word[2 * (e & 1) + 1] << 32 | w.word[2 * (e & 1)];
    y[i] = (double)(bits >> 11) * 0x1p-53;
  }
}

EXPORT void philox_uniform_f32(size_t n, PHILOX_PARAMETERS, float* y) {
  for (size_t i = 0; i < n; i++) {
    uint64_t e = JOIN(first) + i;
    y[i] = (float)(philox(e >> 2, JOIN(stream), JOIN(seed)).word[e & 3] >> 8) * 0x1p-24f;
  }
}

// Box and Muller (1958).
EXPORT void philox_normal_f64(size_t n, PHILOX_PARAMETERS, double* y) {
  for (size_t i = 0; i < n; i++) {
    uint64_t e = JOIN(first) + i;
    Block w = philox(e >> 1, JOIN(stream), JOIN(seed));
    uint64_t a = (uint64_t)w.word[1] << 32 | w.word[0], b = (uint64_t)w.word[3] << 32 | w.word[2];
    double radius = __builtin_sqrt(-2.0 * log_f64((double)((a >> 11) + 1) * 0x1p-53));
    double angle = (double)(b >> 11) * 0x1p-53 * 0x1.921fb54442d18p2;
    y[i] = radius * sin_small_f64(angle, e & 1 ? 0 : 1);
  }
}

EXPORT void philox_normal_f32(size_t n, PHILOX_PARAMETERS, float* y) {
  for (size_t i = 0; i < n; i++) {
    uint64_t e = JOIN(first) + i;
    Block w = philox(e >> 2, JOIN(stream), JOIN(seed));
    uint32_t a = w.word[e & 2], b = w.word[(e & 2) + 1];
    double radius = __builtin_sqrt(-2.0 * log_f64(((double)a + 1.0) * 0x1p-32));
    double angle = (double)b * 0x1p-32 * 0x1.921fb54442d18p2;
    y[i] = (float)(radius * sin_small_f64(angle, e & 1 ? 0 : 1));
  }
}
