// SPDX-License-Identifier: Apache-2.0
//
// The maximum of a row and the sum of its exponentials, which softmax and cross-entropy share.
// Element j of a row belongs to virtual lane j mod 16. A lane adds its elements in ascending order
// from +0, and the lane tree adds the lanes. Included once for each variant, after elementary.h.

#undef row_max
#undef row_next
#undef row_exp_sum
#undef row_fill
#define row_max NAME(row_max)
#define row_next NAME(row_next)
#define row_exp_sum NAME(row_exp_sum)
#define row_fill NAME(row_fill)

INLINE void row_fill(ptrdiff_t n, float *y, float value) {
  for (ptrdiff_t j = 0; j < n; j++) y[j] = value;
}

#if LANES == 1

// Returns the greatest element of the row, or -inf for an empty row. NaN elements are ignored.
INLINE float row_max(ptrdiff_t n, const float *x) {
  float max = -__builtin_inff();
  for (ptrdiff_t j = 0; j < n; j++) max = x[j] > max ? x[j] : max;
  return max;
}

// Returns the sum of exp(x - max) and stores the exponentials in y unless y is null.
INLINE float row_exp_sum(ptrdiff_t n, const float *x, float max, float *y) {
  float lane[16] = {0};
  for (ptrdiff_t j = 0; j < n; j++) {
    float e = exp_(x[j] - max);
    if (y) y[j] = e;
    lane[j % 16] = lane[j % 16] + e;
  }
  for (int half = 8; half > 0; half /= 2)
    for (int i = 0; i < half; i++) lane[i] = lane[i] + lane[i + half];
  return lane[0];
}

#else

#include "part.h"

#ifndef ROW_H
#define ROW_H

// Executes the statements for each vector of a row of n elements. A vector covers the elements
// j ..< j + some; `some` is LANES except in the last vector.
#define FOR_ROW(n, ...)                                                                         \
  do {                                                                                          \
    ptrdiff_t j = 0;                                                                            \
    for (; j + LANES <= (n); j += LANES) {                                                      \
      const ptrdiff_t some = LANES;                                                             \
      __VA_ARGS__                                                                               \
    }                                                                                           \
    if (j < (n)) {                                                                              \
      const ptrdiff_t some = (n) - j;                                                           \
      __VA_ARGS__                                                                               \
    }                                                                                           \
  } while (0)

// The number of rows whose per-row values, such as sums, are processed together as one vector. Longer
// rows are processed one by one, because LANES of them might not stay in the first-level cache.
#define ROW_GROUP(n) ((n) <= 256 ? LANES : 1)

#endif

// Returns the greatest element of the row, or -inf for an empty row. NaN elements are ignored. The
// result does not depend on the order of the comparisons.
INLINE float row_max(ptrdiff_t n, const float *x) {
  vf lane[4] = {-__builtin_inff(), -__builtin_inff(), -__builtin_inff(), -__builtin_inff()};
  ptrdiff_t begin = 0;
  for (; begin + 4 * LANES <= n; begin += 4 * LANES)
    for (int i = 0; i < 4; i++) {
      vf v = load(x + begin + i * LANES);
      lane[i] = v > lane[i] ? v : lane[i];
    }
  FOR_ROW(n - begin, {
    vf v = load_some(x + begin + j, some, -__builtin_inff());
    lane[0] = v > lane[0] ? v : lane[0];
  });
  for (int i = 0; i < 2; i++) lane[i] = lane[i + 2] > lane[i] ? lane[i + 2] : lane[i];
  return greatest_lane(lane[1] > lane[0] ? lane[1] : lane[0]);
}

// Returns the row after x if prefetching it into the second-level cache pays, else null. `rows` is the
// number of remaining rows, x included. The search for a row's maximum is limited by memory, so the
// next row is prefetched while the exponentials of x keep the processor busy.
INLINE const float *row_next(ptrdiff_t rows, ptrdiff_t n, const float *x, ptrdiff_t ldx) {
  return rows > 1 && n > 256 && n <= 65536 ? x + ldx : 0;
}

// Returns the sum of exp(x - max). Prefetches `next` unless it is null. Stores the exponentials in y
// unless y is null. The last n mod LANES exponentials are returned in `last` and not stored in y,
// because it is slow to load a vector that overlaps a shorter store made just before.
INLINE float row_exp_sum(
    ptrdiff_t n, const float *x, float max, float *y, vf *last, const float *next) {
  vf lane[WIDE], e[8];
  for (int w = 0; w < WIDE; w++) lane[w] = 0;
  ptrdiff_t begin = 0;
  for (; begin + 8 * LANES <= n; begin += 8 * LANES) {
    for (int i = 0; i < 8; i++) e[i] = load(x + begin + i * LANES) - max;
    for (int i = 0; i < 8 * LANES && next; i += 16) __builtin_prefetch(next + begin + i, 0, 2);
    exp_nonpositive_(8, e);
    for (int i = 0; i < 8; i++) {
      if (y) store(y + begin + i * LANES, e[i]);
      lane[i % WIDE] += e[i];
    }
  }
  for (; begin < n; begin += 16)
    for (int w = 0; w < WIDE; w++) {
      ptrdiff_t j = begin + w * LANES, some = n - j;
      if (some <= 0) break;
      // The fill value -inf gives exp(-inf) = +0, which does not change a lane. If max is -inf, the
      // differences are NaN, but then every element of the row is -inf or NaN, so the sum is NaN anyway.
      e[0] = (some < LANES ? load_some(x + j, some, -__builtin_inff()) : load(x + j)) - max;
      exp_nonpositive_(1, e);
      lane[w] += e[0];
      if (some < LANES) *last = e[0];
      else if (y) store(y + j, e[0]);
    }
  return lane_tree(lane);
}

#endif
