// SPDX-License-Identifier: Apache-2.0
//
// Vectors of LANES floats for the variant being compiled. Included once for each variant (variants.h).
// LANES is 1 in the scalar variant of sources that are plain loops over vf. `wide` holds the 16 virtual
// lanes of the specification in WIDE vectors of LANES elements.

#undef vf
#undef vi
#undef vu
#undef NAME
#define NAME(x) CONCAT(x, VARIANT)
#define vf NAME(vector_float)
#define vi NAME(vector_int)
#define vu NAME(vector_unsigned)
#undef WIDE
#define WIDE (16 / LANES)

#if LANES == 1
typedef float vf;
typedef int32_t vi;
typedef uint32_t vu;
#else
typedef float vf __attribute__((ext_vector_type(LANES)));
typedef int32_t vi __attribute__((ext_vector_type(LANES)));
typedef uint32_t vu __attribute__((ext_vector_type(LANES)));
#endif

#undef load
#undef store
#undef load_part
#undef store_part
#undef lane_tree
#define load NAME(load)
#define store NAME(store)
#define load_part NAME(load_part)
#define store_part NAME(store_part)
#define lane_tree NAME(lane_tree)

INLINE vf load(const float *p) {
  vf v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}

INLINE void store(float *p, vf v) { __builtin_memcpy(p, &v, sizeof v); }

#if LANES > 1

// Loads the first n elements of p, n < LANES; none if n <= 0. The other lanes are `fill`.
INLINE vf load_part(const float *p, ptrdiff_t n, float fill) {
  vf v = fill;
  for (ptrdiff_t i = 0; i < n && i < LANES; i++) v[i] = p[i];
  return v;
}

INLINE void store_part(float *p, vf v, ptrdiff_t n) {
  for (ptrdiff_t i = 0; i < n && i < LANES; i++) p[i] = v[i];
}

// Returns the sum of the 16 virtual lanes by the lane tree: lane i + lane i+8, then i + i+4, i + i+2,
// i + i+1.
INLINE float lane_tree(const vf *wide) {
#if LANES == 16
  float __attribute__((ext_vector_type(8))) a = wide[0].lo + wide[0].hi;
  float __attribute__((ext_vector_type(4))) b = a.lo + a.hi;
#elif LANES == 8
  vf a = wide[0] + wide[1];
  float __attribute__((ext_vector_type(4))) b = a.lo + a.hi;
#else
  vf b = (wide[0] + wide[2]) + (wide[1] + wide[3]);
#endif
  float __attribute__((ext_vector_type(2))) c = b.lo + b.hi;
  return c.x + c.y;
}

#endif
