// SPDX-License-Identifier: Apache-2.0
//
// Losses that are a sum over the outputs of a row: binary cross-entropy from logits, squared loss,
// absolute loss and Huber loss. Element j of a row belongs to virtual lane j mod 16. A lane adds its
// elements in ascending order from +0, and the lane tree adds the lanes. The scalar variant is compiled
// from the same source with vectors of one lane.

#ifndef VARIANT

#include "kernel.h"

#define KERNEL_SCALAR
#define KERNEL_SOURCE "output_losses.c"
#include "variants.h"

#else

#include "elementary.h"
#include "lane_sum.h"

#undef OUTPUT_LOSS

// Defines a loss kernel. The statements compute `term` and `slope` from `output` and `target`. For each
// row i, loss[i] = the sum of `term`, and D[i,j] = `slope` * scale[i] unless d is null. A row whose
// scale is 0 does not contribute: its loss and its gradient are +0 for any outputs. A row whose sum is
// NaN has the canonical NaN, __builtin_nanf(""), as its loss and gradient. In lanes past the end of the
// row, the output is `behind` and the target is 0. `behind` is chosen such that the term is then +0,
// which does not change the lane's sum.
#define OUTPUT_LOSS(name, parameters, behind, ...)                                              \
  void NAME(name)(                                                                              \
      ptrdiff_t m, ptrdiff_t n, const float *z, ptrdiff_t ldz, const float *t, ptrdiff_t ldt,   \
      parameters const float *scale, float *loss, float *d, ptrdiff_t ldd) {                    \
    for (ptrdiff_t i = 0; i < m; i++, z += ldz, t += ldt, d = d ? d + ldd : 0) {                \
      vf lane[WIDE];                                                                            \
      for (int w = 0; w < WIDE; w++) lane[w] = 0;                                               \
      for (ptrdiff_t begin = 0; begin < n && scale[i] != 0.0f; begin += 16)                     \
        for (int w = 0; w < WIDE && begin + w * LANES < n; w++) {                               \
          const ptrdiff_t j = begin + w * LANES, some = smaller(n - j, LANES);                  \
          vf output = get_part(z + j, some, behind), target = get_part(t + j, some, 0);         \
          vf term, slope;                                                                       \
          __VA_ARGS__                                                                           \
          lane[w] += term;                                                                      \
          if (d) put_part(d + j, slope * scale[i], some);                                       \
        }                                                                                       \
      float sum = lane_sum(lane);                                                               \
      loss[i] = sum != sum ? __builtin_nanf("") : sum;                                          \
      if (d && (sum != sum || scale[i] == 0.0f))                                                \
        for (ptrdiff_t j = 0; j < n; j++) d[j] = loss[i];                                       \
    }                                                                                           \
  }

#define NOTHING

// For the output z and the target t the term is max(z, 0) - t z + ln(1 + e^-|z|), its slope
// 1 / (1 + e^-z) - t.
OUTPUT_LOSS(binary_cross_entropy, NOTHING, -1e30f, {
  vf e = exp_(as_float(as_int(output) | INT32_MIN));
  vf positive = output > 0.0f ? output : (vf)0.0f;
  term = fma_(-target, output, positive) + log1p_(e);
  slope = (output < 0.0f ? e : (vf)1.0f) / (1.0f + e) - target;
})

// With error = output - target, the term is error^2 / 2, its slope the error.
OUTPUT_LOSS(squared_loss, NOTHING, 0, {
  slope = output - target;
  term = slope * slope * 0.5f;
})

// With error = output - target, the term is |error|, its slope the sign of the error, 0 for an error of 0.
OUTPUT_LOSS(absolute_loss, NOTHING, 0, {
  vf error = output - target;
  term = as_float(as_int(error) & INT32_MAX);
  slope = error > 0.0f ? (vf)1.0f : error < 0.0f ? (vf)-1.0f : error;
})

// With error = output - target, the term is error^2 / 2 if |error| <= delta, else
// delta (|error| - delta / 2). Its slope is the error clamped to -delta...delta.
#define DELTA float delta,
OUTPUT_LOSS(huber_loss, DELTA, 0, {
  vf error = output - target, size = as_float(as_int(error) & INT32_MAX);
  vf near = error * error * 0.5f, far = delta * (size - 0.5f * delta);
  vf limit = error < 0.0f ? (vf)-delta : (vf)delta;
  term = size <= delta ? near : far;
  slope = size <= delta ? error : size > delta ? limit : error;
})
#undef DELTA

#undef NOTHING

#endif
