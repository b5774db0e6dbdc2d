// SPDX-License-Identifier: Apache-2.0
//
// The sum of the squares of each row's elements, one after the other, in double: a chain of additions
// that no vector shortens, so one source serves every table. The square of a float is a double
// without rounding.

#include "kernel.h"

// Where a row's elements lie side by side, eight rows at a time keep the adder busy; where the rows
// do, the compiler takes them in lanes. Both add in the same order.
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
