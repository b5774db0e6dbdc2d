// SPDX-License-Identifier: Apache-2.0
//
// Loads and stores of the first elements of a vector without a loop over the lanes. Loads use masks if
// the instruction set has them; stores use pieces of 8, 4, 2 and 1 elements. Included once for each
// variant with more than one lane.

#undef load_some
#undef store_some
#undef greatest_lane
#define load_some NAME(load_some)
#define store_some NAME(store_some)
#define greatest_lane NAME(greatest_lane)

#ifndef PART_H
#define PART_H
#if defined(__x86_64__)
#include <immintrin.h>
#endif
typedef float four __attribute__((ext_vector_type(4)));
#endif

// Loads the first n elements of p, 0 <= n <= LANES. The other lanes are `fill`.
INLINE vf load_some(const float *p, ptrdiff_t n, float fill) {
#if LANES == 16
  return (vf)_mm512_mask_loadu_ps((__m512)(vf)fill, (__mmask16)((1u << n) - 1), p);
#elif LANES == 8
  const vi lane = {0, 1, 2, 3, 4, 5, 6, 7};
  vi chosen = lane < (vi)(int32_t)n;
  vf some = (vf)_mm256_maskload_ps(p, (__m256i)chosen);
  return chosen ? some : (vf)fill;
#else
  vf v = fill;
  if (n > 0) v[0] = p[0];
  if (n > 1) v[1] = p[1];
  if (n > 2) v[2] = p[2];
  if (n > 3) v[3] = p[3];
  return v;
#endif
}

// Stores the first n elements of v, 0 <= n <= LANES. It stores pieces rather than use a mask: a masked
// store delays later loads of the memory that the mask excludes, which here is the next row.
INLINE void store_some(float *p, vf v, ptrdiff_t n) {
  if (n == LANES) return store(p, v);
#define PIECE(of, count)                                                                        \
  if (n & count) {                                                                              \
    float __attribute__((ext_vector_type(count))) piece = of.lo;                                \
    __builtin_memcpy(p, &piece, sizeof piece);                                                  \
    of.lo = of.hi, p += count;                                                                  \
  }
#if LANES == 16
  PIECE(v, 8)
  float __attribute__((ext_vector_type(8))) eight = v.lo;
#elif LANES == 8
  vf eight = v;
#endif
#if LANES > 4
  PIECE(eight, 4)
  four four_ = eight.lo;
#else
  four four_ = v;
#endif
  PIECE(four_, 2)
  if (n & 1) *p = four_.x;
#undef PIECE
}

// Returns the greatest lane of a vector that contains no NaN.
INLINE float greatest_lane(vf v) {
#if LANES == 16
  float __attribute__((ext_vector_type(8))) a = v.lo > v.hi ? v.lo : v.hi;
  float __attribute__((ext_vector_type(4))) b = a.lo > a.hi ? a.lo : a.hi;
#elif LANES == 8
  float __attribute__((ext_vector_type(4))) b = v.lo > v.hi ? v.lo : v.hi;
#else
  vf b = v;
#endif
  float __attribute__((ext_vector_type(2))) c = b.lo > b.hi ? b.lo : b.hi;
  return c.x > c.y ? c.x : c.y;
}
