// SPDX-License-Identifier: Apache-2.0
//
// The product of one sparse row and a matrix of doubles, each element summed in the order of the entries.
//
// The columns of the matrix, which are classes, lie in vector lanes, and the sums of up to eight vectors stay
// in registers, so an entry costs one row of the matrix that is read. Those of entries further on are fetched ahead.

#ifndef VARIANT

#include "kernel.h"

void softmax_sparse_product_scalar(
    ptrdiff_t n, ptrdiff_t count, ptrdiff_t ahead, const int32_t *index, const float *a,
    const double *b, ptrdiff_t ldb, double *c) {
  (void)ahead;
  for (ptrdiff_t j = 0; j < n; j++) {
    double sum = c[j];
    for (ptrdiff_t t = 0; t < count; t++)
      sum = __builtin_elementwise_fma((double)a[t], b[index[t] * ldb + j], sum);
    c[j] = sum;
  }
}

#define KERNEL_SOURCE "sparse_product.c"
#include "variants.h"

#else

#include "doubles.h"
#include "fetch.h"
#include "tile.h"

#undef WIDEST
#define WIDEST 8

// Computes `width` vectors of columns from column j. If `width` is 0, only the first n - j columns exist,
// fewer than a vector.
INLINE void NAME(sparse_tile)(
    int width, ptrdiff_t n, ptrdiff_t j, ptrdiff_t count, ptrdiff_t ahead, const int32_t *index,
    const float *a, const double *b, ptrdiff_t ldb, double *c) {
  int vectors = width > 0 ? width : 1;
  vd sum[WIDEST];
  UNROLLED for (int v = 0; v < vectors; v++)
    sum[v] = width > 0 ? load_doubles(c + j + v * DOUBLES) : load_doubles_part(c + j, n - j);
  for (ptrdiff_t t = 0; t < count; t++) {
    if (t + FETCH_DISTANCE < count + ahead)
      fetch_bytes(b + index[t + FETCH_DISTANCE] * ldb + j, vectors * (int)sizeof(vd));
    const double *row = b + index[t] * ldb + j;
    vd x = (vd)(double)a[t];
    UNROLLED for (int v = 0; v < vectors; v++) {
      vd y = width > 0 ? load_doubles(row + v * DOUBLES) : load_doubles_part(row, n - j);
      sum[v] = __builtin_elementwise_fma(x, y, sum[v]);
    }
  }
  UNROLLED for (int v = 0; v < vectors; v++) {
    if (width > 0) store_doubles(c + j + v * DOUBLES, sum[v]);
    else store_doubles_part(c + j, sum[v], n - j);
  }
}

void NAME(sparse_product)(
    ptrdiff_t n, ptrdiff_t count, ptrdiff_t ahead, const int32_t *index, const float *a,
    const double *b, ptrdiff_t ldb, double *c) {
  for (ptrdiff_t j = 0; j < n;) {
    ptrdiff_t width = smaller((n - j) / DOUBLES, WIDEST);
    switch (width) {
    case 8: NAME(sparse_tile)(8, n, j, count, ahead, index, a, b, ldb, c); break;
    case 7: NAME(sparse_tile)(7, n, j, count, ahead, index, a, b, ldb, c); break;
    case 6: NAME(sparse_tile)(6, n, j, count, ahead, index, a, b, ldb, c); break;
    case 5: NAME(sparse_tile)(5, n, j, count, ahead, index, a, b, ldb, c); break;
    case 4: NAME(sparse_tile)(4, n, j, count, ahead, index, a, b, ldb, c); break;
    case 3: NAME(sparse_tile)(3, n, j, count, ahead, index, a, b, ldb, c); break;
    case 2: NAME(sparse_tile)(2, n, j, count, ahead, index, a, b, ldb, c); break;
    case 1: NAME(sparse_tile)(1, n, j, count, ahead, index, a, b, ldb, c); break;
    default: NAME(sparse_tile)(0, n, j, count, ahead, index, a, b, ldb, c); break;
    }
    j += width > 0 ? width * DOUBLES : n - j;
  }
}

#endif
