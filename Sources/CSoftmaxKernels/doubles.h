// SPDX-License-Identifier: Apache-2.0
//
// Vectors of DOUBLES doubles for the variant being compiled, and their exponential function. Included once
// for each variant after vector.h.

#undef vd
#undef vw
#undef load_doubles
#undef store_doubles
#undef load_doubles_part
#undef store_doubles_part
#undef exp_doubles
#define vd NAME(vector_double)
#define vw NAME(vector_word)
#define load_doubles NAME(load_doubles)
#define store_doubles NAME(store_doubles)
#define load_doubles_part NAME(load_doubles_part)
#define store_doubles_part NAME(store_doubles_part)
#define exp_doubles NAME(exp_doubles)

#undef DOUBLES
#if LANES == 1
#define DOUBLES 1
typedef double vd;
typedef uint64_t vw;
#else
#define DOUBLES (LANES / 2)
typedef double vd __attribute__((ext_vector_type(DOUBLES)));
typedef uint64_t vw __attribute__((ext_vector_type(DOUBLES)));
#endif

INLINE vd load_doubles(const double *p) {
  vd v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}

INLINE void store_doubles(double *p, vd v) { __builtin_memcpy(p, &v, sizeof v); }

#if LANES > 1

// Loads the first n elements of p, all of them if n >= DOUBLES, none if n <= 0. The other lanes are 0.
INLINE vd load_doubles_part(const double *p, ptrdiff_t n) {
  vd v = 0;
  for (ptrdiff_t i = 0; i < n && i < DOUBLES; i++) v[i] = p[i];
  return v;
}

INLINE void store_doubles_part(double *p, vd v, ptrdiff_t n) {
  for (ptrdiff_t i = 0; i < n && i < DOUBLES; i++) p[i] = v[i];
}

#endif

// Returns e^x = 2^n e^r for x <= 0, with n the integer nearest to x / ln 2 and r = x - n ln 2, where ln 2
// is split into two doubles. e^r is the Taylor polynomial of degree 13, whose first omitted term is below
// 2^-57. The result is 0 below -708, so it is never subnormal, and NaN for NaN.
INLINE vd exp_doubles(vd x) {
  const double magic = 0x1.8p52;  // adding it leaves the nearest integer in the low bits
  vd limited = x < -708.0 ? (vd)-708.0 : x;
  vd t = __builtin_elementwise_fma(limited, (vd)0x1.71547652b82fep0, (vd)magic);
  vd n = t - magic;
  vd r = __builtin_elementwise_fma(n, (vd)-0x1.62e42fefa39efp-1, limited);
  r = __builtin_elementwise_fma(n, (vd)-0x1.abc9e3b39803fp-56, r);
  vd p = (vd)(1 / 6227020800.0);
  p = __builtin_elementwise_fma(p, r, (vd)(1 / 479001600.0));
  p = __builtin_elementwise_fma(p, r, (vd)(1 / 39916800.0));
  p = __builtin_elementwise_fma(p, r, (vd)(1 / 3628800.0));
  p = __builtin_elementwise_fma(p, r, (vd)(1 / 362880.0));
  p = __builtin_elementwise_fma(p, r, (vd)(1 / 40320.0));
  p = __builtin_elementwise_fma(p, r, (vd)(1 / 5040.0));
  p = __builtin_elementwise_fma(p, r, (vd)(1 / 720.0));
  p = __builtin_elementwise_fma(p, r, (vd)(1 / 120.0));
  p = __builtin_elementwise_fma(p, r, (vd)(1 / 24.0));
  p = __builtin_elementwise_fma(p, r, (vd)(1 / 6.0));
  p = __builtin_elementwise_fma(p, r, (vd)0.5);
  p = __builtin_elementwise_fma(p, r, (vd)1.0);
  p = __builtin_elementwise_fma(p, r, (vd)1.0);
  vw bits;
  __builtin_memcpy(&bits, &t, sizeof bits);
  bits = (bits << 52) + ((uint64_t)1023 << 52);  // the low bits of t are n
  vd power;
  __builtin_memcpy(&power, &bits, sizeof power);
  return x < -708.0 ? (vd)0.0 : p * power;
}
