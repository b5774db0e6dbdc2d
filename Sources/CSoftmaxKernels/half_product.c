// SPDX-License-Identifier: Apache-2.0
//
// Products of a matrix of halves (bfloat16, the upper halves of floats) with one vector. Each half is read once, so
// the memory decides how long a product with a large matrix takes.

#define KERNEL_SCALAR

#ifndef VARIANT

#include "kernel.h"

#define KERNEL_SOURCE "half_product.c"
#include "variants.h"

#else

#include "elementary.h"
#include "lane_sum.h"

#undef widen
#define widen NAME(widen)
INLINE vf widen(const uint16_t *x) {
#if LANES == 1
  vu bits = (vu)*x << 16;
#else
  uint16_t __attribute__((ext_vector_type(LANES))) halves;
  __builtin_memcpy(&halves, x, sizeof halves);
  vu bits = __builtin_convertvector(halves, vu) << 16;
#endif
  vf y;
  __builtin_memcpy(&y, &bits, sizeof y);
  return y;
}

INLINE void NAME(half_rows_of)(
    int rows, ptrdiff_t n, const uint16_t *x, ptrdiff_t ldx, const float *a, float *y) {
  vf lanes[4][WIDE];
  for (int i = 0; i < rows; i++)
    for (int w = 0; w < WIDE; w++) lanes[i][w] = 0;
  for (ptrdiff_t t = 0; t < n; t += 16)
    for (int w = 0; w < WIDE; w++) {
      vf v = load(a + t + w * LANES);
      for (int i = 0; i < rows; i++)
        lanes[i][w] =
            __builtin_elementwise_fma(widen(x + i * ldx + t + w * LANES), v, lanes[i][w]);
    }
  for (int i = 0; i < rows; i++) y[i] += lane_sum(lanes[i]);
}

void NAME(half_rows)(
    ptrdiff_t m, ptrdiff_t n, const uint16_t *x, ptrdiff_t ldx, const float *a, float *y) {
  ptrdiff_t i = 0;
  for (; i + 4 <= m; i += 4) NAME(half_rows_of)(4, n, x + i * ldx, ldx, a, y + i);
  for (; i < m; i++) NAME(half_rows_of)(1, n, x + i * ldx, ldx, a, y + i);
}

INLINE void NAME(half_columns_of)(
    int vectors, ptrdiff_t m, const uint16_t *x, ptrdiff_t ldx, const float *a, float *y) {
  vf sum[8];
  for (int k = 0; k < vectors; k++) sum[k] = load(y + k * LANES);
  for (ptrdiff_t t = 0; t < m; t++) {
    vf v = a[t];
    for (int k = 0; k < vectors; k++)
      sum[k] = __builtin_elementwise_fma(v, widen(x + t * ldx + k * LANES), sum[k]);
  }
  for (int k = 0; k < vectors; k++) store(y + k * LANES, sum[k]);
}

void NAME(half_columns)(
    ptrdiff_t m, ptrdiff_t n, const uint16_t *x, ptrdiff_t ldx, const float *a, float *y) {
  ptrdiff_t j = 0;
  for (; j + 8 * LANES <= n; j += 8 * LANES) NAME(half_columns_of)(8, m, x + j, ldx, a, y + j);
  for (; j + LANES <= n; j += LANES) NAME(half_columns_of)(1, m, x + j, ldx, a, y + j);
#if LANES > 1
  for (; j < n; j++)
    for (ptrdiff_t t = 0; t < m; t++) {
      uint32_t bits = (uint32_t)x[t * ldx + j] << 16;
      float half;
      __builtin_memcpy(&half, &bits, sizeof half);
      y[j] = __builtin_elementwise_fma(a[t], half, y[j]);
    }
#endif
}

#endif
