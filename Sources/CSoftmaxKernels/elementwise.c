// SPDX-License-Identifier: Apache-2.0
//
// Elementwise kernels: exp, log, log1p, softplus, the activations and their gradients, and addition.

#ifndef VARIANT

#include "kernel.h"

#define KERNEL_SCALAR
#define KERNEL_SOURCE "elementwise.c"
#include "variants.h"

#else

#include "elementary.h"

#if LANES == 1
#define TAIL(statement)
#else
#define TAIL(statement) if (i < n) { ptrdiff_t part = n - i; statement }
#endif

// y = f(x)
#define ELEMENTWISE(name, f)                                                                    \
  void NAME(name)(ptrdiff_t n, const float *x, float *y) {                                      \
    ptrdiff_t i = 0;                                                                            \
    for (; i + LANES <= n; i += LANES) store(y + i, f(load(x + i)));                            \
    TAIL(store_part(y + i, f(load_part(x + i, part, 1)), part);)                                \
  }

// dx = f(y, dy)
#define GRADIENT(name, f)                                                                       \
  void NAME(name)(ptrdiff_t n, const float *y, const float *dy, float *dx) {                    \
    ptrdiff_t i = 0;                                                                            \
    for (; i + LANES <= n; i += LANES) store(dx + i, f(load(y + i), load(dy + i)));             \
    TAIL(store_part(dx + i, f(load_part(y + i, part, 0), load_part(dy + i, part, 0)), part);)   \
  }

// NaN is returned as NaN, so it does not go unnoticed. -0 becomes +0.
INLINE vf NAME(relu_of)(vf x) { return x <= 0.0f ? (vf)0.0f : x; }

INLINE vf NAME(relu_slope)(vf y, vf dy) { return y > 0.0f ? dy : (vf)0.0f; }

// tanh' = 1 - y^2 with y = tanh(x)
INLINE vf NAME(tanh_slope)(vf y, vf dy) { return dy * fma_(-y, y, 1.0f); }

// sigmoid' = y (1 - y) with y = sigmoid(x)
INLINE vf NAME(sigmoid_slope)(vf y, vf dy) { return dy * (y * (1.0f - y)); }

// Clamps x to low...high. Beyond the bounds used below, the functions have reached their limits, and
// an infinite x would give infinity times 0, which is NaN.
INLINE vf NAME(within)(vf x, float low, float high) {
  x = x < low ? (vf)low : x;
  return x > high ? (vf)high : x;
}

INLINE vf NAME(gelu_of)(vf x) {
  vf bell, within = NAME(within)(x, -15.0f, 15.0f);
  vf below = normal_(within, &bell);
  return (x < 0.0f ? within : x) * below;
}

// gelu' = Phi(x) + x phi(x), phi(x) = e^(-x^2 / 2) / sqrt(2 pi)
INLINE vf NAME(gelu_slope)(vf x, vf dy) {
  vf bell, within = NAME(within)(x, -15.0f, 15.0f);
  vf below = normal_(within, &bell);
  return dy * fma_(within * bell, 0x1.988454p-2f, below);
}

INLINE vf NAME(silu_of)(vf x) {
  vf within = NAME(within)(x, -120.0f, 120.0f);
  return (x < 0.0f ? within : x) * sigmoid_(within);
}

// silu' = s + x s (1 - s) with s = sigmoid(x). s (1 - s) is computed as e / (1 + e)^2 with e = e^-|x|,
// which avoids the cancellation in 1 - s.
INLINE vf NAME(silu_slope)(vf x, vf dy) {
  vf within = NAME(within)(x, -120.0f, 120.0f);
  vf e = exp_(as_float(as_int(within) | INT32_MIN));
  vf inverse = 1.0f / (1.0f + e), small = e * inverse;
  return dy * fma_(within * small, inverse, within < 0.0f ? small : inverse);
}

// The constants of SELU for which activations of mean 0 and variance 1 keep them from layer to layer
// (Klambauer et al., 2017): lambda, and lambda alpha.
#undef SELU_SCALE
#undef SELU_LIMIT
#define SELU_SCALE 0x1.0cfabep+0f
#define SELU_LIMIT 0x1.c212ccp+0f

INLINE vf NAME(selu_of)(vf x) {
  return x > 0.0f ? SELU_SCALE * x : SELU_LIMIT * expm1_nonpositive_(x);
}

// Where y is not positive, the slope lambda alpha e^x is y + lambda alpha.
INLINE vf NAME(selu_slope)(vf y, vf dy) {
  return dy * (y > 0.0f ? (vf)SELU_SCALE : y + SELU_LIMIT);
}

ELEMENTWISE(exponential, exp_)
ELEMENTWISE(logarithm, log_)
ELEMENTWISE(log1p, log1p_)
ELEMENTWISE(relu, NAME(relu_of))
ELEMENTWISE(tanh, tanh_)
ELEMENTWISE(sigmoid, sigmoid_)
ELEMENTWISE(softplus, softplus_)

ELEMENTWISE(gelu, NAME(gelu_of))
ELEMENTWISE(silu, NAME(silu_of))
ELEMENTWISE(selu, NAME(selu_of))

// y = f(x), where the function has a parameter
#define ELEMENTWISE_BY(name, number, value)                                                     \
  void NAME(name)(ptrdiff_t n, float number, const float *x, float *y) {                        \
    ptrdiff_t i = 0;                                                                            \
    for (; i + LANES <= n; i += LANES) {                                                        \
      vf v = load(x + i);                                                                       \
      store(y + i, value);                                                                      \
    }                                                                                           \
    TAIL(vf v = load_part(x + i, part, 1); store_part(y + i, value, part);)                     \
  }

ELEMENTWISE_BY(leaky_relu, slope, v > 0.0f ? v : v * slope)
ELEMENTWISE_BY(elu, alpha, v > 0.0f ? v : alpha * expm1_nonpositive_(v))

void NAME(add)(ptrdiff_t n, const float *x, float *y) {
  ptrdiff_t i = 0;
  for (; i + LANES <= n; i += LANES) store(y + i, load(x + i) + load(y + i));
  TAIL(store_part(y + i, load_part(x + i, part, 0) + load_part(y + i, part, 0), part);)
}

GRADIENT(relu_gradient, NAME(relu_slope))
GRADIENT(tanh_gradient, NAME(tanh_slope))
GRADIENT(sigmoid_gradient, NAME(sigmoid_slope))
GRADIENT(selu_gradient, NAME(selu_slope))
GRADIENT(gelu_gradient, NAME(gelu_slope))
GRADIENT(silu_gradient, NAME(silu_slope))

#define GRADIENT_BY(name, number, value)                                                        \
  void NAME(name)(                                                                              \
      ptrdiff_t n, float number, const float *y, const float *dy, float *dx) {                  \
    ptrdiff_t i = 0;                                                                            \
    for (; i + LANES <= n; i += LANES) {                                                        \
      vf v = load(y + i), d = load(dy + i);                                                     \
      store(dx + i, value);                                                                     \
    }                                                                                           \
    TAIL(vf v = load_part(y + i, part, 0); vf d = load_part(dy + i, part, 0);                   \
         store_part(dx + i, value, part);)                                                      \
  }

GRADIENT_BY(leaky_relu_gradient, slope, v > 0.0f ? d : d * slope)
// Where y is not positive, the slope alpha e^x is y + alpha.
GRADIENT_BY(elu_gradient, alpha, v > 0.0f ? d : d * (v + alpha))

#undef TAIL
#undef ELEMENTWISE
#undef GRADIENT
#undef ELEMENTWISE_BY
#undef GRADIENT_BY

#endif
