// SPDX-License-Identifier: Apache-2.0
//
// The predicted class of each row: the column of the row's first NaN, or else of its first greatest
// element.

#ifndef VARIANT

#include "kernel.h"

#define KERNEL_SCALAR
#define KERNEL_SOURCE "argmax_rows.c"
#include "variants.h"

#else

#include "elementary.h"
#include "row.h"

#if LANES == 1

void NAME(argmax_rows)(ptrdiff_t m, ptrdiff_t n, const float *x, ptrdiff_t ldx, int32_t *index) {
  for (ptrdiff_t i = 0; i < m; i++, x += ldx) {
    ptrdiff_t best = 0;
    for (ptrdiff_t j = 0; j < n && x[best] == x[best]; j++)
      if (x[j] > x[best] || x[j] != x[j]) best = j;
    index[i] = (int32_t)best;
  }
}

#else

#include "block.h"

INLINE void NAME(argmax_block)(
    ptrdiff_t rows, ptrdiff_t n, const float *x, ptrdiff_t ldx, int32_t *index) {
  vf column[BLOCK_COLUMNS];
  block_load(rows, n, x, ldx, column);
  vf best = column[0];
  vi chosen = 0;
  for (ptrdiff_t j = 1; j < n; j++) {
    vi better = (column[j] > best) | (column[j] != column[j]);
    better &= best == best;
    best = better ? column[j] : best;
    chosen = better ? (vi)(int32_t)j : chosen;
  }
  __builtin_memcpy(index, &chosen, (size_t)rows * sizeof *index);
}

// Returns the first column whose element equals `value`, or is NaN if `value` is NaN. Returns n if there
// is no such column.
INLINE ptrdiff_t NAME(first_column)(ptrdiff_t n, const float *x, float value) {
  ptrdiff_t j = 0;
  if (value == value) {
    while (j + LANES <= n && !__builtin_reduce_or(load(x + j) == value)) j += LANES;
    while (j < n && x[j] != value) j++;
  } else {
    while (j + LANES <= n && !__builtin_reduce_or(load(x + j) != load(x + j))) j += LANES;
    while (j < n && x[j] == x[j]) j++;
  }
  return j;
}

void NAME(argmax_rows)(ptrdiff_t m, ptrdiff_t n, const float *x, ptrdiff_t ldx, int32_t *index) {
  if (n > 0 && n <= BLOCK_COLUMNS) {
    FOR_BLOCKS(NAME(argmax_block)(rows, n, x + i * ldx, ldx, index + i));
    return;
  }
  for (ptrdiff_t i = 0; i < m; i++, x += ldx) {
    float max = row_max(n, x);
    vi nan = 0;
    FOR_ROW(n, {
      vf v = load_some(x + j, some, 0);
      nan |= v != v;
    });
    index[i] = (int32_t)NAME(first_column)(n, x, __builtin_reduce_or(nan) ? __builtin_nanf("") : max);
  }
}

#endif

#endif
