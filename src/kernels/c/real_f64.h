// Makes the template headers define their functions for f64.
#undef REAL
#undef UREAL
#undef SUFFIX
#undef SQRT
#define REAL double
#define UREAL uint64_t
#define SUFFIX f64
#define SQRT __builtin_sqrt
