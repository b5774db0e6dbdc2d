// SPDX-License-Identifier: Apache-2.0
//
// C = A B^T, each element summed in 16 virtual lanes inside chunks.
//
// This is the forward product of a layer with few outputs (the features lie in vector lanes) and the
// gradient with respect to the inputs of a layer with many outputs.

#ifndef VARIANT

#include "kernel.h"

// Returns the sum of 16 lanes by the lane tree: lane i + lane i+8, then i + i+4, i + i+2, i + i+1.
INLINE float lane_tree_scalar(float *lane) {
  for (int half = 8; half > 0; half /= 2)
    for (int i = 0; i < half; i++) lane[i] = lane[i] + lane[i + half];
  return lane[0];
}

void softmax_gemm_lanes_scalar(
    ptrdiff_t m, ptrdiff_t n, ptrdiff_t steps, ptrdiff_t chunk,
    const float *a, ptrdiff_t lda, const float *b, ptrdiff_t ldb, const float *bias,
    float *c, ptrdiff_t ldc) {
  ptrdiff_t chunks = chunk_count(steps, chunk);
  for (ptrdiff_t i = 0; i < m; i++) {
    for (ptrdiff_t j = 0; j < n; j++) {
      float level[SOFTMAX_LEVELS];
      for (ptrdiff_t k = 0; k < chunks; k++) {
        ptrdiff_t begin = k * chunk, end = begin + smaller(chunk, steps - begin);
        float lane[16] = {0};
        for (ptrdiff_t t = begin; t < end; t++)
          lane[(t - begin) % 16] =
              __builtin_elementwise_fma(a[i * lda + t], b[j * ldb + t], lane[(t - begin) % 16]);
        softmax_tree_push(level, k, lane_tree_scalar(lane));
      }
      float total = softmax_tree_total(level, chunks);
      c[i * ldc + j] = bias ? total + bias[j] : total;
    }
  }
}

#define KERNEL_SOURCE "gemm_lanes.c"
#include "variants.h"

#else

#include "lane_trees.h"

// The number of rows and of columns of a tile of sums, as many as there are registers for: each sum takes WIDE
// vectors, and the more there are, the fewer loads a multiplication needs.
#undef TILE_ROWS
#undef TILE_COLUMNS
#define TILE_ROWS (LANES == 16 ? 4 : LANES == 8 ? 3 : 2)
#define TILE_COLUMNS (LANES == 16 ? 4 : 2)

INLINE void NAME(tile)(
    int rows, int columns, ptrdiff_t steps, ptrdiff_t chunk, const float *a, ptrdiff_t lda,
    const float *b, ptrdiff_t ldb, const float *bias, float *c, ptrdiff_t ldc) {
  float level[SOFTMAX_LEVELS][TILE_ROWS * TILE_COLUMNS], sum[TILE_ROWS * TILE_COLUMNS];
  ptrdiff_t chunks = chunk_count(steps, chunk);
  for (ptrdiff_t k = 0; k < chunks; k++) {
    ptrdiff_t t = k * chunk, end = t + smaller(chunk, steps - t);
    vf lanes[TILE_ROWS * TILE_COLUMNS][WIDE], av[TILE_ROWS][WIDE], bv[TILE_COLUMNS][WIDE];
    for (int x = 0; x < rows * columns; x++)
      for (int w = 0; w < WIDE; w++) lanes[x][w] = 0;
    for (; t + 16 <= end; t += 16) {
      for (int w = 0; w < WIDE; w++) {
        for (int i = 0; i < rows; i++) av[i][w] = load(a + i * lda + t + w * LANES);
        for (int j = 0; j < columns; j++) bv[j][w] = load(b + j * ldb + t + w * LANES);
        for (int i = 0; i < rows; i++)
          for (int j = 0; j < columns; j++)
            lanes[i * columns + j][w] =
                __builtin_elementwise_fma(av[i][w], bv[j][w], lanes[i * columns + j][w]);
      }
    }
    // The missing elements are filled with -0 in a and 0 in b. Their product -0 does not change a
    // lane when it is added, not even a lane that underflow has set to -0.
    if (t < end) {
      for (int w = 0; w < WIDE; w++) {
        ptrdiff_t part = end - t - w * LANES;
        for (int i = 0; i < rows; i++)
          av[i][w] = load_part(a + i * lda + t + w * LANES, part, -0.0f);
        for (int j = 0; j < columns; j++)
          bv[j][w] = load_part(b + j * ldb + t + w * LANES, part, 0);
        for (int i = 0; i < rows; i++)
          for (int j = 0; j < columns; j++)
            lanes[i * columns + j][w] =
                __builtin_elementwise_fma(av[i][w], bv[j][w], lanes[i * columns + j][w]);
      }
    }
    int l = 0;
    if (rows * columns == LANES) store(sum, lane_trees(lanes));
    else
      for (int x = 0; x < rows * columns; x++) sum[x] = lane_tree(lanes[x]);
    if (chunks > 1) {
      for (; k >> l & 1; l++)
        for (int x = 0; x < rows * columns; x++) sum[x] = level[l][x] + sum[x];
      for (int x = 0; x < rows * columns; x++) level[l][x] = sum[x];
    }
  }
  for (int l = __builtin_ctzll((unsigned long long)chunks) + 1; chunks >> l; l++)
    if (chunks >> l & 1)
      for (int x = 0; x < rows * columns; x++) sum[x] = level[l][x] + sum[x];
  for (int i = 0; i < rows; i++)
    for (int j = 0; j < columns; j++)
      c[i * ldc + j] = bias ? sum[i * columns + j] + bias[j] : sum[i * columns + j];
}

INLINE void NAME(tiles)(
    int columns, ptrdiff_t m, ptrdiff_t steps, ptrdiff_t chunk, const float *a, ptrdiff_t lda,
    const float *b, ptrdiff_t ldb, const float *bias, float *c, ptrdiff_t ldc) {
  ptrdiff_t i = 0;
#define TILES(rows)                                                                             \
  for (; i + (rows) <= m; i += (rows))                                                          \
    NAME(tile)(rows, columns, steps, chunk, a + i * lda, lda, b, ldb, bias, c + i * ldc, ldc);
  TILES(TILE_ROWS) TILES(2) TILES(1)
#undef TILES
}

void NAME(gemm_lanes)(
    ptrdiff_t m, ptrdiff_t n, ptrdiff_t steps, ptrdiff_t chunk,
    const float *a, ptrdiff_t lda, const float *b, ptrdiff_t ldb, const float *bias,
    float *c, ptrdiff_t ldc) {
  if (m == 0) return;  // the pointers may be null
  ptrdiff_t j = 0;
#define COLUMNS(columns)                                                                        \
  for (; j + (columns) <= n; j += (columns))                                                    \
    NAME(tiles)(columns, m, steps, chunk, a, lda, b + j * ldb, ldb, bias ? bias + j : 0, c + j, ldc);
  COLUMNS(TILE_COLUMNS) COLUMNS(2) COLUMNS(1)
#undef COLUMNS
}

#endif
