// SPDX-License-Identifier: Apache-2.0
//
// C = A B or A^T B, each element summed in ascending order inside chunks.
//
// The product of a layer with many outputs (outputs in vector lanes), of the gradient of weights
// (rows ascending) and of the gradient to the inputs of a layer with few outputs.

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

// Rows of C in a tile; with 2 vectors a row the sums fill half to three quarters of the registers.
#undef TILE_ROWS
#define TILE_ROWS (LANES == 8 ? 6 : 8)

// A tile of C: `rows` rows of `vectors` vectors, the only one of `part` columns unless part is 0.
INLINE void NAME(tile)(
    int rows, int vectors, ptrdiff_t part, ptrdiff_t steps, ptrdiff_t chunk,
    const float *a, ptrdiff_t a_row, ptrdiff_t a_step, const float *b, ptrdiff_t ldb,
    const float *bias, float *c, ptrdiff_t ldc) {
  vf level[SOFTMAX_LEVELS][TILE_ROWS * 2], sum[TILE_ROWS * 2];
  ptrdiff_t chunks = chunk_count(steps, chunk);
  for (ptrdiff_t k = 0; k < chunks; k++) {
    ptrdiff_t begin = k * chunk, end = begin + smaller(chunk, steps - begin);
    for (int x = 0; x < rows * vectors; x++) sum[x] = 0;
    for (ptrdiff_t t = begin; t < end; t++) {
      vf bv[2];
      for (int v = 0; v < vectors; v++)
        bv[v] = part ? load_part(b + t * ldb, part, 0) : load(b + t * ldb + v * LANES);
      for (int i = 0; i < rows; i++)
        for (int v = 0; v < vectors; v++)
          sum[i * vectors + v] = __builtin_elementwise_fma(
              (vf)a[i * a_row + t * a_step], bv[v], sum[i * vectors + v]);
    }
    if (chunks > 1) {
      int l = 0;
      for (; k >> l & 1; l++)
        for (int x = 0; x < rows * vectors; x++) sum[x] = level[l][x] + sum[x];
      for (int x = 0; x < rows * vectors; x++) level[l][x] = sum[x];
    }
  }
  // The last push left its sum in `sum`; the higher levels are still to be added.
  for (int l = __builtin_ctzll((unsigned long long)chunks) + 1; chunks >> l; l++)
    if (chunks >> l & 1)
      for (int x = 0; x < rows * vectors; x++) sum[x] = level[l][x] + sum[x];
  for (int v = 0; v < vectors; v++) {
    if (bias) {
      vf add = part ? load_part(bias, part, 0) : load(bias + v * LANES);
      for (int i = 0; i < rows; i++) sum[i * vectors + v] += add;
    }
    for (int i = 0; i < rows; i++) {
      if (part) store_part(c + i * ldc, sum[i], part);
      else store(c + i * ldc + v * LANES, sum[i * vectors + v]);
    }
  }
}

// One column of tiles, top to bottom.
INLINE void NAME(tiles)(
    int vectors, ptrdiff_t part, ptrdiff_t m, ptrdiff_t steps, ptrdiff_t chunk,
    const float *a, ptrdiff_t a_row, ptrdiff_t a_step, const float *b, ptrdiff_t ldb,
    const float *bias, float *c, ptrdiff_t ldc) {
  ptrdiff_t i = 0;
#define TILES(rows)                                                                             \
  for (; i + (rows) <= m; i += (rows))                                                          \
    NAME(tile)(rows, vectors, part, steps, chunk, a + i * a_row, a_row, a_step, b, ldb, bias,   \
               c + i * ldc, ldc);
  TILES(TILE_ROWS) TILES(4) TILES(2) TILES(1)
#undef TILES
}

void NAME(gemm_ascending)(
    ptrdiff_t m, ptrdiff_t n, ptrdiff_t steps, ptrdiff_t chunk,
    const float *a, ptrdiff_t a_row, ptrdiff_t a_step, const float *b, ptrdiff_t ldb,
    const float *bias, float *c, ptrdiff_t ldc) {
  if (m == 0) return;  // the pointers may be null
  ptrdiff_t j = 0;
  for (; j + 2 * LANES <= n; j += 2 * LANES)
    NAME(tiles)(2, 0, m, steps, chunk, a, a_row, a_step, b + j, ldb, bias ? bias + j : 0,
                c + j, ldc);
  for (; j + LANES <= n; j += LANES)
    NAME(tiles)(1, 0, m, steps, chunk, a, a_row, a_step, b + j, ldb, bias ? bias + j : 0,
                c + j, ldc);
  if (j < n)
    NAME(tiles)(1, n - j, m, steps, chunk, a, a_row, a_step, b + j, ldb, bias ? bias + j : 0,
                c + j, ldc);
}

#endif
