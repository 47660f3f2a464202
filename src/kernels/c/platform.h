// What the kernels need from the compiler. No libc: in WebAssembly there is none.
#ifndef TUTTI_PLATFORM_H
#define TUTTI_PLATFORM_H

#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32)
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif

// GCC takes 256-bit vectors on many CPUs that have 512-bit ones; these loops gain from the full width.
#if defined(__AVX512F__) && defined(__GNUC__) && !defined(__clang__)
#pragma GCC target("prefer-vector-width=512")
#endif

// Vectors wider than the machine's are taken apart, and never cross a function call.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wpsabi"
#endif

// Before a loop whose iterations are independent although its arrays may be the same: "y may be x".
#if defined(__clang__)
#define INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#else
#define INDEPENDENT _Pragma("GCC ivdep")
#endif

// Before a loop over parts of a value that should stay in registers.
#if defined(__clang__)
#define UNROLLED _Pragma("clang loop unroll(full)")
#else
#define UNROLLED _Pragma("GCC unroll 16")
#endif

#define INLINE static inline __attribute__((always_inline))

// In templates, the name of the present precision: FN(exp) is exp_f64 or exp_f32.
#define PASTE_(a, b) a##_##b
#define PASTE(a, b) PASTE_(a, b)
#define FN(name) PASTE(name, SUFFIX)

#endif
