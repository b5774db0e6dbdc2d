// SPDX-License-Identifier: Apache-2.0
//
// exp, log, log1p, tanh, the logistic function, softplus, and the normal distribution and e^x - 1 that
// GELU and ELU need. The argument is of type vf: a float or a vector of floats. Both go through the
// same sequence of operations, so the bits are the same. Included once for each variant.
//
// Error bounds over all floats (checked by the tests): exp 1 ulp, log 1 ulp, log1p 2 ulp, tanh 2 ulp,
// sigmoid 3 ulp, softplus 2 ulp. docs/numerics.md lists the other bounds. Tools/fit-polynomials.py
// computes the coefficients of the polynomials.

#undef as_int
#undef as_float
#undef power_of_two
#undef to_float
#undef fma_
#undef exp_
#undef exp_nonpositive_
#undef log_
#undef log_quotient
#undef log1p_
#undef tanh_
#undef sigmoid_
#undef expm1_nonpositive_
#undef normal_
#undef softplus_
#define as_int NAME(as_int)
#define as_float NAME(as_float)
#define power_of_two NAME(power_of_two)
#define to_float NAME(to_float)
#define fma_(a, b, c) __builtin_elementwise_fma((vf)(a), (vf)(b), (vf)(c))
#define exp_ NAME(exp)
#define exp_nonpositive_ NAME(exp_nonpositive)
#define log_ NAME(log)
#define log_quotient NAME(log_quotient)
#define log1p_ NAME(log1p_of)
#define tanh_ NAME(tanh_of)
#define sigmoid_ NAME(sigmoid_of)
#define expm1_nonpositive_ NAME(expm1_nonpositive)
#define normal_ NAME(normal_of)
#define softplus_ NAME(softplus_of)

INLINE vi as_int(vf x) {
  vi i;
  __builtin_memcpy(&i, &x, sizeof i);
  return i;
}

INLINE vf as_float(vi i) {
  vf x;
  __builtin_memcpy(&x, &i, sizeof x);
  return x;
}

// Returns 2^k for k in -126...127.
INLINE vf power_of_two(vi k) { return as_float((vi)((vu)(k + 127) << 23)); }

INLINE vf to_float(vi i) {
#if LANES == 1
  return (float)i;
#else
  return __builtin_convertvector(i, vf);
#endif
}

// Returns e^x = 2^n e^r, where n is the integer nearest to x / ln 2. The remainder r = x - n ln 2, with
// |r| <= ln 2 / 2, is computed in two steps, with ln 2 split into two floats (Cody and Waite). 2^n is
// applied as two factors, so a result below 2^-126 is rounded only once.
INLINE vf exp_(vf x) {
  x = x < -104.5f ? (vf)-104.5f : x;  // the result is 0 at -104.5 and below
  x = x > 89.0f ? (vf)89.0f : x;      // the result is infinite at 89 and above; NaN is not changed
  const float magic = 0x1.8p23f;      // adding it leaves the nearest integer in the low bits
  vf t = fma_(x, 0x1.715476p0f, magic);
  vf n = t - magic;
  vf r = fma_(n, -0x1.62e430p-1f, x);
  r = fma_(n, 0x1.05c610p-29f, r);
  vf p = fma_(0x1.6d1342p-10f, r, 0x1.12440cp-7f);
  p = fma_(p, r, 0x1.555526p-5f);
  p = fma_(p, r, 0x1.55548cp-3f);
  p = fma_(p, r, 0.5f);
  p = fma_(p, r, 1.0f);
  p = fma_(p, r, 1.0f);
  vi k = (vi)((vu)as_int(t) - 0x4b400000u);  // the bits of `magic`
  vi half = k >> 1;
  return p * power_of_two(half) * power_of_two(k - half);
}

// Replaces x[0], ..., x[count - 1] by their exponentials, for count in 1...8. No element may be positive;
// NaN is allowed. The bits are those of exp_, in fewer operations: the exponent k is in -151...0, so the
// coefficients contain the factor 2^-24, and the other factor, 2^(k + 24), has the biased exponent
// k + 151 and is obtained by one shift of t's bits. The product of the two is rounded once.
//
// At k = -151 the second factor is exactly 0, so a masked element (-inf) gives 0 without an underflow,
// which would cost about a hundred cycles.
//
// Each operation is done for all elements before the next operation. The processor's reordering window
// is too small to overlap enough chains of dependent operations that follow each other in the code.
INLINE void exp_nonpositive_(int count, vf *x) {
  const float magic = 0x1.8p23f + 151;
  vf t[8], r[8];
  for (int i = 0; i < count; i++) x[i] = x[i] < -104.5f ? (vf)-104.5f : x[i];
  for (int i = 0; i < count; i++) t[i] = fma_(x[i], 0x1.715476p0f, magic);
  for (int i = 0; i < count; i++) r[i] = fma_(t[i] - magic, -0x1.62e430p-1f, x[i]);
  for (int i = 0; i < count; i++) r[i] = fma_(t[i] - magic, 0x1.05c610p-29f, r[i]);
  for (int i = 0; i < count; i++) x[i] = fma_(0x1.6d1342p-34f, r[i], 0x1.12440cp-31f);
  for (int i = 0; i < count; i++) x[i] = fma_(x[i], r[i], 0x1.555526p-29f);
  for (int i = 0; i < count; i++) x[i] = fma_(x[i], r[i], 0x1.55548cp-27f);
  for (int i = 0; i < count; i++) x[i] = fma_(x[i], r[i], 0x1p-25f);
  for (int i = 0; i < count; i++) x[i] = fma_(x[i], r[i], 0x1p-24f);
  for (int i = 0; i < count; i++) x[i] = fma_(x[i], r[i], 0x1p-24f);
  for (int i = 0; i < count; i++) x[i] = x[i] * as_float((vi)((vu)as_int(t[i]) << 23));
}

// Returns (ln(1 + f) - f + f^2 / 2) / f^3 for 1 + f between sqrt(1/2) and sqrt(2).
INLINE vf log_quotient(vf f) {
  vf q = fma_(0x1.9becb4p-5f, f, -0x1.b94470p-4f);
  q = fma_(q, f, 0x1.f1d8cep-4f);
  q = fma_(q, f, -0x1.016106p-3f);
  q = fma_(q, f, 0x1.22f67ap-3f);
  q = fma_(q, f, -0x1.552dc0p-3f);
  q = fma_(q, f, 0x1.99a57ap-3f);
  q = fma_(q, f, -0x1.000070p-2f);
  q = fma_(q, f, 0x1.555548p-2f);
  return q;
}

// Returns ln x = e ln 2 + ln(1 + f), where x = 2^e (1 + f) and 1 + f is between sqrt(1/2) and sqrt(2).
// The result is -inf for 0 and NaN for negative x.
INLINE vf log_(vf x) {
  vi tiny = x < 0x1p-126f;
  vi bits = as_int(tiny ? x * 0x1p23f : x);
  vi e = (vi)((vu)bits - 0x3f3504f3u) >> 23;  // the bits of sqrt(1/2)
  vf f = as_float((vi)((vu)bits - ((vu)e << 23))) - 1.0f;
  vf n = to_float(e - (tiny ? (vi)23 : (vi)0));
  vf square = f * f;
  vf y = fma_(n, -0x1.05c610p-29f, f * square * log_quotient(f));
  y = fma_(-0.5f, square, y);
  y = fma_(n, 0x1.62e430p-1f, f + y);
  y = x < __builtin_inff() ? y : x;  // infinity and NaN are returned as they are
  y = x == 0.0f ? (vf)-__builtin_inff() : y;
  return x < 0.0f ? (vf)__builtin_nanf("") : y;
}

// Returns ln(1 + x) for x in 0...1; the result is meaningless for other x. The computation is that of
// log_, with 1 + f = 1 + x if 1 + x is below sqrt(2), else 1 + f = (1 + x) / 2. 1 + x itself is never
// computed, because its rounding would discard the low bits of a small x.
INLINE vf log1p_(vf x) {
  vi upper = x > 0x1.a8279ap-2f;  // sqrt(2) - 1
  vf f = upper ? 0.5f * (x - 1.0f) : x;
  vf n = upper ? (vf)1.0f : (vf)0.0f;
  vf square = f * f;
  vf y = fma_(n, -0x1.05c610p-29f, f * square * log_quotient(f));
  y = fma_(-0.5f, square, y);
  return fma_(n, 0x1.62e430p-1f, f + y);
}

// Returns tanh x: an odd polynomial if |x| < 0.625, else 1 - 2 / (e^(2 |x|) + 1) with the sign of x.
INLINE vf tanh_(vf x) {
  vi sign = as_int(x) & INT32_MIN;
  vf size = as_float(as_int(x) & INT32_MAX);
  vf square = x * x;
  vf q = fma_(-0x1.7c10f6p-8f, square, 0x1.53c1b6p-6f);
  q = fma_(q, square, -0x1.b88174p-5f);
  q = fma_(q, square, 0x1.11092ap-3f);
  q = fma_(q, square, -0x1.55553ap-2f);
  vf near = fma_(x * square, q, x);
  vf far = 1.0f - 2.0f / (exp_(size + size) + 1.0f);
  return size < 0.625f ? near : as_float(as_int(far) | sign);
}

// Returns 1 / (1 + e^-x), computed from e^-|x|, which cannot overflow.
INLINE vf sigmoid_(vf x) {
  vf e = exp_(as_float(as_int(x) | INT32_MIN));
  return (x < 0.0f ? e : (vf)1.0f) / (1.0f + e);
}

// Returns e^x - 1 for x <= 0. Near 0 it evaluates the polynomial of exp_ without the constant term 1:
// adding and then subtracting the 1 would cancel the leading digits.
INLINE vf expm1_nonpositive_(vf x) {
  vf p = fma_(0x1.6d1342p-10f, x, 0x1.12440cp-7f);
  p = fma_(p, x, 0x1.555526p-5f);
  p = fma_(p, x, 0x1.55548cp-3f);
  p = fma_(p, x, 0.5f);
  vf near = fma_(p, x * x, x);
  return x > -0.34375f ? near : exp_(x) - 1.0f;
}

// Returns the cumulative normal distribution Phi(x) = 1/2 (1 + erf(x / sqrt 2)) for x in -15...15 and
// stores e^(-x^2 / 2) in `bell`. With t = |x|, the tail 1 - Phi(t) is e^(-t^2 / 2) times a polynomial in
// u = 1 / (1 + t / 5). t^2 is kept as a rounded square and its rounding error, because exp would amplify
// that error.
INLINE vf normal_(vf x, vf *bell) {
  vf t = as_float(as_int(x) & INT32_MAX);
  vf square = t * t, rest = fma_(t, t, -square);
  vf e = exp_(-0.5f * square);
  e = fma_(-0.5f * rest, e, e);
  vf u = 1.0f / fma_(0.2f, t, 1.0f);
  vf p = fma_(0x1.35d7c0p-6f, u, -0x1.43f740p-3f);
  p = fma_(p, u, 0x1.d1690ap-2f);
  p = fma_(p, u, -0x1.33210cp-1f);
  p = fma_(p, u, 0x1.31b172p-1f);
  p = fma_(p, u, -0x1.232ad0p-2f);
  p = fma_(p, u, 0x1.92de2ap-3f);
  p = fma_(p, u, 0x1.0f96acp-5f);
  p = fma_(p, u, 0x1.546f2ep-4f);
  p = fma_(p, u, 0x1.4415e0p-4f);
  p = fma_(p, u, 0x1.46efc0p-4f);
  vf tail = e * (u * p);
  *bell = e;
  return x < 0.0f ? tail : 1.0f - tail;
}

// Returns ln(1 + e^x), computed from e^-|x|, which cannot overflow.
INLINE vf softplus_(vf x) {
  vf rest = log1p_(exp_(as_float(as_int(x) | INT32_MIN)));
  return x > 0.0f ? x + rest : rest;
}
