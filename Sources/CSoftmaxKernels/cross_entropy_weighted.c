// SPDX-License-Identifier: Apache-2.0
//
// Cross-entropy with class weights and sample weights. The terms and their order are those of
// cross_entropy_distributions, with two differences: the targets contain the class weights, so they
// need not sum to 1, and each row has a separate scale.

#ifndef VARIANT

#include "kernel.h"

#define KERNEL_SCALAR
#define KERNEL_SOURCE "cross_entropy_weighted.c"
#include "variants.h"

#else

#include "elementary.h"
#include "row.h"

#if LANES == 1

void NAME(cross_entropy_weighted)(
    ptrdiff_t m, ptrdiff_t n, const float *z, ptrdiff_t ldz, const float *t, ptrdiff_t ldt,
    const float *mass, const float *scale, float *loss, float *d, ptrdiff_t ldd) {
  for (ptrdiff_t i = 0; i < m; i++, z += ldz, t += ldt, d = d ? d + ldd : 0) {
    float max = row_max(n, z), sum = row_exp_sum(n, z, max, 0);
    if (scale[i] == 0.0f || sum != sum) {
      loss[i] = scale[i] == 0.0f ? 0.0f : __builtin_nanf("");
      if (d) row_fill(n, d, loss[i]);
      continue;
    }
    float log_sum = log_(sum), lane[16] = {0};
    for (ptrdiff_t j = 0; j < n; j++)
      if (t[j] != 0.0f) lane[j % 16] = fma_(t[j], log_sum - (z[j] - max), lane[j % 16]);
    for (int half = 8; half > 0; half /= 2)
      for (int k = 0; k < half; k++) lane[k] = lane[k] + lane[k + half];
    loss[i] = lane[0];
    if (!d) continue;
    float share = mass[i] / sum;
    for (ptrdiff_t j = 0; j < n; j++) d[j] = fma_(exp_(z[j] - max), share, -t[j]) * scale[i];
  }
}

#else

#include "block.h"

INLINE void NAME(weighted_block)(
    ptrdiff_t rows, ptrdiff_t n, const float *z, ptrdiff_t ldz, const float *t, ptrdiff_t ldt,
    const float *mass, const float *scale, float *loss, float *d, ptrdiff_t ldd) {
  vf column[BLOCK_COLUMNS], target[BLOCK_COLUMNS], term[BLOCK_COLUMNS], lane[16];
  block_load(rows, n, z, ldz, column);
  block_load(rows, n, t, ldt, target);
  vf scales = load_some(scale, rows, 0), nan = __builtin_nanf("");
  // A block with fewer than LANES rows repeats its last row and stores that row's gradient again from
  // each repetition, so the repetitions need the same scale and mass.
  for (ptrdiff_t i = rows; i < LANES; i++) scales[i] = scale[rows - 1];
  vf masses = load_some(mass, rows, 0);
  for (ptrdiff_t i = rows; i < LANES; i++) masses[i] = mass[rows - 1];
  vf max = block_max(n, column);
  block_exp(n, column, max, term);
  vf sum = block_sum(n, term), log_sum = log_(sum), share = masses / sum;
  for (int k = 0; k < 16; k++) lane[k] = 0;
  for (ptrdiff_t j = 0; j < n; j++) {
    vf total = fma_(target[j], log_sum - (column[j] - max), lane[j % 16]);
    lane[j % 16] = target[j] != 0.0f ? total : lane[j % 16];
    vf gradient = fma_(term[j], share, -target[j]) * scales;
    gradient = sum != sum ? nan : gradient;
    term[j] = scales == 0.0f ? (vf)0.0f : gradient;
  }
  vf total = block_tree(n, lane);
  if (n < 16) total += 0.0f;  // -0 becomes +0, as if the +0 of the unused lanes were added
  total = sum != sum ? nan : total;
  store_some(loss, scales == 0.0f ? (vf)0.0f : total, rows);
  if (d) block_store(rows, n, term, d, ldd);
}

void NAME(cross_entropy_weighted)(
    ptrdiff_t m, ptrdiff_t n, const float *z, ptrdiff_t ldz, const float *t, ptrdiff_t ldt,
    const float *mass, const float *scale, float *loss, float *d, ptrdiff_t ldd) {
  if (n > 0 && n <= BLOCK_COLUMNS) {
    FOR_BLOCKS(NAME(weighted_block)(
        rows, n, z + i * ldz, ldz, t + i * ldt, ldt, mass + i, scale + i, loss + i,
        d ? d + i * ldd : 0, ldd));
    return;
  }
  for (ptrdiff_t i = 0; i < m; i++, z += ldz, t += ldt, d = d ? d + ldd : 0) {
    vf lane[WIDE], last;
    float max = row_max(n, z), sum = row_exp_sum(n, z, max, 0, &last, row_next(m - i, n, z, ldz));
    if (scale[i] == 0.0f || sum != sum) {
      loss[i] = scale[i] == 0.0f ? 0.0f : __builtin_nanf("");
      if (d) row_fill(n, d, loss[i]);
      continue;
    }
    vf log_sum = log_((vf)sum);
    float share = mass[i] / sum;
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
        store_some(d + j, fma_(shifted, share, -target) * scale[i], some);
      }
    loss[i] = lane_tree(lane);
  }
}

#endif

#endif
