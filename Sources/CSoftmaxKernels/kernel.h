// SPDX-License-Identifier: Apache-2.0
//
// What every kernel source needs: the contract on contraction, the chunks and their tree.

#ifndef KERNEL_H
#define KERNEL_H

#include "CSoftmaxKernels.h"

// A product and a sum are two roundings unless the source says fma.
#pragma STDC FP_CONTRACT OFF

#define INLINE static inline __attribute__((always_inline))

// Chunks of a sum are added like the carries of a binary counter: chunk i is pushed at level 0, and
// as long as the level is taken, the earlier sum plus this one moves up. What is left is added from
// the smallest level up, earlier + later. So equal halves are added first, the tree depends on the
// number of chunks alone, and no more than SOFTMAX_LEVELS sums are held.
#define SOFTMAX_LEVELS 40

INLINE ptrdiff_t chunk_count(ptrdiff_t steps, ptrdiff_t chunk) {
  return steps <= chunk ? 1 : (steps + chunk - 1) / chunk;
}

// The scalar form: `sum` is the sum of chunk number `index`.
INLINE void softmax_tree_push(float *level, ptrdiff_t index, float sum) {
  int l = 0;
  for (; index >> l & 1; l++) sum = level[l] + sum;
  level[l] = sum;
}

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
