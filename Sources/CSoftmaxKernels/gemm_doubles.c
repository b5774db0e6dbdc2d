// SPDX-License-Identifier: Apache-2.0
//
// C = C + A B in double, each element summed in ascending order.
//
// The products of softmax regression that is solved to its optimum: the logits of a block of rows, with
// the rows in vector lanes, and the gradient with respect to the weights, with the inputs in vector lanes.

#ifndef VARIANT

#include "kernel.h"

void softmax_gemm_doubles_scalar(
    ptrdiff_t m, ptrdiff_t n, ptrdiff_t steps, const double *a, ptrdiff_t lda, const double *b,
    ptrdiff_t ldb, double *c, ptrdiff_t ldc) {
  for (ptrdiff_t i = 0; i < m; i++)
    for (ptrdiff_t j = 0; j < n; j++) {
      double sum = c[i * ldc + j];
      for (ptrdiff_t t = 0; t < steps; t++)
        sum = __builtin_elementwise_fma(a[i * lda + t], b[t * ldb + j], sum);
      c[i * ldc + j] = sum;
    }
}

#define KERNEL_SOURCE "gemm_doubles.c"
#include "variants.h"

#else

#include "doubles.h"
#include "tile.h"

#undef doubles_product
#define doubles_product NAME(doubles_product)
typedef struct {
  ptrdiff_t n, steps, lda, ldb, ldc;
  const double *a, *b;
  double *c;
} doubles_product;

// Computes the tile of `height` rows and LANES columns, which are two vectors, at row i and column j. If
// `vectors` is 0, only the first n - j columns exist.
INLINE void NAME(doubles_tile)(
    int height, int vectors, const doubles_product *p, ptrdiff_t i, ptrdiff_t j) {
  ptrdiff_t part = vectors > 0 ? LANES : p->n - j;
  const double *a = p->a + i * p->lda;
  vd sum[TALLEST * 2];
  UNROLLED for (int x = 0; x < height; x++) {
    const double *c = p->c + (i + x) * p->ldc + j;
    UNROLLED for (int v = 0; v < 2; v++)
      sum[x * 2 + v] = vectors > 0 ? load_doubles(c + v * DOUBLES)
                                   : load_doubles_part(c + v * DOUBLES, part - v * DOUBLES);
  }
  for (ptrdiff_t t = 0; t < p->steps; t++) {
    const double *b = p->b + t * p->ldb + j;
    vd bv[2];
    UNROLLED for (int v = 0; v < 2; v++)
      bv[v] = vectors > 0 ? load_doubles(b + v * DOUBLES)
                          : load_doubles_part(b + v * DOUBLES, part - v * DOUBLES);
    UNROLLED for (int x = 0; x < height; x++) {
      vd av = (vd)a[x * p->lda + t];
      UNROLLED for (int v = 0; v < 2; v++)
        sum[x * 2 + v] = __builtin_elementwise_fma(av, bv[v], sum[x * 2 + v]);
    }
  }
  UNROLLED for (int x = 0; x < height; x++) {
    double *c = p->c + (i + x) * p->ldc + j;
    UNROLLED for (int v = 0; v < 2; v++) {
      if (vectors > 0) store_doubles(c + v * DOUBLES, sum[x * 2 + v]);
      else store_doubles_part(c + v * DOUBLES, sum[x * 2 + v], part - v * DOUBLES);
    }
  }
}

#undef DOUBLES_OF_HEIGHT
#define DOUBLES_OF_HEIGHT(height, state)                                                        \
  COLUMN(height, 0, doubles, state)                                                             \
  COLUMN(height, 1, doubles, state)

EACH_HEIGHT(DOUBLES_OF_HEIGHT, const doubles_product)

void NAME(gemm_doubles)(
    ptrdiff_t m, ptrdiff_t n, ptrdiff_t steps, const double *a, ptrdiff_t lda, const double *b,
    ptrdiff_t ldb, double *c, ptrdiff_t ldc) {
  static void (*const column[2][TALLEST])(
      const doubles_product *, ptrdiff_t, ptrdiff_t, ptrdiff_t) = {
      {EACH_HEIGHT(COLUMN_IN_TABLE, doubles, 0)},
      {EACH_HEIGHT(COLUMN_IN_TABLE, doubles, 1)},
  };
  doubles_product p = {n, steps, lda, ldb, ldc, a, b, c};
  ptrdiff_t rest = m;
  while (rest > TALLEST) rest -= TILE_HEIGHT;
  for (ptrdiff_t j = 0; j < n; j += LANES) {
    int vectors = n - j >= LANES;
    if (rest < m) column[vectors][TILE_HEIGHT - 1](&p, 0, m - rest, j);
    if (rest > 0) column[vectors][rest - 1](&p, m - rest, m, j);
  }
}

#endif
