// SPDX-License-Identifier: Apache-2.0
//
// softmax, log-softmax and log-sum-exp of each row. With the maximum m of the row and the sum s of
// exp(x - m), they are exp(x - m) (1 / s), (x - m) - ln s and m + ln s. Rows of at most BLOCK_COLUMNS
// elements are transposed block by block, one row in each lane (block.h). The elements of longer rows
// lie along vectors.

#ifndef VARIANT

#include "kernel.h"

#define KERNEL_SCALAR
#define KERNEL_SOURCE "softmax_rows.c"
#include "variants.h"

#else

#include "elementary.h"
#include "row.h"

#if LANES == 1

void NAME(softmax_rows)(
    ptrdiff_t m, ptrdiff_t n, const float *x, ptrdiff_t ldx, float *y, ptrdiff_t ldy) {
  for (ptrdiff_t i = 0; i < m; i++, x += ldx, y += ldy) {
    float sum = row_exp_sum(n, x, row_max(n, x), y);
    if (sum != sum) {
      row_fill(n, y, __builtin_nanf(""));
      continue;
    }
    float inverse = 1.0f / sum;
    for (ptrdiff_t j = 0; j < n; j++) y[j] = y[j] * inverse;
  }
}

void NAME(log_softmax_rows)(
    ptrdiff_t m, ptrdiff_t n, const float *x, ptrdiff_t ldx, float *y, ptrdiff_t ldy) {
  for (ptrdiff_t i = 0; i < m; i++, x += ldx, y += ldy) {
    float max = row_max(n, x);
    float sum = row_exp_sum(n, x, max, 0);
    if (sum != sum) {
      row_fill(n, y, __builtin_nanf(""));
      continue;
    }
    float log_sum = log_(sum);
    for (ptrdiff_t j = 0; j < n; j++) y[j] = (x[j] - max) - log_sum;
  }
}

void NAME(log_sum_exp_rows)(
    ptrdiff_t m, ptrdiff_t n, const float *x, ptrdiff_t ldx, float *y) {
  for (ptrdiff_t i = 0; i < m; i++, x += ldx) {
    float max = row_max(n, x);
    if (max - max == 0.0f) {
      float sum = row_exp_sum(n, x, max, 0);
      y[i] = sum != sum ? __builtin_nanf("") : max + log_(sum);
    } else {
      y[i] = max;
      for (ptrdiff_t j = 0; j < n; j++)
        if (x[j] != x[j]) y[i] = __builtin_nanf("");
    }
  }
}

#else

#include "block.h"

// MARK: Blocks

INLINE void NAME(softmax_block)(
    ptrdiff_t rows, ptrdiff_t n, const float *x, ptrdiff_t ldx, float *y, ptrdiff_t ldy) {
  vf column[BLOCK_COLUMNS];
  block_load(rows, n, x, ldx, column);
  block_exp(n, column, block_max(n, column), column);
  vf sum = block_sum(n, column), inverse = 1.0f / sum;
  for (ptrdiff_t j = 0; j < n; j++) column[j] *= inverse;
  block_void(n, sum, column);
  block_store(rows, n, column, y, ldy);
}

INLINE void NAME(log_softmax_block)(
    ptrdiff_t rows, ptrdiff_t n, const float *x, ptrdiff_t ldx, float *y, ptrdiff_t ldy) {
  vf column[BLOCK_COLUMNS], term[BLOCK_COLUMNS];
  block_load(rows, n, x, ldx, column);
  vf max = block_max(n, column);
  block_exp(n, column, max, term);
  vf sum = block_sum(n, term), log_sum = log_(sum);
  for (ptrdiff_t j = 0; j < n; j++) column[j] = (column[j] - max) - log_sum;
  block_void(n, sum, column);
  block_store(rows, n, column, y, ldy);
}

INLINE void NAME(log_sum_exp_block)(
    ptrdiff_t rows, ptrdiff_t n, const float *x, ptrdiff_t ldx, float *y) {
  vf column[BLOCK_COLUMNS], term[BLOCK_COLUMNS];
  block_load(rows, n, x, ldx, column);
  vf max = block_max(n, column);
  vi nan = column[0] != column[0];
  for (ptrdiff_t j = 1; j < n; j++) nan |= column[j] != column[j];
  block_exp(n, column, max, term);
  vf result = max - max == 0.0f ? max + log_(block_sum(n, term)) : max;
  store_some(y, nan ? (vf)__builtin_nanf("") : result, rows);
}

// MARK: Rows

void NAME(softmax_rows)(
    ptrdiff_t m, ptrdiff_t n, const float *x, ptrdiff_t ldx, float *y, ptrdiff_t ldy) {
  if (n > 0 && n <= BLOCK_COLUMNS) {
    FOR_BLOCKS(NAME(softmax_block)(rows, n, x + i * ldx, ldx, y + i * ldy, ldy));
    return;
  }
  for (ptrdiff_t i = 0; i < m; i++, x += ldx, y += ldy) {
    vf last;
    const float *next = row_next(m - i, n, x, ldx);
    float sum = row_exp_sum(n, x, row_max(n, x), y, &last, next);
    if (sum != sum) {
      row_fill(n, y, __builtin_nanf(""));
      continue;
    }
    float inverse = 1.0f / sum;
    FOR_ROW(n, store_some(y + j, (some < LANES ? last : load(y + j)) * inverse, some););
  }
}

void NAME(log_softmax_rows)(
    ptrdiff_t m, ptrdiff_t n, const float *x, ptrdiff_t ldx, float *y, ptrdiff_t ldy) {
  if (n > 0 && n <= BLOCK_COLUMNS) {
    FOR_BLOCKS(NAME(log_softmax_block)(rows, n, x + i * ldx, ldx, y + i * ldy, ldy));
    return;
  }
  for (ptrdiff_t rows; m > 0; m -= rows, x += rows * ldx, y += rows * ldy) {
    vf sum = 0, last;
    float max[LANES];
    rows = smaller(m, ROW_GROUP(n));
    const float *next = row_next(m, n, x, ldx);
    for (ptrdiff_t i = 0; i < rows; i++) {
      max[i] = row_max(n, x + i * ldx);
      sum[i] = row_exp_sum(n, x + i * ldx, max[i], 0, &last, next);
    }
    vf log_sum = log_(sum);
    for (ptrdiff_t i = 0; i < rows; i++) {
      const float *from = x + i * ldx;
      float *to = y + i * ldy, less = log_sum[i];
      if (less != less) row_fill(n, to, __builtin_nanf(""));
      else FOR_ROW(n, store_some(to + j, (load_some(from + j, some, 0) - max[i]) - less, some););
    }
  }
}

void NAME(log_sum_exp_rows)(
    ptrdiff_t m, ptrdiff_t n, const float *x, ptrdiff_t ldx, float *y) {
  if (n > 0 && n <= BLOCK_COLUMNS) {
    FOR_BLOCKS(NAME(log_sum_exp_block)(rows, n, x + i * ldx, ldx, y + i));
    return;
  }
  for (ptrdiff_t rows; m > 0; m -= rows, y += rows) {
    vf sum = 1, max = 0, last;
    rows = smaller(m, ROW_GROUP(n));
    const float *next = row_next(m, n, x, ldx);
    for (ptrdiff_t i = 0; i < rows; i++, x += ldx) {
      max[i] = row_max(n, x);
      if (max[i] - max[i] == 0.0f) {
        sum[i] = row_exp_sum(n, x, max[i], 0, &last, next);
        continue;
      }
      // An infinite maximum is the result: sum[i] stays 1, and ln 1 = 0. If the row contains a NaN, the
      // result is NaN.
      for (ptrdiff_t j = 0; j < n; j++)
        if (x[j] != x[j]) max[i] = x[j];
    }
    vf result = max + log_(sum);
    store_some(y, result != result ? (vf)__builtin_nanf("") : result, rows);
  }
}

#endif

#endif
