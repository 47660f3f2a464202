// Walking over arrays with strides: dimensions of size 1 are dropped and neighbours that are contiguous in every
// operand are merged, so that the inner loops are as long as the memory layout allows.

enum { MAX_DIMS = 32, MAX_OPERANDS = 3 };

typedef struct {
  int ndim;
  ptrdiff_t shape[MAX_DIMS];
  ptrdiff_t stride[MAX_OPERANDS][MAX_DIMS];
  ptrdiff_t index[MAX_DIMS];
} Walk;

// Reads int32 shape[ndim] and then stride[ndim] of each operand. The result has at least two dimensions;
// 0 if there is nothing to walk over.
static int walk_begin(Walk* w, int ndim, const int32_t* dims, int operands) {
  int m = 0;
  for (int d = 0; d < ndim; d++) {
    ptrdiff_t size = dims[d];
    if (size == 0) return 0;
    if (size == 1) continue;
    int merge = m > 0;
    for (int k = 0; merge && k < operands; k++)
      merge = w->stride[k][m - 1] == size * (ptrdiff_t)dims[(k + 1) * ndim + d];
    if (!merge) w->shape[m++] = 1;
    w->shape[m - 1] *= size;
    for (int k = 0; k < operands; k++) w->stride[k][m - 1] = dims[(k + 1) * ndim + d];
  }
  int missing = m < 2 ? 2 - m : 0;
  for (int d = m - 1; missing > 0 && d >= 0; d--) {
    w->shape[d + missing] = w->shape[d];
    for (int k = 0; k < operands; k++) w->stride[k][d + missing] = w->stride[k][d];
  }
  for (int d = 0; d < missing; d++) {
    w->shape[d] = 1;
    for (int k = 0; k < operands; k++) w->stride[k][d] = 0;
  }
  w->ndim = m + missing;
  for (int d = 0; d < w->ndim; d++) w->index[d] = 0;
  return 1;
}

static void walk_swap(Walk* w, int d, int e, int operands) {
  ptrdiff_t t = w->shape[d];
  w->shape[d] = w->shape[e];
  w->shape[e] = t;
  for (int k = 0; k < operands; k++) {
    t = w->stride[k][d];
    w->stride[k][d] = w->stride[k][e];
    w->stride[k][e] = t;
  }
}

// Offsets of the operands after the next step of all but the last two dimensions; 0 at the end.
static int walk_next(Walk* w, int operands, ptrdiff_t* offset) {
  for (int d = w->ndim - 3; d >= 0; d--) {
    int more = ++w->index[d] < w->shape[d];
    if (!more) w->index[d] = 0;
    for (int k = 0; k < operands; k++)
      offset[k] += more ? w->stride[k][d] : -w->stride[k][d] * (w->shape[d] - 1);
    if (more) return 1;
  }
  return 0;
}
