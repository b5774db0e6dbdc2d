// SPDX-License-Identifier: Apache-2.0
//
// Helpers for sums along a row in 16 virtual lanes. Kernels that use them need no separate scalar
// form: in the scalar variant a vector is one float, and `some` is always 1. Included once for each
// variant, after elementary.h.

#undef get_part
#undef put_part
#undef lane_sum
#define get_part NAME(get_part)
#define put_part NAME(put_part)
#define lane_sum NAME(lane_sum)

#if LANES == 1

INLINE vf get_part(const float *p, ptrdiff_t some, float fill) {
  (void)some, (void)fill;
  return *p;
}

INLINE void put_part(float *p, vf v, ptrdiff_t some) {
  (void)some;
  *p = v;
}

// Returns the sum of the 16 lanes by the lane tree: lane i + lane i+8, then i + i+4, i + i+2, i + i+1.
// The lanes are overwritten.
INLINE float lane_sum(vf *lane) {
  for (int half = 8; half > 0; half /= 2)
    for (int i = 0; i < half; i++) lane[i] = lane[i] + lane[i + half];
  return lane[0];
}

#else

#include "part.h"

INLINE vf get_part(const float *p, ptrdiff_t some, float fill) {
  return some < LANES ? load_some(p, some, fill) : load(p);
}

INLINE void put_part(float *p, vf v, ptrdiff_t some) { store_some(p, v, some); }

INLINE float lane_sum(vf *lane) { return lane_tree(lane); }

#endif
