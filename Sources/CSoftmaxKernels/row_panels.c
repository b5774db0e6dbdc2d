// SPDX-License-Identifier: Apache-2.0
//
// The product of gemm_ascending for a single row. Each weight is loaded from memory or an outer cache
// and used only once. The columns are computed in panels of 32, if possible several panels at once, so
// there are enough independent sums to hide the latency of an addition.

#ifndef VARIANT

#include "kernel.h"

#define PANEL 32

static void softmax_row_panels_scalar(
    ptrdiff_t panels, ptrdiff_t steps, ptrdiff_t chunk, const float *x, const float *b,
    const float *bias, float *y) {
  ptrdiff_t chunks = chunk_count(steps, chunk);
  for (ptrdiff_t j = 0; j < panels * PANEL; j++) {
    const float *column = b + j / PANEL * steps * PANEL + j % PANEL;
    float level[SOFTMAX_LEVELS];
    for (ptrdiff_t k = 0; k < chunks; k++) {
      ptrdiff_t begin = k * chunk, end = begin + smaller(chunk, steps - begin);
      float sum = 0;
      for (ptrdiff_t t = begin; t < end; t++)
        sum = __builtin_elementwise_fma(x[t], column[t * PANEL], sum);
      softmax_tree_push(level, k, sum);
    }
    y[j] = softmax_tree_total(level, chunks) + bias[j];
  }
}

#define KERNEL_SOURCE "row_panels.c"
#include "variants.h"

void softmax_row_panels(
    softmax_isa isa, ptrdiff_t panels, ptrdiff_t steps, ptrdiff_t chunk, const float *x,
    const float *b, const float *bias, float *y) {
  switch (isa) {
#if defined(__x86_64__)
  case softmax_isa_avx512:
    softmax_row_panels_avx512(panels, steps, chunk, x, b, bias, y);
    return;
  case softmax_isa_avx2:
    softmax_row_panels_avx2(panels, steps, chunk, x, b, bias, y);
    return;
#elif defined(__aarch64__)
  case softmax_isa_neon:
    softmax_row_panels_neon(panels, steps, chunk, x, b, bias, y);
    return;
#endif
  default:
    softmax_row_panels_scalar(panels, steps, chunk, x, b, bias, y);
  }
}

#else

#undef UNROLLED
#define UNROLLED _Pragma("clang loop unroll(full)")

// WIDTH is the number of vectors in a panel, and AT_ONCE the number of panels whose sums are held in
// registers. With 16 lanes, the four vectors of two panels already use the whole bandwidth of the
// second-level cache, and two streams of loads are faster than four.
#undef WIDTH
#undef AT_ONCE
#define WIDTH (PANEL / LANES)
#define AT_ONCE (LANES >= 8 ? 2 : 1)

INLINE void NAME(panels)(
    int count, ptrdiff_t steps, ptrdiff_t chunk, ptrdiff_t chunks, const float *x, const float *b,
    const float *bias, float *y) {
  vf level[SOFTMAX_LEVELS][AT_ONCE * WIDTH], sum[AT_ONCE * WIDTH];
  for (ptrdiff_t k = 0; k < chunks; k++) {
    ptrdiff_t begin = k * chunk, end = begin + smaller(chunk, steps - begin);
    UNROLLED for (int v = 0; v < count * WIDTH; v++) sum[v] = 0;
    for (ptrdiff_t t = begin; t < end; t++) {
      vf xv = (vf)x[t];
      UNROLLED for (int p = 0; p < count; p++)
        UNROLLED for (int v = 0; v < WIDTH; v++)
          sum[p * WIDTH + v] = __builtin_elementwise_fma(
              xv, load(b + (p * steps + t) * PANEL + v * LANES), sum[p * WIDTH + v]);
    }
    int l = 0;
    for (; k >> l & 1; l++)
      UNROLLED for (int v = 0; v < count * WIDTH; v++) sum[v] = level[l][v] + sum[v];
    UNROLLED for (int v = 0; v < count * WIDTH; v++) level[l][v] = sum[v];
  }
  // `sum` holds the sum of the last push. The sums at higher levels have not been added yet.
  for (int l = __builtin_ctzll((unsigned long long)chunks) + 1; chunks >> l; l++)
    if (chunks >> l & 1)
      UNROLLED for (int v = 0; v < count * WIDTH; v++) sum[v] = level[l][v] + sum[v];
  UNROLLED for (int v = 0; v < count * WIDTH; v++)
    store(y + v * LANES, sum[v] + load(bias + v * LANES));
}

static void NAME(row_panels)(
    ptrdiff_t panels, ptrdiff_t steps, ptrdiff_t chunk, const float *x, const float *b,
    const float *bias, float *y) {
  ptrdiff_t chunks = chunk_count(steps, chunk), p = 0;
#define PANELS(count)                                                                           \
  for (; p + (count) <= panels; p += (count))                                                   \
    NAME(panels)(count, steps, chunk, chunks, x, b + p * steps * PANEL, bias + p * PANEL,       \
                 y + p * PANEL);
  PANELS(AT_ONCE) PANELS(1)
#undef PANELS
}

#endif
