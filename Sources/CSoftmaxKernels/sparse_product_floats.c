// SPDX-License-Identifier: Apache-2.0
//
// The product of one sparse row and a matrix of floats, each element summed in the order of the entries.
//
// It waits for memory, not for arithmetic: the rows of the matrix that the entries name lie anywhere in it. So the
// rows of entries further on are fetched ahead, and vectors have 8 floats on every instruction set, which leaves no
// columns over.

#ifndef VARIANT

#include "kernel.h"

void softmax_sparse_product_floats_scalar(
    ptrdiff_t n, ptrdiff_t count, ptrdiff_t ahead, const int32_t *index, const float *a,
    const float *b, ptrdiff_t ldb, float *c) {
  (void)ahead;
  for (ptrdiff_t j = 0; j < n; j++) {
    float sum = c[j];
    for (ptrdiff_t t = 0; t < count; t++)
      sum = __builtin_elementwise_fma(a[t], b[index[t] * ldb + j], sum);
    c[j] = sum;
  }
}

#define KERNEL_SOURCE "sparse_product_floats.c"
#include "variants.h"

#else

#include "fetch.h"
#include "tile.h"

#undef WIDEST
#define WIDEST 8
#undef v8
#define v8 NAME(vector_of_8)
typedef float v8 __attribute__((ext_vector_type(8)));

// Computes `width` vectors of columns from column j.
INLINE void NAME(sparse_tile_floats)(
    int width, ptrdiff_t j, ptrdiff_t count, ptrdiff_t ahead, const int32_t *index, const float *a,
    const float *b, ptrdiff_t ldb, float *c) {
  v8 sum[WIDEST];
  UNROLLED for (int v = 0; v < width; v++) __builtin_memcpy(&sum[v], c + j + v * 8, sizeof(v8));
  for (ptrdiff_t t = 0; t < count; t++) {
    if (t + FETCH_DISTANCE < count + ahead)
      fetch_bytes(b + index[t + FETCH_DISTANCE] * ldb + j, width * (int)sizeof(v8));
    const float *row = b + index[t] * ldb + j;
    v8 x = (v8)a[t];
    UNROLLED for (int v = 0; v < width; v++) {
      v8 y;
      __builtin_memcpy(&y, row + v * 8, sizeof y);
      sum[v] = __builtin_elementwise_fma(x, y, sum[v]);
    }
  }
  UNROLLED for (int v = 0; v < width; v++) __builtin_memcpy(c + j + v * 8, &sum[v], sizeof(v8));
}

void NAME(sparse_product_floats)(
    ptrdiff_t n, ptrdiff_t count, ptrdiff_t ahead, const int32_t *index, const float *a,
    const float *b, ptrdiff_t ldb, float *c) {
  for (ptrdiff_t j = 0; j < n;) {
    ptrdiff_t width = smaller((n - j) / 8, WIDEST);
    switch (width) {
    case 8: NAME(sparse_tile_floats)(8, j, count, ahead, index, a, b, ldb, c); break;
    case 7: NAME(sparse_tile_floats)(7, j, count, ahead, index, a, b, ldb, c); break;
    case 6: NAME(sparse_tile_floats)(6, j, count, ahead, index, a, b, ldb, c); break;
    case 5: NAME(sparse_tile_floats)(5, j, count, ahead, index, a, b, ldb, c); break;
    case 4: NAME(sparse_tile_floats)(4, j, count, ahead, index, a, b, ldb, c); break;
    case 3: NAME(sparse_tile_floats)(3, j, count, ahead, index, a, b, ldb, c); break;
    case 2: NAME(sparse_tile_floats)(2, j, count, ahead, index, a, b, ldb, c); break;
    default: NAME(sparse_tile_floats)(1, j, count, ahead, index, a, b, ldb, c); break;
    }
    j += width * 8;
  }
}

#endif
