// Makes the template headers define their functions for f32.
#undef REAL
#undef UREAL
#undef SUFFIX
#undef SQRT
#define REAL float
#define UREAL uint32_t
#define SUFFIX f32
#define SQRT __builtin_sqrtf
