// Moving elements: strided copies, conversion, indexing.

#define COPY(TYPE)                                                                                                     \
  {                                                                                                                    \
    const TYPE* from = x;                                                                                              \
    TYPE* to = y;                                                                                                      \
    do {                                                                                                               \
      for (ptrdiff_t row = 0; row < rows; row++) {                                                                     \
        const TYPE* s = from + offset[0] + row * w.stride[0][outer];                                                   \
        TYPE* t = to + offset[1] + row * w.stride[1][outer];                                                           \
        for (ptrdiff_t i = 0; i < n; i++) t[i * sy] = s[i * sx];                                                       \
      }                                                                                                                \
    } while (walk_next(&w, 2, offset));                                                                                \
  }                                                                                                                    \
  break

EXPORT void copy_strided(int element_bytes, int ndim, const int32_t* dims, const void* x, void* y) {
  Walk w;
  if (!walk_begin(&w, ndim, dims, 2)) return;
  int outer = w.ndim - 2, inner = w.ndim - 1;
  ptrdiff_t rows = w.shape[outer], n = w.shape[inner], offset[MAX_OPERANDS] = {0};
  ptrdiff_t sx = w.stride[0][inner], sy = w.stride[1][inner];
  switch (element_bytes) {
    case 1: COPY(uint8_t);
    case 4: COPY(uint32_t);
    case 8: COPY(uint64_t);
  }
}
#undef COPY

INLINE int32_t i32_from_f64(double v) {
  return v >= 2147483647.0 ? INT32_MAX : v > -2147483648.0 ? (int32_t)v : v == v ? INT32_MIN : 0;
}
INLINE int32_t i32_from_f32(float v) { return i32_from_f64(v); }
INLINE uint8_t u8_from_i32(int32_t v) { return v < 0 ? 0 : v > 255 ? 255 : (uint8_t)v; }
INLINE uint8_t u8_from_f64(double v) { return u8_from_i32(i32_from_f64(v)); }
INLINE uint8_t u8_from_f32(float v) { return u8_from_i32(i32_from_f32(v)); }

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

EXPORT int take(int element_bytes, size_t outer, size_t length, size_t inner, size_t count, const int32_t* index,
                const uint8_t* x, uint8_t* y) {
  int bad = first_out_of_range(count, index, length);
  if (bad >= 0) return bad;
  size_t bytes = inner * (size_t)element_bytes;
  for (size_t o = 0; o < outer; o++, x += length * bytes)
    for (size_t j = 0; j < count; j++, y += bytes) __builtin_memcpy(y, x + (size_t)index[j] * bytes, bytes);
  return -1;
}
