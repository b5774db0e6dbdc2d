// SPDX-License-Identifier: Apache-2.0
//
// The sum of the elements of each row in ascending order. Vectors cannot shorten this chain of
// additions, so one function serves every table. Eight rows at a time keep the adder busy.

#include "kernel.h"

void softmax_sum_of_columns(
    ptrdiff_t m, ptrdiff_t steps, const float *a, ptrdiff_t lda, float *y) {
  ptrdiff_t i = 0;
  for (; i + 8 <= m; i += 8) {
    float sum[8] = {0};
    for (ptrdiff_t t = 0; t < steps; t++)
      for (int k = 0; k < 8; k++) sum[k] = sum[k] + a[(i + k) * lda + t];
    for (int k = 0; k < 8; k++) y[i + k] = sum[k];
  }
  for (; i < m; i++) {
    float sum = 0;
    for (ptrdiff_t t = 0; t < steps; t++) sum = sum + a[i * lda + t];
    y[i] = sum;
  }
}
