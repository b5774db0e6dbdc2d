// SPDX-License-Identifier: Apache-2.0
//
// C = A B or A^T B, each element summed in ascending order inside chunks.
//
// This is the forward product of a layer with many outputs (the outputs lie in vector lanes), the
// gradient with respect to the weights (summed over the rows in ascending order), and the gradient
// with respect to the inputs of a layer with few outputs.

#ifndef VARIANT

#include "kernel.h"

void softmax_gemm_ascending_scalar(
    ptrdiff_t m, ptrdiff_t n, ptrdiff_t steps, ptrdiff_t chunk,
    const float *a, ptrdiff_t a_row, ptrdiff_t a_step, const float *b, ptrdiff_t ldb,
    const float *bias, float *c, ptrdiff_t ldc) {
  ptrdiff_t chunks = chunk_count(steps, chunk);
  for (ptrdiff_t i = 0; i < m; i++) {
    for (ptrdiff_t j = 0; j < n; j++) {
      float level[SOFTMAX_LEVELS];
      for (ptrdiff_t k = 0; k < chunks; k++) {
        ptrdiff_t begin = k * chunk, end = begin + smaller(chunk, steps - begin);
        float sum = 0;
        for (ptrdiff_t t = begin; t < end; t++)
          sum = __builtin_elementwise_fma(a[i * a_row + t * a_step], b[t * ldb + j], sum);
        softmax_tree_push(level, k, sum);
      }
      float total = softmax_tree_total(level, chunks);
      c[i * ldc + j] = bias ? total + bias[j] : total;
    }
  }
}

#define KERNEL_SOURCE "gemm_ascending.c"
#include "variants.h"

#else

#include "tile.h"

#undef product
#define product NAME(gemm_product)
typedef struct {
  ptrdiff_t n, steps, chunk, chunks, a_row, a_step, ldb, ldc;
  const float *a, *b, *bias;
  float *c;
} product;

// Computes the tile at row i and column j.
INLINE void NAME(gemm_tile)(int height, int vectors, const product *p, ptrdiff_t i, ptrdiff_t j) {
  int width = vectors > 0 ? vectors : 1;
  vf level[SOFTMAX_LEVELS][TALLEST * 2], sum[TALLEST * 2];
  for (ptrdiff_t k = 0; k < p->chunks; k++) {
    ptrdiff_t begin = k * p->chunk, end = begin + smaller(p->chunk, p->steps - begin);
    UNROLLED for (int x = 0; x < height * width; x++) sum[x] = 0;
    accumulate(height, vectors, p->n - j, begin, end, p->a + i * p->a_row, p->a_row, p->a_step,
               p->b + j, p->ldb, sum);
    if (p->chunks > 1) {
      int l = 0;
      for (; k >> l & 1; l++)
        UNROLLED for (int x = 0; x < height * width; x++) sum[x] = level[l][x] + sum[x];
      UNROLLED for (int x = 0; x < height * width; x++) level[l][x] = sum[x];
    }
  }
  // `sum` holds the sum of the last push. The sums at higher levels have not been added yet.
  for (int l = __builtin_ctzll((unsigned long long)p->chunks) + 1; p->chunks >> l; l++)
    if (p->chunks >> l & 1)
      UNROLLED for (int x = 0; x < height * width; x++) sum[x] = level[l][x] + sum[x];
  ptrdiff_t part = vectors > 0 ? 0 : p->n - j;
  UNROLLED for (int v = 0; v < width; v++) {
    if (p->bias) {
      const float *bias = p->bias + j + v * LANES;
      vf add = part ? load_part(bias, part, 0) : load(bias);
      UNROLLED for (int x = 0; x < height; x++) sum[x * width + v] += add;
    }
    UNROLLED for (int x = 0; x < height; x++) {
      float *c = p->c + (i + x) * p->ldc + j + v * LANES;
      if (part) store_part(c, sum[x * width + v], part);
      else store(c, sum[x * width + v]);
    }
  }
}

COLUMNS(gemm, const product)

void NAME(gemm_ascending)(
    ptrdiff_t m, ptrdiff_t n, ptrdiff_t steps, ptrdiff_t chunk,
    const float *a, ptrdiff_t a_row, ptrdiff_t a_step, const float *b, ptrdiff_t ldb,
    const float *bias, float *c, ptrdiff_t ldc) {
  product p = {n, steps, chunk, chunk_count(steps, chunk), a_row, a_step, ldb, ldc, a, b, bias, c};
  NAME(gemm_columns)(&p, m, n);
}

#endif
