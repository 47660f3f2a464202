// Matrix product C = alpha op(A) op(B) + beta C by packed panels and register tiles, after Goto and van de Geijn,
// "Anatomy of High-Performance Matrix Multiplication" (2008). Template over REAL.
//
// Every element of C sums its products in the order of the inner dimension, in blocks of BLOCK_DEPTH, wherever it lies:
// the bits of op(A) op(B) depend neither on alignment nor on how many rows are computed together.
#include "gemm_tile.h"
#include "gemm_pack.h"
#include "gemm_kernel.h"
#include "gemv.h"

// Copies rows x depth of op(A) into panels of TILE_ROWS rows; the last may have half of that.
static void FN(pack_a)(int trans, size_t rows, size_t depth, const REAL* a, size_t lda, REAL* panels) {
  size_t next_row = trans ? 1 : lda;
  for (; rows > TILE_ROWS / 2; rows -= smaller(rows, TILE_ROWS), a += TILE_ROWS * next_row, panels += TILE_ROWS * depth)
    FN(pack)(trans, TILE_ROWS, smaller(rows, TILE_ROWS), depth, a, lda, panels);
  if (rows > 0) FN(pack)(trans, TILE_ROWS / 2, rows, depth, a, lda, panels);
}

// Copies depth x columns of op(B), at most one tile wide.
static void FN(pack_b)(int trans, size_t depth, size_t columns, const REAL* b, size_t ldb, REAL* panel) {
  if (columns > LANES) FN(pack)(!trans, TILE_VECTORS * LANES, columns, depth, b, ldb, panel);
  else FN(pack)(!trans, LANES, columns, depth, b, ldb, panel);
}

EXPORT void FN(gemm)(int trans_a, int trans_b, size_t m, size_t n, size_t k, double alpha, const REAL* a, size_t lda,
                     const REAL* b, size_t ldb, double beta, REAL* c, size_t ldc) {
  if (k == 0 || alpha == 0) {
    for (size_t i = 0; i < m; i++)
      for (size_t j = 0; j < n; j++) c[i * ldc + j] = beta == 0 ? 0 : (REAL)beta * c[i * ldc + j];
    return;
  }
  if (n == 1 && !trans_a && (trans_b || ldb == 1)) {
    FN(multiply_vector)(m, k, (REAL)alpha, a, lda, b, (REAL)beta, c, ldc);
    return;
  }
  if (n == 1 && m > 1 && trans_a && ldc == 1) {
    // A contiguous column of C is a row of its transpose, whose tiles read A as it lies.
    FN(gemm)(!trans_b, 0, 1, m, k, alpha, b, ldb, a, lda, beta, c, m);
    return;
  }
  // A copy pays when it is read often enough, or when neighbours do not lie side by side.
  int copy_a = n > 2 * TILE_VECTORS * LANES, copy_b = m > 2 * TILE_ROWS || trans_b;
  REAL *a_panels = (REAL*)gemm_copies.a, *b_panel = (REAL*)gemm_copies.b;
  size_t a_row = trans_a ? 1 : lda, a_step = trans_a ? lda : 1;
  FN(tile) tile = {.alpha = (REAL)alpha, .beta = (REAL)beta, .ldc = ldc};

  size_t blocks = (k + BLOCK_DEPTH - 1) / BLOCK_DEPTH;
  for (size_t block = 0, p = 0; block < blocks; block++, p += tile.depth, tile.beta = 1) {
    tile.depth = (k - p) / (blocks - block);
    size_t block_rows = BLOCK_A_BYTES / sizeof(REAL) / tile.depth / TILE_ROWS * TILE_ROWS;
    for (size_t i0 = 0; i0 < m; i0 += block_rows) {
      size_t rows = smaller(block_rows, m - i0), whole = rows / TILE_ROWS * TILE_ROWS;
      const REAL* a_block = a + i0 * a_row + p * a_step;
      if (copy_a) FN(pack_a)(trans_a, rows, tile.depth, a_block, lda, a_panels);
      else FN(pack_a)(trans_a, rows - whole, tile.depth, a_block + whole * a_row, lda, a_panels + whole * tile.depth);
      for (size_t j = 0; j < n; j += tile.columns) {
        int row = m == 1 && !trans_b && n - j >= ROW_VECTORS * LANES;
        tile.columns = row ? ROW_VECTORS * LANES : smaller(TILE_VECTORS * LANES, n - j);
        tile.b = trans_b ? b + j * ldb + p : b + p * ldb + j;
        tile.b_step = ldb;
        if (copy_b || tile.columns % LANES != 0) {
          FN(pack_b)(trans_b, tile.depth, tile.columns, tile.b, ldb, b_panel);
          tile.b = b_panel;
          tile.b_step = tile.columns > LANES ? TILE_VECTORS * LANES : LANES;
        }
        for (size_t i = 0; i < rows; i += tile.rows) {
          tile.rows = smaller(TILE_ROWS, rows - i);
          tile.c = c + (i0 + i) * ldc + j;
          if (copy_a || tile.rows < TILE_ROWS) {
            tile.a = a_panels + i * tile.depth;
            tile.a_row = 1;
            tile.a_step = tile.rows > TILE_ROWS / 2 ? TILE_ROWS : TILE_ROWS / 2;
          } else {
            tile.a = a_block + i * a_row;
            tile.a_row = a_row;
            tile.a_step = a_step;
          }
          FN(run_tile)(&tile);
        }
      }
    }
  }
}
