#if defined(__clang__)
#pragma STDC FP_CONTRACT ON
#else
#pragma GCC pop_options
#endif
