// SPDX-License-Identifier: Apache-2.0
//
// The multi-class hinge loss of each row: the sum over the other classes j of
// max(0, margin - z[label] + z[j]). Element j of a row belongs to virtual lane j mod 16. A lane adds its
// elements in ascending order from +0, and the lane tree adds the lanes. The scalar variant is compiled
// from the same source with vectors of one lane.

#ifndef VARIANT

#include "kernel.h"

#define KERNEL_SCALAR
#define KERNEL_SOURCE "multi_class_hinge.c"
#include "variants.h"

#else

#include "elementary.h"
#include "lane_sum.h"

void NAME(multi_class_hinge)(
    ptrdiff_t m, ptrdiff_t n, const float *z, ptrdiff_t ldz, const int32_t *labels, float margin,
    const float *scale, float *loss, float *d, ptrdiff_t ldd) {
  for (ptrdiff_t i = 0; i < m; i++, z += ldz, d = d ? d + ldd : 0) {
    int counts = scale[i] != 0.0f;
    float least = counts ? margin - z[labels[i]] : 0.0f;
    vf lane[WIDE], over[WIDE];
    for (int w = 0; w < WIDE; w++) lane[w] = 0, over[w] = 0;
    for (ptrdiff_t begin = 0; begin < n && counts; begin += 16)
      for (int w = 0; w < WIDE && begin + w * LANES < n; w++) {
        const ptrdiff_t j = begin + w * LANES, some = smaller(n - j, LANES);
        // The term of the label itself would be the margin. It is set to 0, as are the lanes past the
        // end of the row.
        vf gap = least + get_part(z + j, some, 0);
#if LANES == 1
        gap = j == labels[i] ? 0.0f : gap;
#else
        if (labels[i] >= j && labels[i] < j + some) gap[labels[i] - j] = 0;
        for (ptrdiff_t k = some; k < LANES; k++) gap[k] = 0;
#endif
        lane[w] += gap <= 0.0f ? (vf)0.0f : gap;
        vf one = gap > 0.0f ? (vf)1.0f : (vf)0.0f;
        over[w] += one;
        if (d) put_part(d + j, one * scale[i], some);
      }
    float sum = lane_sum(lane), count = lane_sum(over);
    loss[i] = sum != sum ? __builtin_nanf("") : sum;
    if (!d) continue;
    if (sum != sum || !counts)
      for (ptrdiff_t j = 0; j < n; j++) d[j] = loss[i];
    else if (n > 0) d[labels[i]] = 0.0f - count * scale[i];
  }
}

#endif
