// SPDX-License-Identifier: Apache-2.0
//
// Converts rows of floats to double and subtracts the means of the columns; the result is also transposed.
//
// A square of as many rows and columns as a vector has doubles is transposed in registers.

#define KERNEL_SCALAR

#ifndef VARIANT

#include "kernel.h"

#define KERNEL_SOURCE "widen_rows.c"
#include "variants.h"

#else

#include "doubles.h"

#undef UNROLLED
#define UNROLLED _Pragma("clang loop unroll(full)")

// Computes Y and T for some rows, and the columns from `first` on.
INLINE void NAME(widen_part)(
    ptrdiff_t m, ptrdiff_t first, ptrdiff_t n, const float *x, ptrdiff_t ldx, const float *mean,
    double *y, ptrdiff_t ldy, double *t, ptrdiff_t ldt) {
  for (ptrdiff_t i = 0; i < m; i++)
    for (ptrdiff_t j = first; j < n; j++)
      t[j * ldt + i] = y[i * ldy + j] = (double)x[i * ldx + j] - mean[j];
}

#if LANES > 1

// Divides p and q into blocks of 2 * half elements, and takes the first halves, or the second halves, of the blocks
// of p and q by turns.
INLINE vd NAME(halves)(vd p, vd q, int half, int isSecond) {
#if DOUBLES == 8
  if (half == 4)
    return isSecond ? __builtin_shufflevector(p, q, 4, 5, 6, 7, 12, 13, 14, 15)
                    : __builtin_shufflevector(p, q, 0, 1, 2, 3, 8, 9, 10, 11);
  if (half == 2)
    return isSecond ? __builtin_shufflevector(p, q, 2, 3, 10, 11, 6, 7, 14, 15)
                    : __builtin_shufflevector(p, q, 0, 1, 8, 9, 4, 5, 12, 13);
  return isSecond ? __builtin_shufflevector(p, q, 1, 9, 3, 11, 5, 13, 7, 15)
                  : __builtin_shufflevector(p, q, 0, 8, 2, 10, 4, 12, 6, 14);
#elif DOUBLES == 4
  if (half == 2)
    return isSecond ? __builtin_shufflevector(p, q, 2, 3, 6, 7)
                    : __builtin_shufflevector(p, q, 0, 1, 4, 5);
  return isSecond ? __builtin_shufflevector(p, q, 1, 5, 3, 7)
                  : __builtin_shufflevector(p, q, 0, 4, 2, 6);
#else
  (void)half;
  return isSecond ? __builtin_shufflevector(p, q, 1, 3) : __builtin_shufflevector(p, q, 0, 2);
#endif
}

// Transposes a square of vectors: its quarters, then the quarters of these.
INLINE void NAME(transpose)(vd *row) {
  UNROLLED for (int half = 1; half < DOUBLES; half *= 2)
    UNROLLED for (int i = 0; i < DOUBLES; i++)
      if (!(i & half)) {
        vd p = row[i], q = row[i + half];
        row[i] = NAME(halves)(p, q, half, 0);
        row[i + half] = NAME(halves)(p, q, half, 1);
      }
}

INLINE void NAME(widen_square)(
    const float *x, ptrdiff_t ldx, const float *mean, double *y, ptrdiff_t ldy, double *t,
    ptrdiff_t ldt) {
  typedef float vh __attribute__((ext_vector_type(DOUBLES)));
  vd row[DOUBLES];
  vh part;
  __builtin_memcpy(&part, mean, sizeof part);
  vd centre = __builtin_convertvector(part, vd);
  UNROLLED for (int i = 0; i < DOUBLES; i++) {
    __builtin_memcpy(&part, x + i * ldx, sizeof part);
    __builtin_prefetch(x + (i + DOUBLES) * ldx);
    row[i] = __builtin_convertvector(part, vd) - centre;
    store_doubles(y + i * ldy, row[i]);
  }
  NAME(transpose)(row);
  UNROLLED for (int j = 0; j < DOUBLES; j++) store_doubles(t + j * ldt, row[j]);
}

#endif

void NAME(widen_rows)(
    ptrdiff_t m, ptrdiff_t n, const float *x, ptrdiff_t ldx, const float *mean, double *y,
    ptrdiff_t ldy, double *t, ptrdiff_t ldt) {
  ptrdiff_t i = 0;
#if LANES > 1
  ptrdiff_t squares = n / DOUBLES * DOUBLES;
  for (; i + DOUBLES <= m; i += DOUBLES) {
    for (ptrdiff_t j = 0; j < squares; j += DOUBLES)
      NAME(widen_square)(
          x + i * ldx + j, ldx, mean + j, y + i * ldy + j, ldy, t + j * ldt + i, ldt);
    NAME(widen_part)(
        DOUBLES, squares, n, x + i * ldx, ldx, mean, y + i * ldy, ldy, t + i, ldt);
  }
#endif
  NAME(widen_part)(m - i, 0, n, x + i * ldx, ldx, mean, y + i * ldy, ldy, t + i, ldt);
}

#endif
