// How matrix products are cut up for the registers and caches of the target.
#ifndef TUTTI_GEMM_TILE_H
#define TUTTI_GEMM_TILE_H

#include "platform.h"

// A tile of C stays in registers: TILE_ROWS x TILE_VECTORS sums, beside the vectors of one row of B and one element of
// A in all lanes. Eight sums already hide the latency of multiply-add on two units; more would not fit everywhere.
#if defined(__AVX512F__)
#define TILE_BYTES 64
#define TILE_ROWS 8
#define BLOCK_DEPTH 192
#elif defined(__AVX__)
#define TILE_BYTES 32
#define TILE_ROWS 6
#define BLOCK_DEPTH 256
#elif defined(__aarch64__)
#define TILE_BYTES 16
#define TILE_ROWS 8
#define BLOCK_DEPTH 256
#else
#define TILE_BYTES 16
#define TILE_ROWS 4
#define BLOCK_DEPTH 256
#endif
#define TILE_VECTORS 2

// Products with one row take wider tiles, and dot products several rows at once.
#define ROW_VECTORS 8
#define DOT_ROWS 4

// BLOCK_DEPTH rows of one tile of B stay in the first-level cache, this much of A in the second.
#define BLOCK_A_BYTES (256 * 1024)

// The copies of A and B that are being multiplied: a pair for every thread, because ranks of one process share the code.
#if defined(__wasm__)
#define PER_THREAD
#else
#define PER_THREAD _Thread_local
#endif
static PER_THREAD struct {
  char a[BLOCK_A_BYTES];
  char b[BLOCK_DEPTH * TILE_BYTES * TILE_VECTORS];
} __attribute__((aligned(64))) gemm_copies;

// Elements of two vectors of four, numbered from 0 to 7.
#if defined(__clang__) || __GNUC__ >= 12
#define SHUFFLE4(x, y, i, j, k, l) __builtin_shufflevector(x, y, i, j, k, l)
#else
typedef int32_t gemm_lanes_f32 __attribute__((vector_size(16)));
typedef int64_t gemm_lanes_f64 __attribute__((vector_size(32)));
#define SHUFFLE4(x, y, i, j, k, l) __builtin_shuffle(x, y, (PASTE(gemm_lanes, SUFFIX)){i, j, k, l})
#endif

INLINE size_t smaller(size_t x, size_t y) { return x < y ? x : y; }

#endif
