// The numeric kernels of Tutti, one translation unit for every target: WebAssembly and the machine's own instructions.
// table.ts lists the exported functions. Headers that are included twice define their functions for f64 and f32.
#include "platform.h"
#include "codes.h"
#include "strided.h"
#include "gather.h"
#include "random.h"

#include "real_f64.h"
#include "polynomials_f64.h"
#include "math.h"
#include "trig.h"
#include "trig_array.h"
#include "pow.h"

#include "real_f32.h"
#include "polynomials_f32.h"
#include "math.h"
#include "trig_array.h"

// In WebAssembly only vectors can fuse. What remains of an array after whole vectors shall have the same bits.
#if defined(__wasm__)
#include "unfused_begin.h"
#endif

#include "real_f64.h"
#include "elementwise.h"
#include "reduce.h"
#include "softmax.h"
#include "gemm.h"
#include "scatter.h"
#include "optimizer.h"

#include "real_f32.h"
#include "elementwise.h"
#include "reduce.h"
#include "softmax.h"
#include "gemm.h"
#include "scatter.h"
#include "optimizer.h"

#include "unfused_begin.h"
#include "real_f64.h"
#include "stencil.h"
#include "real_f32.h"
#include "stencil.h"
#include "unfused_end.h"

// Changes whenever a function of table.ts changes its meaning: a cached library of another version is not used.
EXPORT int tutti_kernels_abi(void) { return 1; }
