// SPDX-License-Identifier: Apache-2.0
//
// Cross-entropy of each row from its logits, and its gradient: (softmax - target) scale.

#ifndef VARIANT

#include "kernel.h"

#define KERNEL_SCALAR
#define KERNEL_SOURCE "cross_entropy.c"
#include "variants.h"

#else

#include "elementary.h"
#include "row.h"

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
    loss[i] = log_one(sum) - chosen;
    if (!d) continue;
    float inverse = 1.0f / sum, probability = d[labels[i]] * inverse;
    ptrdiff_t j = 0;
    for (; j + LANES <= n; j += LANES) store(d + j, load(d + j) * inverse * scale);
    for (; j < n; j++) d[j] = d[j] * inverse * scale;
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
    float log_sum = log_one(sum), lane[16] = {0};
    for (ptrdiff_t j = 0; j < n; j++)
      if (t[j] != 0.0f)
        lane[j % 16] = __builtin_elementwise_fma(t[j], log_sum - (z[j] - max), lane[j % 16]);
    for (int half = 8; half > 0; half /= 2)
      for (int k = 0; k < half; k++) lane[k] = lane[k] + lane[k + half];
    loss[i] = lane[0];
    if (!d) continue;
    float inverse = 1.0f / sum;
    ptrdiff_t j = 0;
    for (; j + LANES <= n; j += LANES)
      store(d + j, (exp_(load(z + j) - max) * inverse - load(t + j)) * scale);
    for (; j < n; j++) d[j] = (exp_one(z[j] - max) * inverse - t[j]) * scale;
  }
}

#endif
