// SPDX-License-Identifier: Apache-2.0
//
// One chunk of the forward product of a layer with few outputs, stored with the rows of the batch in
// vector lanes. Workers that each own a slice of the layer's inputs exchange these chunks.

#ifndef VARIANT

#include "kernel.h"

void softmax_lanes_columns_scalar(
    ptrdiff_t m, ptrdiff_t n, ptrdiff_t steps, const float *a, ptrdiff_t lda, const float *b,
    ptrdiff_t ldb, float *c, ptrdiff_t ldc, const softmax_fetch *next) {
  (void)next;
  for (ptrdiff_t i = 0; i < m; i++) {
    for (ptrdiff_t j = 0; j < n; j++) {
      float lane[16] = {0};
      for (ptrdiff_t t = 0; t < steps; t++)
        lane[t % 16] = __builtin_elementwise_fma(a[i * lda + t], b[j * ldb + t], lane[t % 16]);
      for (int half = 8; half > 0; half /= 2)
        for (int l = 0; l < half; l++) lane[l] = lane[l] + lane[l + half];
      c[j * ldc + i] = lane[0];
    }
  }
}

// Prefetches slice `part` of `parts` of each of the rows begin..<end of `next`.
INLINE void fetch(
    const softmax_fetch *next, ptrdiff_t begin, ptrdiff_t end, ptrdiff_t part, ptrdiff_t parts) {
  for (ptrdiff_t i = begin; i < smaller(end, next->count); i++) {
    const char *row = (const char *)next->base + next->rows[i] * next->stride;
    for (ptrdiff_t at = next->size * part / parts; at < next->size * (part + 1) / parts; at += 64)
      __builtin_prefetch(row + at, 0, 2);
  }
}

#define KERNEL_SOURCE "lanes_columns.c"
#include "variants.h"

#else

#include "lane_trees.h"

// The size of a tile of sums. Each sum takes WIDE vectors.
#undef TILE_ROWS
#undef TILE_COLUMNS
#define TILE_ROWS (LANES == 16 ? 4 : 2)
#define TILE_COLUMNS (LANES == 16 ? 5 : 2)

// Computes the 16 virtual lanes of each sum of `rows` rows and `columns` columns, in
// lanes[column][row].
INLINE void NAME(tile)(
    int rows, int columns, ptrdiff_t steps, const float *a, ptrdiff_t lda, const float *b,
    ptrdiff_t ldb, vf lanes[][16][WIDE]) {
  vf sum[TILE_ROWS * TILE_COLUMNS][WIDE], av[TILE_ROWS];
  for (int x = 0; x < rows * columns; x++)
    for (int w = 0; w < WIDE; w++) sum[x][w] = 0;
  for (ptrdiff_t t = 0; t < steps; t += 16) {
    for (int w = 0; w < WIDE; w++) {
      for (int i = 0; i < rows; i++) av[i] = load(a + i * lda + t + w * LANES);
      for (int j = 0; j < columns; j++) {
        vf bv = load(b + j * ldb + t + w * LANES);
        for (int i = 0; i < rows; i++)
          sum[i * columns + j][w] = __builtin_elementwise_fma(av[i], bv, sum[i * columns + j][w]);
      }
    }
  }
  for (int i = 0; i < rows; i++)
    for (int j = 0; j < columns; j++)
      for (int w = 0; w < WIDE; w++) lanes[j][i][w] = sum[i * columns + j][w];
}

// Computes `columns` columns of m <= 16 rows, starting at row `first`, and prefetches slice `part` of
// `parts` of the rows of `next` with the same indices.
INLINE void NAME(columns)(
    int columns, ptrdiff_t first, ptrdiff_t m, ptrdiff_t steps, const float *a, ptrdiff_t lda,
    const float *b, ptrdiff_t ldb, float *c, ptrdiff_t ldc, const softmax_fetch *next,
    ptrdiff_t part, ptrdiff_t parts, vf lanes[][16][WIDE]) {
  a += first * lda, c += first;
  ptrdiff_t i = 0;
  for (; i + TILE_ROWS <= m; i += TILE_ROWS) {
    if (next) fetch(next, first + i, first + i + TILE_ROWS, part, parts);
    NAME(tile)(TILE_ROWS, columns, steps, a + i * lda, lda, b, ldb,
               (vf(*)[16][WIDE])&lanes[0][i]);
  }
  if (next) fetch(next, first + i, first + m, part, parts);
  for (; i < m; i++)
    NAME(tile)(1, columns, steps, a + i * lda, lda, b, ldb, (vf(*)[16][WIDE])&lanes[0][i]);
  for (int j = 0; j < columns; j++)
    for (ptrdiff_t r = 0; r < m; r += LANES)
      if (r + LANES <= m) store(c + j * ldc + r, lane_trees(&lanes[j][r]));
      else store_part(c + j * ldc + r, lane_trees(&lanes[j][r]), m - r);
}

void NAME(lanes_columns)(
    ptrdiff_t m, ptrdiff_t n, ptrdiff_t steps, const float *a, ptrdiff_t lda, const float *b,
    ptrdiff_t ldb, float *c, ptrdiff_t ldc, const softmax_fetch *next) {
  // Lanes of rows beyond m hold stale values. lane_trees adds them, but the results are not stored.
  vf lanes[TILE_COLUMNS][16][WIDE] = {0};
  ptrdiff_t whole = n / TILE_COLUMNS, parts = whole + n % TILE_COLUMNS;
  for (ptrdiff_t i = 0; i < m; i += 16) {
    ptrdiff_t rows = smaller(16, m - i);
    for (ptrdiff_t part = 0; part < parts; part++) {
      ptrdiff_t j = smaller(part, whole) * TILE_COLUMNS + (part > whole ? part - whole : 0);
      if (part < whole)
        NAME(columns)(TILE_COLUMNS, i, rows, steps, a, lda, b + j * ldb, ldb, c + j * ldc, ldc,
                      next, part, parts, lanes);
      else
        NAME(columns)(1, i, rows, steps, a, lda, b + j * ldb, ldb, c + j * ldc, ldc, next, part,
                      parts, lanes);
    }
  }
}

#endif
