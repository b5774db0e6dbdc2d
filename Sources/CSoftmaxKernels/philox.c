// SPDX-License-Identifier: Apache-2.0
//
// Random bits: Philox4x32-10 (Salmon, Moraes, Dror, Shaw, SC 2011) at consecutive counters starting at
// 0. The blocks are independent, so the compiler vectorizes the loop over them.

#ifndef VARIANT

#include "kernel.h"

#define KERNEL_SCALAR
#define KERNEL_SOURCE "philox.c"
#include "variants.h"

#else

void NAME(philox)(
    ptrdiff_t blocks, uint32_t key0, uint32_t key1, uint32_t stream0, uint32_t stream1,
    uint64_t *bits) {
  for (ptrdiff_t i = 0; i < blocks; i++) {
    uint64_t c0 = (uint64_t)i & UINT32_MAX, c1 = (uint64_t)i >> 32, c2 = stream0, c3 = stream1;
    uint32_t k0 = key0, k1 = key1;
    for (int round = 0; round < 10; round++) {
      uint64_t a = 0xD2511F53u * c0, b = 0xCD9E8D57u * c2;
      c0 = (b >> 32) ^ c1 ^ k0;
      c1 = b & UINT32_MAX;
      c2 = (a >> 32) ^ c3 ^ k1;
      c3 = a & UINT32_MAX;
      k0 += 0x9E3779B9u;
      k1 += 0xBB67AE85u;
    }
    bits[2 * i] = c1 << 32 | c0;
    bits[2 * i + 1] = c3 << 32 | c2;
  }
}

#endif
