// SPDX-License-Identifier: Apache-2.0
//
// Converts rows of floats to double and subtracts the means of the columns; the result is also transposed.

#define KERNEL_SCALAR

#ifndef VARIANT

#include "kernel.h"

#define KERNEL_SOURCE "widen_rows.c"
#include "variants.h"

#else

#include "doubles.h"

void NAME(widen_rows)(
    ptrdiff_t m, ptrdiff_t n, const float *x, ptrdiff_t ldx, const float *mean, double *y,
    ptrdiff_t ldy, double *t, ptrdiff_t ldt) {
  for (ptrdiff_t i = 0; i < m; i++)
    for (ptrdiff_t j = 0; j < n; j++) y[i * ldy + j] = (double)x[i * ldx + j] - mean[j];
  // A cache line of each of eight rows of t is filled at a time.
  for (ptrdiff_t i = 0; i < m; i += 8) {
    ptrdiff_t rows = smaller(8, m - i);
    for (ptrdiff_t j = 0; j < n; j++)
      for (ptrdiff_t k = 0; k < rows; k++) t[j * ldt + i + k] = y[(i + k) * ldy + j];
  }
}

#endif
