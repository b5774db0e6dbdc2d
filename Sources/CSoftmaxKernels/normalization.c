// SPDX-License-Identifier: Apache-2.0
//
// Batch and layer normalization: the means and variances over the rows of a batch or along a row, the
// normalization, and its gradient; mixtures of two matrices with a share for each column. Sums over rows are
// ascending from +0 in chunks, and softmax_tree adds the chunks. Sums along a row are taken in 16 virtual
// lanes, and the lane tree adds the lanes.

#ifndef VARIANT

#include "kernel.h"

#define KERNEL_SCALAR
#define KERNEL_SOURCE "normalization.c"
#include "variants.h"

#else

#include "elementary.h"

#undef tree_push
#undef tree_total
#undef load_column
#undef store_column
#undef lanes_total
#define tree_push NAME(tree_push_of)
#define tree_total NAME(tree_total_of)
#define load_column NAME(load_column_of)
#define store_column NAME(store_column_of)
#define lanes_total NAME(lanes_total_of)

INLINE void tree_push(vf *level, ptrdiff_t index, vf sum) {
  int l = 0;
  for (; index >> l & 1; l++) sum = level[l] + sum;
  level[l] = sum;
}

INLINE vf tree_total(const vf *level, ptrdiff_t count) {
  int l = __builtin_ctzll((unsigned long long)count);
  vf sum = level[l];
  for (l++; count >> l; l++)
    if (count >> l & 1) sum = level[l] + sum;
  return sum;
}

// Loads the first `some` columns of a vector, 1...LANES of them. The other lanes are 0.
INLINE vf load_column(const float *x, ptrdiff_t some) {
#if LANES == 1
  (void)some;
  return load(x);
#else
  return some < LANES ? load_part(x, some, 0) : load(x);
#endif
}

INLINE void store_column(float *y, vf v, ptrdiff_t some) {
#if LANES == 1
  (void)some;
  store(y, v);
#else
  some < LANES ? store_part(y, v, some) : store(y, v);
#endif
}

#define FOR_COLUMNS(...)                                                                        \
  for (ptrdiff_t j = 0; j < n; j += LANES) {                                                    \
    const ptrdiff_t some = smaller(n - j, LANES);                                               \
    __VA_ARGS__                                                                                 \
  }

// Computes the sum over the rows i < m in `sum`. `term` is an expression of the partial sum s and the
// row i, and its value is the next partial sum.
#define SUM_ROWS(sum, term)                                                                     \
  do {                                                                                          \
    vf level[SOFTMAX_LEVELS];                                                                   \
    const ptrdiff_t chunks = chunk_count(m, chunk);                                             \
    for (ptrdiff_t c = 0; c < chunks; c++) {                                                    \
      vf s = 0;                                                                                 \
      for (ptrdiff_t i = c * chunk; i < m && i < (c + 1) * chunk; i++) s = term;                \
      tree_push(level, c, s);                                                                   \
    }                                                                                           \
    sum = tree_total(level, chunks);                                                            \
  } while (0)

void NAME(column_moments)(
    ptrdiff_t m, ptrdiff_t n, ptrdiff_t chunk, const float *x, ptrdiff_t ldx, float *mean,
    float *variance) {
  const float rows = (float)m;
#define DEVIATION (load_column(x + i * ldx + j, some) - center)
  FOR_COLUMNS({
    vf sum, squares;
    SUM_ROWS(sum, s + load_column(x + i * ldx + j, some));
    const vf center = sum / rows;
    SUM_ROWS(squares, fma_(DEVIATION, DEVIATION, s));
    store_column(mean + j, center, some);
    store_column(variance + j, squares / rows, some);
  })
#undef DEVIATION
}

void NAME(column_products)(
    ptrdiff_t m, ptrdiff_t n, ptrdiff_t chunk, const float *a, ptrdiff_t lda, const float *b,
    ptrdiff_t ldb, float *y) {
  FOR_COLUMNS({
    vf sum;
    SUM_ROWS(
        sum, fma_(load_column(a + i * lda + j, some), load_column(b + i * ldb + j, some), s));
    store_column(y + j, sum, some);
  })
}

void NAME(normalize_columns)(
    ptrdiff_t m, ptrdiff_t n, const float *x, ptrdiff_t ldx, const float *mean,
    const float *inverse, const float *gamma, const float *beta, float *h, ptrdiff_t ldh, float *y,
    ptrdiff_t ldy) {
  for (ptrdiff_t i = 0; i < m; i++)
    FOR_COLUMNS({
      vf normal = (load_column(x + i * ldx + j, some) - load_column(mean + j, some)) *
                  load_column(inverse + j, some);
      if (h) store_column(h + i * ldh + j, normal, some);
      vf result = fma_(normal, load_column(gamma + j, some), load_column(beta + j, some));
      store_column(y + i * ldy + j, result, some);
    })
}

void NAME(normalize_columns_gradient)(
    ptrdiff_t m, ptrdiff_t n, const float *h, ptrdiff_t ldh, const float *scale, const float *dbeta,
    const float *dgamma, const float *dy, ptrdiff_t ldd, float *dx, ptrdiff_t ldx) {
  for (ptrdiff_t i = 0; i < m; i++)
    FOR_COLUMNS({
      vf rest = load_column(dy + i * ldd + j, some) - load_column(dbeta + j, some);
      rest = fma_(-load_column(h + i * ldh + j, some), load_column(dgamma + j, some), rest);
      store_column(dx + i * ldx + j, load_column(scale + j, some) * rest, some);
    })
}

void NAME(mix_columns)(
    ptrdiff_t m, ptrdiff_t n, const float *f, ptrdiff_t ldf, const float *x, ptrdiff_t ldx,
    const float *a, float *h, ptrdiff_t ldh, float *y, ptrdiff_t ldy) {
  for (ptrdiff_t i = 0; i < m; i++)
    FOR_COLUMNS({
      vf from = load_column(x + i * ldx + j, some);
      vf change = load_column(f + i * ldf + j, some) - from;
      if (h) store_column(h + i * ldh + j, change, some);
      store_column(y + i * ldy + j, fma_(change, load_column(a + j, some), from), some);
    })
}

// MARK: Along a row

// Computes the sum along a row in `sum`. `term` is an expression of the lane's partial sum s and the
// element j, and its value is the next partial sum. A lane adds its elements in ascending order.
#if LANES == 1
#define SUM_ALONG(sum, term)                                                                    \
  do {                                                                                          \
    float lane[16] = {0};                                                                       \
    const ptrdiff_t some = 1;                                                                   \
    (void)some;                                                                                 \
    for (ptrdiff_t j = 0; j < n; j++) {                                                         \
      float s = lane[j % 16];                                                                   \
      lane[j % 16] = term;                                                                      \
    }                                                                                           \
    for (int half = 8; half > 0; half /= 2)                                                     \
      for (int k = 0; k < half; k++) lane[k] = lane[k] + lane[k + half];                        \
    sum = lane[0];                                                                              \
  } while (0)
#else
#define SUM_ALONG(sum, term)                                                                    \
  do {                                                                                          \
    vf lane[WIDE];                                                                              \
    for (int w = 0; w < WIDE; w++) lane[w] = 0;                                                 \
    for (ptrdiff_t begin = 0; begin < n; begin += 16)                                           \
      for (int w = 0; w < WIDE && begin + w * LANES < n; w++) {                                 \
        const ptrdiff_t j = begin + w * LANES, some = smaller(n - j, LANES);                    \
        vf s = lane[w], added = term;                                                           \
        if (some < LANES)                                                                       \
          for (ptrdiff_t k = some; k < LANES; k++) added[k] = s[k];                             \
        lane[w] = added;                                                                        \
      }                                                                                         \
    sum = lane_tree(lane);                                                                      \
  } while (0)
#endif

void NAME(normalize_rows)(
    ptrdiff_t m, ptrdiff_t n, float epsilon, const float *x, ptrdiff_t ldx, const float *gamma,
    const float *beta, float *h, ptrdiff_t ldh, float *inverse, float *y, ptrdiff_t ldy) {
  const float count = (float)n;
  for (ptrdiff_t i = 0; i < m; i++) {
    const float *row = x + i * ldx;
    float sum, squares;
    SUM_ALONG(sum, s + load_column(row + j, some));
    const float center = sum / count;
#define DEVIATION (load_column(row + j, some) - center)
    SUM_ALONG(squares, fma_(DEVIATION, DEVIATION, s));
    const float scale = 1.0f / __builtin_elementwise_sqrt(squares / count + epsilon);
    FOR_COLUMNS({
      vf normal = DEVIATION * scale;
      if (h) store_column(h + i * ldh + j, normal, some);
      vf result = fma_(normal, load_column(gamma + j, some), load_column(beta + j, some));
      store_column(y + i * ldy + j, result, some);
    })
#undef DEVIATION
    if (inverse) inverse[i] = scale;
  }
}

void NAME(normalize_rows_gradient)(
    ptrdiff_t m, ptrdiff_t n, const float *h, ptrdiff_t ldh, const float *inverse,
    const float *gamma, const float *dy, ptrdiff_t ldd, float *dx, ptrdiff_t ldx) {
  const float count = (float)n;
  for (ptrdiff_t i = 0; i < m; i++) {
    const float *normal = h + i * ldh, *from = dy + i * ldd;
    float sum, products;
#define SLOPE (load_column(from + j, some) * load_column(gamma + j, some))
    SUM_ALONG(sum, s + SLOPE);
    SUM_ALONG(products, fma_(SLOPE, load_column(normal + j, some), s));
    const float a = sum / count, b = products / count;
    FOR_COLUMNS({
      vf rest = fma_(-load_column(normal + j, some), b, SLOPE - a);
      store_column(dx + i * ldx + j, inverse[i] * rest, some);
    })
#undef SLOPE
  }
}

#undef FOR_COLUMNS
#undef SUM_ROWS
#undef SUM_ALONG

#endif
