// SPDX-License-Identifier: Apache-2.0
//
// The definitions that every kernel source needs: the floating-point mode, and the tree by which the
// sums of chunks are added.

#ifndef KERNEL_H
#define KERNEL_H

#include "CSoftmaxKernels.h"

// The compiler must not contract a product and a sum to a fused multiply-add. Sources that need one
// call fma explicitly.
#pragma STDC FP_CONTRACT OFF

#define INLINE static inline __attribute__((always_inline))

// A long sum is divided into chunks, whose sums are added like the carries of a binary counter. Chunk i
// is pushed at level 0. As long as the level is occupied, the sum at that level plus the new one moves
// to the next level. After the last push, the remaining levels are added in ascending order, the
// earlier sum first. So sums of equal numbers of chunks are added first, the tree depends only on the
// number of chunks, and at most SOFTMAX_LEVELS sums are held. Comments call this order softmax_tree.
#define SOFTMAX_LEVELS 40

INLINE ptrdiff_t chunk_count(ptrdiff_t steps, ptrdiff_t chunk) {
  return steps <= chunk ? 1 : (steps + chunk - 1) / chunk;
}

// Pushes `sum`, the sum of the chunk at `index`. This is the scalar form.
INLINE void softmax_tree_push(float *level, ptrdiff_t index, float sum) {
  int l = 0;
  for (; index >> l & 1; l++) sum = level[l] + sum;
  level[l] = sum;
}

// Returns the sum of all `count` chunks that were pushed; count must be at least 1.
INLINE float softmax_tree_total(const float *level, ptrdiff_t count) {
  int l = __builtin_ctzll((unsigned long long)count);
  float sum = level[l];
  for (l++; count >> l; l++)
    if (count >> l & 1) sum = level[l] + sum;
  return sum;
}

INLINE ptrdiff_t smaller(ptrdiff_t a, ptrdiff_t b) { return a < b ? a : b; }

#define CONCAT_(a, b) softmax_##a##_##b
#define CONCAT(a, b) CONCAT_(a, b)

#define TEXT_(a) #a
#define TEXT(a) TEXT_(a)

#endif
