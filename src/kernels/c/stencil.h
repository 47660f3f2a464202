// Stencils on grids: weighted sums of an entry's neighbours. Template over REAL, with vectors as matrix products have them.
//
// An entry sums its taps in the order they are given, and every operation rounds: its bits do not depend on how a grid
// is cut up, nor on the target.

// Columns that are computed together: enough sums in registers to hide the latency of each.
#undef STENCIL_VECTORS
#define STENCIL_VECTORS 4

// One row: taps and arrays as for the whole.
typedef struct {
  size_t taps;
  const int32_t* offset;
  const REAL *coefficient, *x, *scale, *keep;
  REAL* y;
} FN(stencil_row);

INLINE FN(vector) FN(load_lanes)(const REAL* from, size_t lanes) {
  if (lanes == LANES) return *(const FN(vector)*)from;
  FN(vector) part = {0};
  for (size_t lane = 0; lane < lanes; lane++) part[lane] = from[lane];
  return part;
}

INLINE void FN(store_lanes)(REAL* to, FN(vector) value, size_t lanes) {
  if (lanes == LANES) *(FN(vector)*)to = value;
  else for (size_t lane = 0; lane < lanes; lane++) to[lane] = value[lane];
}

// The new entries of `vectors` vectors from a column on, of which only so many lanes are there.
INLINE void FN(stencil_values)(const FN(stencil_row)* row, size_t column, size_t vectors, size_t lanes,
                               FN(vector)* value) {
  FN(vector) sum[STENCIL_VECTORS];
  UNROLLED for (size_t v = 0; v < vectors; v++) sum[v] = (FN(vector)){0};
  for (size_t k = 0; k < row->taps; k++) {
    const REAL* from = row->x + column + (ptrdiff_t)row->offset[k];
    REAL coefficient = row->coefficient[k];
    UNROLLED for (size_t v = 0; v < vectors; v++)
      sum[v] += coefficient * FN(load_lanes)(from + v * LANES, lanes);
  }
  UNROLLED for (size_t v = 0; v < vectors; v++) {
    size_t at = column + v * LANES;
    value[v] = sum[v];
    if (row->scale) value[v] *= FN(load_lanes)(row->scale + at, lanes);
    if (row->keep) value[v] += FN(load_lanes)(row->keep + at, lanes) * FN(load_lanes)(row->y + at, lanes);
  }
}

static void FN(stencil_along)(const FN(stencil_row)* row, size_t columns) {
  FN(vector) value[STENCIL_VECTORS], last[STENCIL_VECTORS];
  if (columns < LANES) {
    FN(stencil_values)(row, 0, 1, columns, value);
    FN(store_lanes)(row->y, value[0], columns);
    return;
  }
  // The last vector may overlap the one before: it is computed while y is what it was.
  FN(stencil_values)(row, columns - LANES, 1, LANES, last);
  size_t column = 0;
  for (; column + STENCIL_VECTORS * LANES <= columns; column += STENCIL_VECTORS * LANES) {
    FN(stencil_values)(row, column, STENCIL_VECTORS, LANES, value);
    UNROLLED for (size_t v = 0; v < STENCIL_VECTORS; v++)
      FN(store_lanes)(row->y + column + v * LANES, value[v], LANES);
  }
  for (; column + LANES <= columns; column += LANES) {
    FN(stencil_values)(row, column, 1, LANES, value);
    FN(store_lanes)(row->y + column, value[0], LANES);
  }
  FN(store_lanes)(row->y + columns - LANES, last[0], LANES);
}

EXPORT void FN(stencil)(size_t planes, size_t rows, size_t columns, size_t taps, const int32_t* offset,
                        const REAL* coefficient, const REAL* x, size_t x_plane, size_t x_row, const REAL* scale,
                        const REAL* keep, REAL* y, size_t y_plane, size_t y_row) {
  if (columns == 0) return;
  for (size_t k = 0; k < planes; k++)
    for (size_t j = 0; j < rows; j++) {
      size_t from = k * x_plane + j * x_row, at = k * y_plane + j * y_row;
      FN(stencil_row) row = {taps, offset, coefficient, x + from, scale ? scale + at : 0, keep ? keep + at : 0, y + at};
      FN(stencil_along)(&row, columns);
    }
}
