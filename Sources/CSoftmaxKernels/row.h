// SPDX-License-Identifier: Apache-2.0
//
// The maximum of a row and the sum of its exponentials: what softmax and cross-entropy share.
// Element j of a row belongs to virtual lane j mod 16; a lane adds its elements in ascending order
// from +0, then the lane tree. Included once for each variant, after elementary.h.

#undef row_max
#undef row_exp_sum
#undef row_fill
#undef log_one
#undef exp_one
#define row_max NAME(row_max)
#define row_exp_sum NAME(row_exp_sum)
#define row_fill NAME(row_fill)
#define log_one NAME(log_one)
#define exp_one NAME(exp_one)

// The greatest element; NaN is passed over, an empty row gives -inf. No order matters.
INLINE float row_max(ptrdiff_t n, const float *x) {
  float max = -__builtin_inff();
  ptrdiff_t j = 0;
#if LANES > 1
  vf lanes[2] = {max, max};
  for (; j + 2 * LANES <= n; j += 2 * LANES)
    for (int v = 0; v < 2; v++) {
      vf value = load(x + j + v * LANES);
      lanes[v] = value > lanes[v] ? value : lanes[v];
    }
  for (int v = 0; v < 2; v++)
    for (int i = 0; i < LANES; i++) max = lanes[v][i] > max ? lanes[v][i] : max;
#endif
  for (; j < n; j++) max = x[j] > max ? x[j] : max;
  return max;
}

// The sum of exp(x - max); the exponentials go to y unless it is null.
INLINE float row_exp_sum(ptrdiff_t n, const float *x, float max, float *y) {
#if LANES == 1
  float lane[16] = {0};
  for (ptrdiff_t j = 0; j < n; j++) {
    float e = exp_(x[j] - max);
    if (y) y[j] = e;
    lane[j % 16] = lane[j % 16] + e;
  }
  for (int half = 8; half > 0; half /= 2)
    for (int i = 0; i < half; i++) lane[i] = lane[i] + lane[i + half];
  return lane[0];
#else
  vf lanes[WIDE];
  for (int w = 0; w < WIDE; w++) lanes[w] = 0;
  ptrdiff_t j = 0;
  for (; j + 16 <= n; j += 16)
    for (int w = 0; w < WIDE; w++) {
      vf e = exp_(load(x + j + w * LANES) - max);
      if (y) store(y + j + w * LANES, e);
      lanes[w] += e;
    }
  // exp(-inf) = +0 leaves a lane as it is; with max = -inf the sum is NaN already.
  for (int w = 0; j < n && w < WIDE; w++) {
    ptrdiff_t part = n - j - w * LANES;
    vf e = exp_(load_part(x + j + w * LANES, part, -__builtin_inff()) - max);
    if (y) store_part(y + j + w * LANES, e, part);
    lanes[w] += e;
  }
  return lane_tree(lanes);
#endif
}

// ln of one number, by the same operations as of a vector.
INLINE float log_one(float x) {
#if LANES == 1
  return log_(x);
#else
  return log_((vf)x)[0];
#endif
}

INLINE float exp_one(float x) {
#if LANES == 1
  return exp_(x);
#else
  return exp_((vf)x)[0];
#endif
}

INLINE void row_fill(ptrdiff_t n, float *y, float value) {
  for (ptrdiff_t j = 0; j < n; j++) y[j] = value;
}
