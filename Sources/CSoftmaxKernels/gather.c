// SPDX-License-Identifier: Apache-2.0
//
// Gathers the rows of a batch, converted to float, into consecutive rows of a matrix.

#ifndef VARIANT

#include "kernel.h"

void softmax_fetch_rows(const softmax_fetch *next) {
  for (ptrdiff_t i = 0; i < next->count; i++) {
    const char *row = (const char *)next->base + next->rows[i] * next->stride;
    for (ptrdiff_t at = 0; at < next->size; at += 64) __builtin_prefetch(row + at, 0, 2);
  }
}

#define KERNEL_SCALAR
#define KERNEL_SOURCE "gather.c"
#include "variants.h"

#else

void NAME(gather_bytes)(
    ptrdiff_t m, ptrdiff_t n, const uint8_t *x, ptrdiff_t ldx, const int64_t *rows, float scale,
    float *y, ptrdiff_t ldy) {
  for (ptrdiff_t i = 0; i < m; i++, y += ldy) {
    const uint8_t *row = x + (rows ? rows[i] : i) * ldx;
    ptrdiff_t j = 0;
#if LANES > 1
    for (; j + LANES <= n; j += LANES) {
      uint8_t __attribute__((ext_vector_type(LANES))) bytes;
      __builtin_memcpy(&bytes, row + j, sizeof bytes);
      store(y + j, __builtin_convertvector(bytes, vf) * scale);
    }
#endif
    for (; j < n; j++) y[j] = (float)row[j] * scale;
  }
}

void NAME(gather_floats)(
    ptrdiff_t m, ptrdiff_t n, const float *x, ptrdiff_t ldx, const int64_t *rows,
    float *y, ptrdiff_t ldy) {
  for (ptrdiff_t i = 0; i < m; i++, y += ldy) {
    const float *row = x + (rows ? rows[i] : i) * ldx;
    ptrdiff_t j = 0;
    for (; j + LANES <= n; j += LANES) store(y + j, load(row + j));
    for (; j < n; j++) y[j] = row[j];
  }
}

#endif
