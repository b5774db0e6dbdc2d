// SPDX-License-Identifier: Apache-2.0
//
// The table of kernels for each instruction set, and the test whether this machine can run it.

#include "kernel.h"

ptrdiff_t softmax_unit_chunk(ptrdiff_t count) {
  ptrdiff_t chunks = count < 64 ? 1 : 2;
  for (ptrdiff_t limit = 1024; chunks > 1 && count / limit > 0 && chunks < 1 << 20; limit *= 4)
    chunks *= 2;
  ptrdiff_t chunk = ((count + chunks - 1) / chunks + 15) / 16 * 16;
  return chunk > 0 ? chunk : 16;
}

#define KERNEL(name, ...)
#define SHARED_KERNEL(name, ...) void softmax_##name(__VA_ARGS__);
#include "kernel_list.h"

#define KERNEL_SCALAR
#define KERNEL_SOURCE "table.h"
#include "variants.h"

const char *softmax_kernel_name(ptrdiff_t index) {
  static const char *const names[] = {
#define KERNEL(name, ...) #name,
#define SHARED_KERNEL KERNEL
#include "kernel_list.h"
  };
  return index >= 0 && index < (ptrdiff_t)(sizeof names / sizeof *names) ? names[index] : 0;
}

// __builtin_cpu_supports checks the processor and also, by XGETBV, that the operating system saves
// the vector registers.
const softmax_kernels *softmax_kernels_for(softmax_isa isa) {
  switch (isa) {
  case softmax_isa_scalar:
    return &softmax_kernels_scalar;
#if defined(__x86_64__)
  case softmax_isa_avx2:
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? &softmax_kernels_avx2 : 0;
  case softmax_isa_avx512:
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                   __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
                   __builtin_cpu_supports("fma")
               ? &softmax_kernels_avx512
               : 0;
#elif defined(__aarch64__)
  case softmax_isa_neon:
    return &softmax_kernels_neon;
#endif
  default:
    return 0;
  }
}
