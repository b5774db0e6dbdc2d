// SPDX-License-Identifier: Apache-2.0
//
// Losses that look at each output of a row by itself: binary cross-entropy from logits, the squared,
// the absolute and Huber's. Element j of a row belongs to virtual lane j mod 16; a lane adds its
// elements in ascending order from +0, then the lane tree. The plain loop is the form at one lane.

#ifndef VARIANT

#include "kernel.h"

#define KERNEL_SCALAR
#define KERNEL_SOURCE "output_losses.c"
#include "variants.h"

#else

#include "elementary.h"
#include "lane_sum.h"

#undef OUTPUT_LOSS

// For each row i: loss[i] = the sum of `term`; D[i,j] = `slope` * scale[i] unless d is null. A row
// whose scale is 0 counts nothing: its loss and its gradient are +0, whatever its outputs are. A row
// whose sum is NaN has a loss and a gradient of the canonical NaN. Vectors that reach beyond the row's
// end hold outputs of `behind` and targets of 0 there, whose term is +0, so they leave their lanes alone.
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

// max(z, 0) - t z + ln(1 + e^-|z|), of slope 1 / (1 + e^-z) - t.
OUTPUT_LOSS(binary_cross_entropy, NOTHING, -1e30f, {
  vf e = exp_(as_float(as_int(output) | INT32_MIN));
  vf positive = output > 0.0f ? output : (vf)0.0f;
  term = fma_(-target, output, positive) + log1p_(e);
  slope = (output < 0.0f ? e : (vf)1.0f) / (1.0f + e) - target;
})

// e^2 / 2 of the error e = z - t, of slope e.
OUTPUT_LOSS(squared_loss, NOTHING, 0, {
  slope = output - target;
  term = slope * slope * 0.5f;
})

// |e|, of slope 1 or -1, and 0 at 0.
OUTPUT_LOSS(absolute_loss, NOTHING, 0, {
  vf error = output - target;
  term = as_float(as_int(error) & INT32_MAX);
  slope = error > 0.0f ? (vf)1.0f : error < 0.0f ? (vf)-1.0f : error;
})

// e^2 / 2 where |e| <= delta, else delta (|e| - delta / 2); of slope e within -delta...delta.
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
