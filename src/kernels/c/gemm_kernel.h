// One tile of C in registers. Template over REAL.

#undef LANES
#define LANES (TILE_BYTES / sizeof(REAL))

typedef REAL FN(vector) __attribute__((vector_size(TILE_BYTES), aligned(sizeof(REAL)), may_alias));

// What a tile reads and writes: C = alpha A B + beta C on the `rows` x `columns` that exist of it. Element (i, p) of A
// lies at a[i * a_row + p * a_step], row p of B at b[p * b_step].
typedef struct {
  const REAL *a, *b;
  size_t depth, a_row, a_step, b_step;
  REAL alpha, beta;
  REAL* c;
  size_t ldc, rows, columns;
} FN(tile);

// sum + x y. LLVM does not fuse across statements, and only fused is relaxed SIMD worth having.
INLINE FN(vector) FN(multiply_add)(FN(vector) x, FN(vector) y, FN(vector) sum) {
#if defined(__wasm_relaxed_simd__)
  typedef float f32x4 __attribute__((vector_size(16)));
  typedef double f64x2 __attribute__((vector_size(16)));
  if (sizeof(REAL) == 8) return (FN(vector))__builtin_wasm_relaxed_madd_f64x2((f64x2)x, (f64x2)y, (f64x2)sum);
  return (FN(vector))__builtin_wasm_relaxed_madd_f32x4((f32x4)x, (f32x4)y, (f32x4)sum);
#else
  return sum + x * y;
#endif
}

INLINE FN(vector) FN(in_all_lanes)(REAL x) { return x - (FN(vector)){0}; }

// Every call has its own constants `height` and `vectors`, so that the sums are registers.
INLINE void FN(multiply_tile)(size_t height, size_t vectors, const FN(tile)* tile, size_t a_row, size_t a_step) {
  const REAL *a = tile->a, *b = tile->b;
  size_t b_step = tile->b_step;
  FN(vector) sum[TILE_ROWS * TILE_VECTORS > ROW_VECTORS ? TILE_ROWS * TILE_VECTORS : ROW_VECTORS], row[ROW_VECTORS];
  UNROLLED for (size_t i = 0; i < height * vectors; i++) sum[i] = (FN(vector)){0};
  for (size_t p = tile->depth; p > 0; p--, a += a_step, b += b_step) {
    UNROLLED for (size_t v = 0; v < vectors; v++) row[v] = *(const FN(vector)*)(b + v * LANES);
    UNROLLED for (size_t i = 0; i < height; i++) {
      FN(vector) x = FN(in_all_lanes)(a[i * a_row]);
      UNROLLED for (size_t v = 0; v < vectors; v++)
        sum[i * vectors + v] = FN(multiply_add)(x, row[v], sum[i * vectors + v]);
    }
  }
  REAL alpha = tile->alpha, beta = tile->beta, *c = tile->c;
  if (tile->rows == height && tile->columns == vectors * LANES) {
    UNROLLED for (size_t i = 0; i < height; i++, c += tile->ldc) UNROLLED for (size_t v = 0; v < vectors; v++) {
      FN(vector)* to = (FN(vector)*)(c + v * LANES);
      *to = beta == 0 ? alpha * sum[i * vectors + v] : alpha * sum[i * vectors + v] + beta * *to;
    }
    return;
  }
  REAL edge[TILE_ROWS * TILE_VECTORS * LANES];
  UNROLLED for (size_t i = 0; i < height * vectors; i++) *(FN(vector)*)(edge + i * LANES) = alpha * sum[i];
  const REAL* from = edge;
  for (size_t i = 0; i < tile->rows; i++, c += tile->ldc, from += vectors * LANES) {
    size_t j = 0;
    for (; j + 4 <= tile->columns; j += 4) {
      FN(quad) four = *(const FN(quad)*)(from + j);
      if (beta != 0) four += beta * *(FN(quad)*)(c + j);
      *(FN(quad)*)(c + j) = four;
    }
    for (; j < tile->columns; j++) c[j] = beta == 0 ? from[j] : from[j] + beta * c[j];
  }
}

// The kernel for the part of the tile that exists.
static void FN(run_tile)(const FN(tile)* tile) {
  int tall = tile->rows > TILE_ROWS / 2, wide = tile->columns > LANES;
  if (tile->columns == ROW_VECTORS * LANES) {
    FN(multiply_tile)(1, ROW_VECTORS, tile, 1, tile->a_step);
  } else if (tile->a_row == 1) {
    if (tall && wide) FN(multiply_tile)(TILE_ROWS, TILE_VECTORS, tile, 1, tile->a_step);
    else if (tall) FN(multiply_tile)(TILE_ROWS, 1, tile, 1, tile->a_step);
    else if (wide) FN(multiply_tile)(TILE_ROWS / 2, TILE_VECTORS, tile, 1, tile->a_step);
    else FN(multiply_tile)(TILE_ROWS / 2, 1, tile, 1, tile->a_step);
  } else {
    if (tall && wide) FN(multiply_tile)(TILE_ROWS, TILE_VECTORS, tile, tile->a_row, 1);
    else if (tall) FN(multiply_tile)(TILE_ROWS, 1, tile, tile->a_row, 1);
    else if (wide) FN(multiply_tile)(TILE_ROWS / 2, TILE_VECTORS, tile, tile->a_row, 1);
    else FN(multiply_tile)(TILE_ROWS / 2, 1, tile, tile->a_row, 1);
  }
}
