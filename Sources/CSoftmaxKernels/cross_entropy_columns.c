// SPDX-License-Identifier: Apache-2.0
//
// Cross-entropy and its gradient for at most 32 classes, with the rows of the batch in vector lanes.
// The logits are first summed from the chunks that the workers exchanged. Each element goes through
// the same operations as in cross_entropy.c, so the bits are the same.

#ifndef VARIANT

#include "kernel.h"

#define KERNEL_SCALAR
#define KERNEL_SOURCE "cross_entropy_columns.c"
#include "variants.h"

#else

#include "elementary.h"

#undef columns_logits
#undef columns_tree
#define columns_logits NAME(columns_logits)
#define columns_tree NAME(columns_tree)

// Computes the logits z[j] of LANES rows from the sums of the chunks and the bias.
INLINE void columns_logits(
    ptrdiff_t n, ptrdiff_t chunks, const float *partial, ptrdiff_t chunk_stride, ptrdiff_t ld,
    const float *bias, vf *z) {
  for (ptrdiff_t j = 0; j < n; j++) {
    vf level[SOFTMAX_LEVELS], sum = (vf)0.0f;
    for (ptrdiff_t k = 0; k < chunks; k++) {
      sum = load(partial + k * chunk_stride + j * ld);
      int l = 0;
      for (; k >> l & 1; l++) sum = level[l] + sum;
      level[l] = sum;
    }
    for (int l = __builtin_ctzll((unsigned long long)chunks) + 1; chunks >> l; l++)
      if (chunks >> l & 1) sum = level[l] + sum;
    z[j] = sum + bias[j];
  }
}

// Returns the sum of x over the classes. Class j belongs to virtual lane j mod 16; n is at most 32.
INLINE vf columns_tree(ptrdiff_t n, const vf *x) {
  vf lane[16];
  for (int j = 0; j < 16; j++) lane[j] = j < n ? x[j] : (vf)0.0f;
  for (ptrdiff_t j = 16; j < n; j++) lane[j - 16] = lane[j - 16] + x[j];
  for (int half = 8; half > 0; half /= 2)
    for (int j = 0; j < half; j++) lane[j] = lane[j] + lane[j + half];
  return lane[0];
}

void NAME(cross_entropy_columns)(
    ptrdiff_t m, ptrdiff_t n, ptrdiff_t chunks, const float *partial, ptrdiff_t chunk_stride,
    ptrdiff_t ld, const float *bias, const int32_t *labels, const float *t, float scale,
    float *loss, int32_t *prediction, float *d) {
  const vf nan = (vf)__builtin_nanf("");
  for (ptrdiff_t i = 0; i < m; i += LANES) {
    vf z[32], e[32], term[32], max = (vf)-__builtin_inff(), best;
    columns_logits(n, chunks, partial + i, chunk_stride, ld, bias, z);
    vi label, first = (vi)0;
    if (labels) __builtin_memcpy(&label, labels + i, sizeof label);
    best = z[0];
    for (ptrdiff_t j = 0; j < n; j++) {
      max = z[j] > max ? z[j] : max;
      // Select the first greatest element, or the first NaN if there is one.
      vi better = (z[j] > best) | ((z[j] != z[j]) & (best == best));
      first = better ? (vi)(int)j : first;
      best = better ? z[j] : best;
    }
    __builtin_memcpy(prediction + i, &first, sizeof first);
    for (ptrdiff_t j = 0; j < n; j++) e[j] = z[j] - max;
    ptrdiff_t done = 0;
    for (; done + 4 <= n; done += 4) exp_nonpositive_(4, e + done);
    for (; done < n; done++) exp_nonpositive_(1, e + done);
    vf sum = columns_tree(n, e), inverse = 1.0f / sum, log_sum = log_(sum), value;
    if (labels) {
      vf chosen = z[0];
      for (ptrdiff_t j = 1; j < n; j++) chosen = label == (vi)(int)j ? z[j] : chosen;
      value = log_sum - (chosen - max);
    } else {
      for (ptrdiff_t j = 0; j < n; j++) {
        vf tj = load(t + j * ld + i);
        // Classes j and j - 16 share a virtual lane.
        vf before = j < 16 ? (vf)0.0f : term[j - 16];
        vf after = fma_(tj, log_sum - (z[j] - max), before);
        term[j < 16 ? j : j - 16] = tj != 0.0f ? after : before;
      }
      value = columns_tree(n < 16 ? n : 16, term);
    }
    vi broken = sum != sum;
    store(loss + i, broken ? nan : value);
    for (ptrdiff_t j = 0; j < n; j++) {
      vf p = e[j] * inverse, dj;
      if (labels) dj = label == (vi)(int)j ? (p - 1.0f) * scale : p * scale;
      else dj = (p - load(t + j * ld + i)) * scale;
      store(d + j * ld + i, broken ? nan : dj);
    }
  }
}

#endif
