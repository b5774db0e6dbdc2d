// SPDX-License-Identifier: Apache-2.0
//
// Dropout: the mask of the elements that are kept, and its application to a row. Each element's draw
// from Philox4x32-10 depends only on the key, the stream and the element's position. The blocks of
// the generator are independent, so the compiler vectorizes the loop over them.

#ifndef VARIANT

#include "kernel.h"

#define KERNEL_SCALAR
#define KERNEL_SOURCE "dropout.c"
#include "variants.h"

#else

#undef dropout_block
#define dropout_block NAME(dropout_block)

INLINE void dropout_block(
    uint64_t counter, uint32_t key0, uint32_t key1, uint32_t stream0, uint32_t stream1,
    uint32_t *bits) {
  uint64_t c0 = counter & UINT32_MAX, c1 = counter >> 32, c2 = stream0, c3 = stream1;
  for (int round = 0; round < 10; round++) {
    uint64_t a = 0xD2511F53u * c0, b = 0xCD9E8D57u * c2;
    c0 = (b >> 32) ^ c1 ^ key0;
    c1 = b & UINT32_MAX;
    c2 = (a >> 32) ^ c3 ^ key1;
    c3 = a & UINT32_MAX;
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
  bits[0] = (uint32_t)c0, bits[1] = (uint32_t)c1, bits[2] = (uint32_t)c2, bits[3] = (uint32_t)c3;
}

void NAME(dropout_mask)(
    ptrdiff_t n, uint32_t key0, uint32_t key1, uint32_t stream0, uint32_t stream1,
    uint64_t counter, uint32_t threshold, float scale, float *mask) {
  ptrdiff_t blocks = n / 4;
  for (ptrdiff_t i = 0; i < blocks; i++) {
    uint32_t bits[4];
    dropout_block(counter + (uint64_t)i, key0, key1, stream0, stream1, bits);
    for (int k = 0; k < 4; k++) mask[4 * i + k] = bits[k] >= threshold ? scale : 0.0f;
  }
  if (4 * blocks < n) {
    uint32_t bits[4];
    dropout_block(counter + (uint64_t)blocks, key0, key1, stream0, stream1, bits);
    for (ptrdiff_t k = 0; 4 * blocks + k < n; k++)
      mask[4 * blocks + k] = bits[k] >= threshold ? scale : 0.0f;
  }
}

void NAME(dropout_apply)(ptrdiff_t n, const float *mask, const float *x, float *y) {
  ptrdiff_t i = 0;
  for (; i + LANES <= n; i += LANES) {
    vf kept = load(mask + i);
    store(y + i, kept > 0.0f ? load(x + i) * kept : (vf)0.0f);
  }
#if LANES > 1
  if (i < n) {
    ptrdiff_t part = n - i;
    vf kept = load_part(mask + i, part, 0);
    store_part(y + i, kept > 0.0f ? load_part(x + i, part, 0) * kept : (vf)0.0f, part);
  }
#endif
}

#endif
