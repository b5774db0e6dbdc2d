// SPDX-License-Identifier: Apache-2.0
//
// The sum of the squares of the elements of each row, in ascending order and in double. Vectors cannot
// shorten this chain of additions, so one function serves every table. The square of a float is exact in
// double.

#include "kernel.h"

// If a_row is 1, the rows are adjacent in memory, and the compiler vectorizes over the rows. Otherwise
// the elements of a row are adjacent, and eight rows at a time keep the adder busy. Both forms add in
// the same order.
void softmax_sum_of_squares(
    ptrdiff_t m, ptrdiff_t steps, const float *a, ptrdiff_t a_row, ptrdiff_t a_step, double *y) {
  if (a_row == 1) {
    for (ptrdiff_t i = 0; i < m; i++) y[i] = 0;
    for (ptrdiff_t t = 0; t < steps; t++)
      for (ptrdiff_t i = 0; i < m; i++) {
        double x = a[t * a_step + i];
        y[i] = y[i] + x * x;
      }
    return;
  }
  for (ptrdiff_t i = 0; i < m; i += 8) {
    ptrdiff_t rows = smaller(8, m - i);
    double sum[8] = {0};
    for (ptrdiff_t t = 0; t < steps; t++)
      for (ptrdiff_t k = 0; k < rows; k++) {
        double x = a[(i + k) * a_row + t * a_step];
        sum[k] = sum[k] + x * x;
      }
    for (ptrdiff_t k = 0; k < rows; k++) y[i + k] = sum[k];
  }
}
