// Copies of parts of A and B in the order in which tiles read them. Template over REAL.
//
// A panel is depth x width: for each step of the inner dimension `width` neighbours. Only `count` of them exist; what
// the others hold is arbitrary, for no tile mixes neighbours.

typedef REAL FN(quad) __attribute__((vector_size(4 * sizeof(REAL)), aligned(sizeof(REAL)), may_alias));

// From neighbours that lie side by side: element (p, i) at x[p * ld + i].
INLINE void FN(pack_rows)(size_t width, size_t count, size_t depth, const REAL* x, size_t ld, REAL* panel) {
  // Whole rows of `width` may run on into the next row of x, except where x ends.
  size_t last = (width - count + ld - 1) / ld, whole = depth > last ? depth - last : 0, p = 0;
  for (; p < whole; p++, x += ld, panel += width) __builtin_memcpy(panel, x, width * sizeof(REAL));
  for (; p < depth; p++, x += ld, panel += width)
    for (size_t i = 0; i < count; i++) panel[i] = x[i];
}

// From neighbours that lie `ld` apart: element (p, i) at x[i * ld + p]. Four by four are transposed in registers.
INLINE void FN(pack_columns)(size_t width, size_t count, size_t depth, const REAL* x, size_t ld, REAL* panel) {
  size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    const REAL *x0 = x + i * ld, *x1 = x0 + ld, *x2 = x1 + ld, *x3 = x2 + ld;
    REAL* y = panel + i;
    size_t p = 0;
    for (; p + 4 <= depth; p += 4, y += 4 * width) {
      FN(quad) r0 = *(const FN(quad)*)(x0 + p), r1 = *(const FN(quad)*)(x1 + p);
      FN(quad) r2 = *(const FN(quad)*)(x2 + p), r3 = *(const FN(quad)*)(x3 + p);
      FN(quad) low01 = SHUFFLE4(r0, r1, 0, 4, 1, 5), high01 = SHUFFLE4(r0, r1, 2, 6, 3, 7);
      FN(quad) low23 = SHUFFLE4(r2, r3, 0, 4, 1, 5), high23 = SHUFFLE4(r2, r3, 2, 6, 3, 7);
      *(FN(quad)*)y = SHUFFLE4(low01, low23, 0, 1, 4, 5);
      *(FN(quad)*)(y + width) = SHUFFLE4(low01, low23, 2, 3, 6, 7);
      *(FN(quad)*)(y + 2 * width) = SHUFFLE4(high01, high23, 0, 1, 4, 5);
      *(FN(quad)*)(y + 3 * width) = SHUFFLE4(high01, high23, 2, 3, 6, 7);
    }
    for (; p < depth; p++, y += width) {
      y[0] = x0[p];
      y[1] = x1[p];
      y[2] = x2[p];
      y[3] = x3[p];
    }
  }
  for (; i < count; i++)
    for (size_t p = 0; p < depth; p++) panel[p * width + i] = x[i * ld + p];
}

INLINE void FN(pack)(int side_by_side, size_t width, size_t count, size_t depth, const REAL* x, size_t ld, REAL* panel) {
  if (side_by_side) FN(pack_rows)(width, count, depth, x, ld, panel);
  else FN(pack_columns)(width, count, depth, x, ld, panel);
}
