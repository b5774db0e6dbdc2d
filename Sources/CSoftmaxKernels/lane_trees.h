// SPDX-License-Identifier: Apache-2.0
//
// The lane trees of several sums at once. Included once for each variant with more than one lane.

// Divides p and q into blocks of 2 * half lanes and adds the two halves of each block. The sums of p's
// blocks go into the lower half of the result, those of q's blocks into the upper half.
#undef halve
#undef lane_trees
#define halve NAME(halve)
#define lane_trees NAME(lane_trees)
INLINE vf halve(vf p, vf q, int half) {
#if LANES == 16
  if (half == 8)
    return __builtin_shufflevector(p, q, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23) +
           __builtin_shufflevector(p, q, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
  if (half == 4)
    return __builtin_shufflevector(p, q, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27) +
           __builtin_shufflevector(p, q, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31);
  if (half == 2)
    return __builtin_shufflevector(p, q, 0, 1, 4, 5, 8, 9, 12, 13, 16, 17, 20, 21, 24, 25, 28, 29) +
           __builtin_shufflevector(p, q, 2, 3, 6, 7, 10, 11, 14, 15, 18, 19, 22, 23, 26, 27, 30, 31);
  return __builtin_shufflevector(p, q, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30) +
         __builtin_shufflevector(p, q, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
#elif LANES == 8
  if (half == 4)
    return __builtin_shufflevector(p, q, 0, 1, 2, 3, 8, 9, 10, 11) +
           __builtin_shufflevector(p, q, 4, 5, 6, 7, 12, 13, 14, 15);
  if (half == 2)
    return __builtin_shufflevector(p, q, 0, 1, 4, 5, 8, 9, 12, 13) +
           __builtin_shufflevector(p, q, 2, 3, 6, 7, 10, 11, 14, 15);
  return __builtin_shufflevector(p, q, 0, 2, 4, 6, 8, 10, 12, 14) +
         __builtin_shufflevector(p, q, 1, 3, 5, 7, 9, 11, 13, 15);
#else
  if (half == 2)
    return __builtin_shufflevector(p, q, 0, 1, 4, 5) + __builtin_shufflevector(p, q, 2, 3, 6, 7);
  return __builtin_shufflevector(p, q, 0, 2, 4, 6) + __builtin_shufflevector(p, q, 1, 3, 5, 7);
#endif
}

// Returns the lane trees of LANES sums, sum i in lane i. Each level of the tree is computed for all sums
// before the next level.
INLINE vf lane_trees(const vf lanes[][WIDE]) {
  vf sum[LANES];
  for (int i = 0; i < LANES; i++) {
#if LANES == 16
    sum[i] = lanes[i][0];
#elif LANES == 8
    sum[i] = lanes[i][0] + lanes[i][1];
#else
    sum[i] = (lanes[i][0] + lanes[i][2]) + (lanes[i][1] + lanes[i][3]);
#endif
  }
#if LANES == 16
  for (int i = 0; i < 8; i++) sum[i] = halve(sum[2 * i], sum[2 * i + 1], 8);
#endif
#if LANES >= 8
  for (int i = 0; i < LANES / 16 * 4 + LANES % 16 / 2; i++)
    sum[i] = halve(sum[2 * i], sum[2 * i + 1], 4);
#endif
  for (int i = 0; i < 2; i++) sum[i] = halve(sum[2 * i], sum[2 * i + 1], 2);
  return halve(sum[0], sum[1], 1);
}
