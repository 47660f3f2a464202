// Adding and setting at indices. Template over REAL.

EXPORT int FN(scatter_add)(size_t outer, size_t length, size_t inner, size_t count, const int32_t* index, const REAL* x,
                           REAL* y) {
  int bad = first_out_of_range(count, index, length);
  if (bad >= 0) return bad;
  for (size_t o = 0; o < outer; o++, y += length * inner)
    for (size_t j = 0; j < count; j++, x += inner) {
      REAL* row = y + (size_t)index[j] * inner;
      INDEPENDENT for (size_t i = 0; i < inner; i++) row[i] += x[i];
    }
  return -1;
}

EXPORT int FN(one_hot)(size_t n, size_t classes, const int32_t* index, REAL* y) {
  int bad = first_out_of_range(n, index, classes);
  if (bad >= 0) return bad;
  __builtin_memset(y, 0, n * classes * sizeof(REAL));
  for (size_t i = 0; i < n; i++) y[i * classes + (size_t)index[i]] = 1;
  return -1;
}
