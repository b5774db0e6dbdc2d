// SPDX-License-Identifier: Apache-2.0
//
// Compiles KERNEL_SOURCE once for each vector instruction set. VARIANT is the suffix of the names that
// the source defines, and LANES the number of floats in a vector. vector.h defines types and helpers.
// A new instruction set needs a block in this file and a case in dispatch.c.

// The scalar variant is the specification of a kernel. A source that defines KERNEL_SCALAR is also
// compiled with LANES = 1 to obtain it. The other sources contain a separate scalar function.
#ifdef KERNEL_SCALAR
#define VARIANT scalar
#define LANES 1
#include "vector.h"
#include KERNEL_SOURCE
#undef VARIANT
#undef LANES
#endif

#if defined(__x86_64__)

#define VARIANT avx2
#define LANES 8
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#include "vector.h"
#include KERNEL_SOURCE
#pragma clang attribute pop
#undef VARIANT
#undef LANES

#define VARIANT avx512
#define LANES 16
#pragma clang attribute push(                                                        \
    __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma"))), apply_to = function)
#include "vector.h"
#include KERNEL_SOURCE
#pragma clang attribute pop
#undef VARIANT
#undef LANES

#elif defined(__aarch64__)

#define VARIANT neon
#define LANES 4
#include "vector.h"
#include KERNEL_SOURCE
#undef VARIANT
#undef LANES

#endif
