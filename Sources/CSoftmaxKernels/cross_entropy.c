// SPDX-License-Identifier: Apache-2.0
//
// The cross-entropy of each row from its logits, and the gradient (softmax - target) scale. Rows of
// at most BLOCK_COLUMNS elements are transposed block by block, one row in each lane (block.h). The
// elements of longer rows lie along vectors.

#ifndef VARIANT

#include "kernel.h"

#define KERNEL_SCALAR
#define KERNEL_SOURCE "cross_entropy.c"
#include "variants.h"

#else

#include "elementary.h"
#include "row.h"

#if LANES == 1

void NAME(cross_entropy_labels)(
    ptrdiff_t m, ptrdiff_t n, const float *z, ptrdiff_t ldz, const int32_t *labels, float scale,
    float *loss, float *d, ptrdiff_t ldd) {
  for (ptrdiff_t i = 0; i < m; i++, z += ldz, d = d ? d + ldd : 0) {
    float max = row_max(n, z), chosen = z[labels[i]] - max;
    float sum = row_exp_sum(n, z, max, d);
    if (sum != sum) {
      loss[i] = __builtin_nanf("");
      if (d) row_fill(n, d, __builtin_nanf(""));
      continue;
    }
    loss[i] = log_(sum) - chosen;
    if (!d) continue;
    float inverse = 1.0f / sum, probability = d[labels[i]] * inverse;
    for (ptrdiff_t j = 0; j < n; j++) d[j] = d[j] * inverse * scale;
    d[labels[i]] = (probability - 1.0f) * scale;
  }
}

void NAME(cross_entropy_distributions)(
    ptrdiff_t m, ptrdiff_t n, const float *z, ptrdiff_t ldz, const float *t, ptrdiff_t ldt,
    float scale, float *loss, float *d, ptrdiff_t ldd) {
  for (ptrdiff_t i = 0; i < m; i++, z += ldz, t += ldt, d = d ? d + ldd : 0) {
    float max = row_max(n, z);
    float sum = row_exp_sum(n, z, max, 0);
    if (sum != sum) {
      loss[i] = __builtin_nanf("");
      if (d) row_fill(n, d, __builtin_nanf(""));
      continue;
    }
    float log_sum = log_(sum), lane[16] = {0};
    for (ptrdiff_t j = 0; j < n; j++)
      if (t[j] != 0.0f) lane[j % 16] = fma_(t[j], log_sum - (z[j] - max), lane[j % 16]);
    for (int half = 8; half > 0; half /= 2)
      for (int k = 0; k < half; k++) lane[k] = lane[k] + lane[k + half];
    loss[i] = lane[0];
    if (!d) continue;
    float inverse = 1.0f / sum;
    for (ptrdiff_t j = 0; j < n; j++) d[j] = (exp_(z[j] - max) * inverse - t[j]) * scale;
  }
}

#else

#include "block.h"

// MARK: Blocks

INLINE void NAME(labels_block)(
    ptrdiff_t rows, ptrdiff_t n, const float *z, ptrdiff_t ldz, const int32_t *labels,
    float scale, float *loss, float *d, ptrdiff_t ldd) {
  vf column[BLOCK_COLUMNS];
  block_load(rows, n, z, ldz, column);
  vi label = block_labels(rows, labels);
  vf max = block_max(n, column), chosen = column[0];
  for (ptrdiff_t j = 1; j < n; j++) chosen = label == (vi)(int32_t)j ? column[j] : chosen;
  block_exp(n, column, max, column);
  vf sum = block_sum(n, column);
  store_some(loss, sum != sum ? (vf)__builtin_nanf("") : log_(sum) - (chosen - max), rows);
  if (!d) return;
  vf inverse = 1.0f / sum;
  for (ptrdiff_t j = 0; j < n; j++) {
    vf target = as_float((label == (vi)(int32_t)j) & as_int(1.0f));
    column[j] = (column[j] * inverse - target) * scale;
  }
  block_void(n, sum, column);
  block_store(rows, n, column, d, ldd);
}

INLINE void NAME(distributions_block)(
    ptrdiff_t rows, ptrdiff_t n, const float *z, ptrdiff_t ldz, const float *t, ptrdiff_t ldt,
    float scale, float *loss, float *d, ptrdiff_t ldd) {
  vf column[BLOCK_COLUMNS], target[BLOCK_COLUMNS], term[BLOCK_COLUMNS], lane[16];
  block_load(rows, n, z, ldz, column);
  block_load(rows, n, t, ldt, target);
  vf max = block_max(n, column);
  block_exp(n, column, max, term);
  vf sum = block_sum(n, term), log_sum = log_(sum), inverse = 1.0f / sum;
  for (int k = 0; k < 16; k++) lane[k] = 0;
  for (ptrdiff_t j = 0; j < n; j++) {
    vf total = fma_(target[j], log_sum - (column[j] - max), lane[j % 16]);
    lane[j % 16] = target[j] != 0.0f ? total : lane[j % 16];
    term[j] = (term[j] * inverse - target[j]) * scale;
  }
  vf total = block_tree(n, lane);
  if (n < 16) total += 0.0f;  // -0 becomes +0, as if the +0 of the unused lanes were added
  store_some(loss, sum != sum ? (vf)__builtin_nanf("") : total, rows);
  if (!d) return;
  block_void(n, sum, term);
  block_store(rows, n, term, d, ldd);
}

// MARK: Rows

// Returns the loss of a row whose target is a distribution. Stores the gradient in d unless d is
// null. d may be z.
INLINE float NAME(target_row)(
    ptrdiff_t n, const float *z, const float *t, float max, float log_sum, float inverse,
    float scale, float *d) {
  vf lane[WIDE];
  for (int w = 0; w < WIDE; w++) lane[w] = 0;
  for (ptrdiff_t begin = 0; begin < n; begin += 16)
    for (int w = 0; w < WIDE && begin + w * LANES < n; w++) {
      ptrdiff_t j = begin + w * LANES, some = smaller(n - j, LANES);
      vf shifted = (some < LANES ? load_some(z + j, some, 0) : load(z + j)) - max;
      vf target = some < LANES ? load_some(t + j, some, 0) : load(t + j);
      vf total = fma_(target, log_sum - shifted, lane[w]);
      lane[w] = target != 0.0f ? total : lane[w];
      if (!d) continue;
      exp_nonpositive_(1, &shifted);
      vf gradient = (shifted * inverse - target) * scale;
      if (some < LANES) store_some(d + j, gradient, some);
      else store(d + j, gradient);
    }
  return lane_tree(lane);
}

void NAME(cross_entropy_labels)(
    ptrdiff_t m, ptrdiff_t n, const float *z, ptrdiff_t ldz, const int32_t *labels, float scale,
    float *loss, float *d, ptrdiff_t ldd) {
  if (n > 0 && n <= BLOCK_COLUMNS) {
    FOR_BLOCKS(NAME(labels_block)(
        rows, n, z + i * ldz, ldz, labels + i, scale, loss + i, d ? d + i * ldd : 0, ldd));
    return;
  }
  for (ptrdiff_t rows; m > 0; m -= rows, labels += rows, loss += rows, d = d ? d + rows * ldd : 0) {
    vf sum = 1, chosen = 0, last;
    rows = smaller(m, ROW_GROUP(n));
    const float *next = row_next(m, n, z, ldz);
    for (ptrdiff_t i = 0; i < rows; i++, z += ldz) {
      float max = row_max(n, z), *to = d ? d + i * ldd : 0;
      chosen[i] = z[labels[i]] - max;
      float total = row_exp_sum(n, z, max, to, &last, next), inverse = 1.0f / total;
      sum[i] = total;
      if (!d) continue;
      if (total != total) row_fill(n, to, __builtin_nanf(""));
      else
        FOR_ROW(n, store_some(
            to + j, (some < LANES ? last : load(to + j)) * inverse * scale, some););
    }
    vf nan = __builtin_nanf("");
    store_some(loss, sum != sum ? nan : log_(sum) - chosen, rows);
    if (!d) continue;
    exp_nonpositive_(1, &chosen);
    vf at_label = (chosen * (1.0f / sum) - 1.0f) * scale;
    at_label = sum != sum ? nan : at_label;
    for (ptrdiff_t i = 0; i < rows; i++) d[i * ldd + labels[i]] = at_label[i];
  }
}

void NAME(cross_entropy_distributions)(
    ptrdiff_t m, ptrdiff_t n, const float *z, ptrdiff_t ldz, const float *t, ptrdiff_t ldt,
    float scale, float *loss, float *d, ptrdiff_t ldd) {
  if (n > 0 && n <= BLOCK_COLUMNS) {
    FOR_BLOCKS(NAME(distributions_block)(
        rows, n, z + i * ldz, ldz, t + i * ldt, ldt, scale, loss + i, d ? d + i * ldd : 0, ldd));
    return;
  }
  for (ptrdiff_t rows; m > 0; m -= rows, loss += rows, d = d ? d + rows * ldd : 0) {
    vf sum = 1, last;
    float max[LANES];
    rows = smaller(m, ROW_GROUP(n));
    const float *next = row_next(m, n, z, ldz);
    for (ptrdiff_t i = 0; i < rows; i++) {
      max[i] = row_max(n, z + i * ldz);
      sum[i] = row_exp_sum(n, z + i * ldz, max[i], 0, &last, next);
    }
    vf log_sum = log_(sum), inverse = 1.0f / sum;
    for (ptrdiff_t i = 0; i < rows; i++, z += ldz, t += ldt) {
      float *to = d ? d + i * ldd : 0;
      loss[i] = __builtin_nanf("");
      if (sum[i] == sum[i])
        loss[i] = NAME(target_row)(n, z, t, max[i], log_sum[i], inverse[i], scale, to);
      else if (d) row_fill(n, to, loss[i]);
    }
  }
}

#endif

#endif
