// Reduces rows of WIDTH bytes, each `stride` elements after the one before, to one row. Template over REAL and WIDTH.
//
// Sixteen rows are added one after the other, then such sums in pairs, pairs of pairs and so on, so that errors grow like
// log(rows) (Higham, "The accuracy of floating point summation", 1993). The order depends on `rows` alone: a column has
// the same bits whatever the WIDTH it is reduced with, and on every target.
#define W(name) PASTE(FN(name), WIDTH)
#define PART_BYTES (WIDTH < 64 ? WIDTH : 64)
#define PARTS (WIDTH / PART_BYTES)
#define PART_LANES (PART_BYTES / sizeof(REAL))

typedef REAL W(part) __attribute__((vector_size(PART_BYTES), aligned(sizeof(REAL)), may_alias));
typedef BITS_T W(part_bits) __attribute__((vector_size(PART_BYTES), aligned(sizeof(REAL)), may_alias));
typedef struct {
  W(part) part[PARTS];
} W(row);

INLINE W(part) W(combine_part)(int op, W(part) a, W(part) b) {
  if (op == SUM) return a + b;
  if (op == PROD) return a * b;
  W(part_bits) take_b = (W(part_bits))(op == MAX ? b > a : b < a) | (W(part_bits))(b != b);
  return (W(part))(((W(part_bits))b & take_b) | ((W(part_bits))a & ~take_b));
}

INLINE W(row) W(combine_row)(int op, W(row) a, W(row) b) {
  for (size_t k = 0; k < PARTS; k++) a.part[k] = W(combine_part)(op, a.part[k], b.part[k]);
  return a;
}

INLINE W(row) W(load_row)(const REAL* x) {
  W(row) r;
  for (size_t k = 0; k < PARTS; k++) r.part[k] = *(const W(part)*)(x + k * PART_LANES);
  return r;
}

INLINE void W(reduce_rows_by)(int op, size_t rows, const REAL* x, size_t stride, REAL* y) {
  W(row) sums[8 * sizeof(size_t)], row;
  int waiting = 0;
  for (size_t leaf = 0; rows > 0; leaf++) {
    size_t k = rows < 16 ? rows : 16;
    row = W(load_row)(x);
    if (k == 16) {
      UNROLLED for (size_t i = 1; i < 16; i++) row = W(combine_row)(op, row, W(load_row)(x + i * stride));
    } else {
      for (size_t i = 1; i < k; i++) row = W(combine_row)(op, row, W(load_row)(x + i * stride));
    }
    x += k * stride;
    rows -= k;
    // The trailing ones of `leaf` count the complete pairs that end here.
    for (size_t pairs = leaf; pairs & 1; pairs >>= 1) row = W(combine_row)(op, sums[--waiting], row);
    sums[waiting++] = row;
  }
  row = sums[--waiting];
  while (waiting > 0) row = W(combine_row)(op, sums[--waiting], row);
  for (size_t k = 0; k < PARTS; k++) *(W(part)*)(y + k * PART_LANES) = row.part[k];
}

static void W(reduce_rows)(int op, size_t rows, const REAL* x, size_t stride, REAL* y) {
  switch (op) {
    case SUM: W(reduce_rows_by)(SUM, rows, x, stride, y); break;
    case PROD: W(reduce_rows_by)(PROD, rows, x, stride, y); break;
    case MAX: W(reduce_rows_by)(MAX, rows, x, stride, y); break;
    case MIN: W(reduce_rows_by)(MIN, rows, x, stride, y); break;
  }
}

#undef W
#undef PART_BYTES
#undef PARTS
#undef PART_LANES
#undef WIDTH
