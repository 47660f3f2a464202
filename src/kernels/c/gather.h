// Moving elements: strided copies, conversion, indexing.

// Copies rows x n elements, in squares that fit the cache lines of both sides when one of them jumps.
#define COPY(TYPE)                                                                                                     \
  for (ptrdiff_t row0 = 0; row0 < rows; row0 += square)                                                                \
    for (ptrdiff_t i0 = 0; i0 < n; i0 += square) {                                                                     \
      ptrdiff_t row1 = rows - row0 < square ? rows : row0 + square, i1 = n - i0 < square ? n : i0 + square;            \
      for (ptrdiff_t row = row0; row < row1; row++) {                                                                  \
        const TYPE* from = (const TYPE*)x + offset[0] + row * rx;                                                      \
        TYPE* to = (TYPE*)y + offset[1] + row * ry;                                                                    \
        if (sx == 1 && sy == 1) __builtin_memcpy(to + i0, from + i0, (size_t)(i1 - i0) * sizeof(TYPE));                \
        else for (ptrdiff_t i = i0; i < i1; i++) to[i * sy] = from[i * sx];                                            \
      }                                                                                                                \
    }                                                                                                                  \
  break

EXPORT void copy_strided(int element_bytes, int ndim, const int32_t* dims, const void* x, void* y) {
  Walk w;
  if (!walk_begin(&w, ndim, dims, 2)) return;
  // A dimension that is contiguous in x becomes the last but one, if the last is not: then squares are transposed.
  int outer = w.ndim - 2, inner = w.ndim - 1;
  for (int d = 0; d < outer && w.stride[0][inner] != 1; d++)
    if (w.stride[0][d] == 1 && w.shape[d] > 1) walk_swap(&w, d, outer, 2);
  ptrdiff_t rows = w.shape[outer], n = w.shape[inner], offset[MAX_OPERANDS] = {0};
  ptrdiff_t rx = w.stride[0][outer], sx = w.stride[0][inner], ry = w.stride[1][outer], sy = w.stride[1][inner];
  ptrdiff_t square = sx == 1 && sy == 1 ? n : 16;
  do {
    switch (element_bytes) {
      case 1: COPY(uint8_t);
      case 4: COPY(uint32_t);
      case 8: COPY(uint64_t);
    }
  } while (walk_next(&w, 2, offset));
}
#undef COPY

// Towards zero; what does not fit becomes the nearest number that does, and NaN, which goes first, becomes 0.
INLINE int32_t i32_from_f64(double v) {
  v = v == v ? v : 0;
  v = v > 2147483647.0 ? 2147483647.0 : v;
  return (int32_t)(v < -2147483648.0 ? -2147483648.0 : v);
}
INLINE int32_t i32_from_f32(float v) {
  v = v == v ? v : 0;
  v = v < -0x1p31f ? -0x1p31f : v;
  return v >= 0x1p31f ? INT32_MAX : (int32_t)(v >= 0x1p31f ? 0 : v);
}
INLINE uint8_t u8_from_i32(int32_t v) { return v < 0 ? 0 : v > 255 ? 255 : (uint8_t)v; }
INLINE uint8_t u8_from_f64(double v) {
  v = v == v ? v : 0;
  v = v < 0 ? 0 : v;
  return (uint8_t)(int32_t)(v > 255 ? 255 : v);
}
INLINE uint8_t u8_from_f32(float v) {
  v = v == v ? v : 0;
  v = v < 0 ? 0 : v;
  return (uint8_t)(int32_t)(v > 255 ? 255 : v);
}

#define CONVERT(FROM, TO, result)                                                                                      \
  {                                                                                                                    \
    const FROM* xs = x;                                                                                                \
    TO* ys = y;                                                                                                        \
    for (size_t i = 0; i < n; i++) {                                                                                   \
      FROM v = xs[i];                                                                                                  \
      ys[i] = (result);                                                                                                \
    }                                                                                                                  \
    break;                                                                                                             \
  }

#define PAIR(from, to) ((from) * 5 + (to))

EXPORT void cast(int from, int to, size_t n, const void* x, void* y) {
  switch (PAIR(from, to)) {
    case PAIR(F64, F64): CONVERT(double, double, v)
    case PAIR(F64, F32): CONVERT(double, float, (float)v)
    case PAIR(F64, I32): CONVERT(double, int32_t, i32_from_f64(v))
    case PAIR(F64, U8): CONVERT(double, uint8_t, u8_from_f64(v))
    case PAIR(F64, BOOL): CONVERT(double, uint8_t, v != 0)
    case PAIR(F32, F64): CONVERT(float, double, v)
    case PAIR(F32, F32): CONVERT(float, float, v)
    case PAIR(F32, I32): CONVERT(float, int32_t, i32_from_f32(v))
    case PAIR(F32, U8): CONVERT(float, uint8_t, u8_from_f32(v))
    case PAIR(F32, BOOL): CONVERT(float, uint8_t, v != 0)
    case PAIR(I32, F64): CONVERT(int32_t, double, v)
    case PAIR(I32, F32): CONVERT(int32_t, float, (float)v)
    case PAIR(I32, I32): CONVERT(int32_t, int32_t, v)
    case PAIR(I32, U8): CONVERT(int32_t, uint8_t, u8_from_i32(v))
    case PAIR(I32, BOOL): CONVERT(int32_t, uint8_t, v != 0)
    case PAIR(U8, F64): case PAIR(BOOL, F64): CONVERT(uint8_t, double, v)
    case PAIR(U8, F32): case PAIR(BOOL, F32): CONVERT(uint8_t, float, v)
    case PAIR(U8, I32): case PAIR(BOOL, I32): CONVERT(uint8_t, int32_t, v)
    case PAIR(U8, U8): case PAIR(BOOL, U8): case PAIR(BOOL, BOOL): CONVERT(uint8_t, uint8_t, v)
    case PAIR(U8, BOOL): CONVERT(uint8_t, uint8_t, v != 0)
  }
}
#undef CONVERT
#undef PAIR

// Position of the first index that is not in 0 ... length - 1, or -1.
static int first_out_of_range(size_t count, const int32_t* index, size_t length) {
  for (size_t j = 0; j < count; j++)
    if (index[j] < 0 || (size_t)index[j] >= length) return (int)j;
  return -1;
}

// Rows are asked for from memory while those before them are copied: no processor guesses where an index leads.
EXPORT int take(int element_bytes, size_t outer, size_t length, size_t inner, size_t count, const int32_t* index,
                const uint8_t* x, uint8_t* y) {
  int bad = first_out_of_range(count, index, length);
  if (bad >= 0) return bad;
  enum { LINE = 64, WINDOW = 8192 };
  size_t bytes = inner * (size_t)element_bytes;
  // Where rows are short the processor itself runs ahead, and the rest of long ones it guesses.
  size_t fetched = bytes < 512 ? 0 : bytes < 2048 ? bytes : 2048, ahead = fetched ? 1 + WINDOW / bytes : 0;
  for (size_t o = 0; o < outer; o++, x += length * bytes)
    for (size_t j = 0; j < count; j++, y += bytes) {
      if (j + ahead < count)
        for (size_t k = 0; k < fetched; k += LINE) __builtin_prefetch(x + (size_t)index[j + ahead] * bytes + k);
      __builtin_memcpy(y, x + (size_t)index[j] * bytes, bytes);
    }
  return -1;
}
