// SPDX-License-Identifier: Apache-2.0
//
// softmax, log-softmax and log-sum-exp of each row: with the row's maximum m and s the sum of
// exp(x - m), exp(x - m) (1 / s), (x - m) - ln s and m + ln s.

#ifndef VARIANT

#include "kernel.h"

#define KERNEL_SCALAR
#define KERNEL_SOURCE "softmax_rows.c"
#include "variants.h"

#else

#include "elementary.h"
#include "row.h"

void NAME(softmax_rows)(
    ptrdiff_t m, ptrdiff_t n, const float *x, ptrdiff_t ldx, float *y, ptrdiff_t ldy) {
  for (ptrdiff_t i = 0; i < m; i++, x += ldx, y += ldy) {
    float sum = row_exp_sum(n, x, row_max(n, x), y);
    if (sum != sum) {
      row_fill(n, y, __builtin_nanf(""));
      continue;
    }
    float inverse = 1.0f / sum;
    ptrdiff_t j = 0;
    for (; j + LANES <= n; j += LANES) store(y + j, load(y + j) * inverse);
    for (; j < n; j++) y[j] = y[j] * inverse;
  }
}

void NAME(log_softmax_rows)(
    ptrdiff_t m, ptrdiff_t n, const float *x, ptrdiff_t ldx, float *y, ptrdiff_t ldy) {
  for (ptrdiff_t i = 0; i < m; i++, x += ldx, y += ldy) {
    float max = row_max(n, x);
    float sum = row_exp_sum(n, x, max, 0);
    if (sum != sum) {
      row_fill(n, y, __builtin_nanf(""));
      continue;
    }
    float log_sum = log_one(sum);
    ptrdiff_t j = 0;
    for (; j + LANES <= n; j += LANES) store(y + j, (load(x + j) - max) - log_sum);
    for (; j < n; j++) y[j] = (x[j] - max) - log_sum;
  }
}

void NAME(log_sum_exp_rows)(
    ptrdiff_t m, ptrdiff_t n, const float *x, ptrdiff_t ldx, float *y) {
  for (ptrdiff_t i = 0; i < m; i++, x += ldx) {
    float max = row_max(n, x);
    if (max - max == 0.0f) {
      float sum = row_exp_sum(n, x, max, 0);
      y[i] = sum != sum ? __builtin_nanf("") : max + log_one(sum);
    } else {
      y[i] = max;
      for (ptrdiff_t j = 0; j < n; j++)
        if (x[j] != x[j]) y[i] = __builtin_nanf("");
    }
  }
}

#endif
