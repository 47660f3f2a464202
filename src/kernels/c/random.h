// Counter-based random numbers: Philox4x32-10 (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as
// 1, 2, 3", 2011). The key is the seed, the counter is (block, stream), and a block gives four words of 32 bits.
//
// The bits are the same on every target. Uniform numbers are made without rounding; normal ones (Box and Muller, 1958)
// with functions of their own below, in which no multiplication and addition may be fused.

#define BLOCKS 64

typedef struct {
  uint32_t word[4][BLOCKS];
} Words;

static void philox(uint64_t block, uint64_t stream, uint64_t seed, Words* words) {
  INDEPENDENT for (uint32_t j = 0; j < BLOCKS; j++) {
    uint32_t c0 = (uint32_t)block + j, c1 = (uint32_t)(block >> 32) + (c0 < j);
    uint32_t c2 = (uint32_t)stream, c3 = (uint32_t)(stream >> 32), k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
    UNROLLED for (int round = 0; round < 10; round++) {
      uint64_t p0 = (uint64_t)0xD2511F53u * c0, p1 = (uint64_t)0xCD9E8D57u * c2;
      c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
      c1 = (uint32_t)p1;
      c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
      c3 = (uint32_t)p0;
      k0 += 0x9E3779B9u;
      k1 += 0xBB67AE85u;
    }
    words->word[0][j] = c0;
    words->word[1][j] = c1;
    words->word[2][j] = c2;
    words->word[3][j] = c3;
  }
}

static void bits_of_words(const Words* w, uint32_t* y) {
  for (size_t j = 0; j < BLOCKS; j++)
    for (size_t k = 0; k < 4; k++) y[4 * j + k] = w->word[k][j];
}

// 53 bits of two words, as an integer: both parts fit the conversion from int32 that every machine has.
INLINE double integer_of_words(uint32_t low, uint32_t high) {
  return (double)(int32_t)(high >> 5) * 0x1p26 + (double)(int32_t)(low >> 6);
}

static void uniform_f64_of_words(const Words* w, double* y) {
  for (size_t j = 0; j < BLOCKS; j++) {
    y[2 * j] = integer_of_words(w->word[0][j], w->word[1][j]) * 0x1p-53;
    y[2 * j + 1] = integer_of_words(w->word[2][j], w->word[3][j]) * 0x1p-53;
  }
}

static void uniform_f32_of_words(const Words* w, float* y) {
  for (size_t j = 0; j < BLOCKS; j++)
    for (size_t k = 0; k < 4; k++) y[4 * j + k] = (float)(int32_t)(w->word[k][j] >> 8) * 0x1p-24f;
}

#include "unfused_begin.h"

#include "real_f64.h"
#undef SUFFIX
#define SUFFIX unfused_f64
#include "polynomials_f64.h"
#include "math.h"
#include "box_muller.h"

static void normal_f64_of_words(const Words* w, double* y) {
  for (size_t j = 0; j < BLOCKS; j++) {
    // In (0, 1] and in quarters of a turn.
    double u = (integer_of_words(w->word[0][j], w->word[1][j]) + 1) * 0x1p-53;
    double turn = integer_of_words(w->word[2][j], w->word[3][j]) * 0x1p-51;
    FN(Pair) z = FN(box_muller)(u, turn);
    y[2 * j] = z.first;
    y[2 * j + 1] = z.second;
  }
}

#include "real_f32.h"
#undef SUFFIX
#define SUFFIX unfused_f32
#include "polynomials_f32.h"
#include "math.h"
#include "box_muller.h"

static void normal_f32_of_words(const Words* w, float* y) {
  for (size_t j = 0; j < BLOCKS; j++)
    for (size_t k = 0; k < 4; k += 2) {
      uint32_t a = w->word[k][j], b = w->word[k + 1][j];
      // All 32 bits for the radius, so that large numbers occur as often as they should.
      float u = ((float)(int32_t)(a >> 16) * 0x1p16f + ((float)(int32_t)(a & 0xffff) + 0.5f)) * 0x1p-32f;
      FN(Pair) z = FN(box_muller)(u, (float)(int32_t)(b >> 8) * 0x1p-22f);
      y[4 * j + k] = z.first;
      y[4 * j + k + 1] = z.second;
    }
}

#include "unfused_end.h"

// Elements `first` ... `first + n - 1` of a sequence in which a block gives `per_block` elements.
#define FILL(type, of_words, per_block)                                                                                \
  uint64_t first = (uint64_t)(uint32_t)first_high << 32 | (uint32_t)first_low;                                         \
  uint64_t stream = (uint64_t)(uint32_t)stream_high << 32 | (uint32_t)stream_low;                                      \
  uint64_t seed = (uint64_t)(uint32_t)seed_high << 32 | (uint32_t)seed_low;                                            \
  Words words;                                                                                                         \
  type elements[per_block * BLOCKS];                                                                                   \
  for (size_t skip = first % per_block, count; n > 0; n -= count, y += count, first += count, skip = 0) {              \
    philox(first / per_block, stream, seed, &words);                                                                   \
    of_words(&words, elements);                                                                                        \
    count = n < per_block * BLOCKS - skip ? n : per_block * BLOCKS - skip;                                             \
    __builtin_memcpy(y, elements + skip, count * sizeof(type));                                                        \
  }

#define PHILOX_PARAMETERS int seed_low, int seed_high, int stream_low, int stream_high, int first_low, int first_high

EXPORT void philox_bits(size_t n, PHILOX_PARAMETERS, uint32_t* y) { FILL(uint32_t, bits_of_words, 4) }
EXPORT void philox_uniform_f64(size_t n, PHILOX_PARAMETERS, double* y) { FILL(double, uniform_f64_of_words, 2) }
EXPORT void philox_uniform_f32(size_t n, PHILOX_PARAMETERS, float* y) { FILL(float, uniform_f32_of_words, 4) }
EXPORT void philox_normal_f64(size_t n, PHILOX_PARAMETERS, double* y) { FILL(double, normal_f64_of_words, 2) }
EXPORT void philox_normal_f32(size_t n, PHILOX_PARAMETERS, float* y) { FILL(float, normal_f32_of_words, 4) }
#undef FILL

// A random order of 0 ... n - 1 (Fisher and Yates): place i changes with one up to it, chosen by 53 of the bits 2 i and 2 i + 1.
// Places are chosen some changes ahead, so that what they hold is on its way from memory.
EXPORT void random_order(size_t n, const uint32_t* bits, int32_t* order) {
  enum { AHEAD = 16 };
  size_t chosen[AHEAD];
  for (size_t i = 0; i < n; i++) order[i] = (int32_t)i;
  for (size_t i = n + AHEAD; i-- > 1;) {
    if (i < n) {
      size_t j = chosen[i % AHEAD];
      int32_t kept = order[i];
      order[i] = order[j];
      order[j] = kept;
    }
    if (i > AHEAD) {
      size_t next = i - AHEAD;
      double fraction = ((double)bits[2 * next] * 0x1p21 + (double)(bits[2 * next + 1] >> 11)) * 0x1p-53;
      size_t j = chosen[next % AHEAD] = (size_t)(fraction * (double)(next + 1));
      __builtin_prefetch(order + j, 1);
    }
  }
}
