// SPDX-License-Identifier: Apache-2.0
//
// The class of each row. No arithmetic: one source without variants serves every table.

#include "kernel.h"

void softmax_argmax_rows(ptrdiff_t m, ptrdiff_t n, const float *x, ptrdiff_t ldx, int32_t *index) {
  for (ptrdiff_t i = 0; i < m; i++, x += ldx) {
    ptrdiff_t best = 0;
    for (ptrdiff_t j = 0; j < n && x[best] == x[best]; j++)
      if (x[j] > x[best] || x[j] != x[j]) best = j;
    index[i] = (int32_t)best;
  }
}
