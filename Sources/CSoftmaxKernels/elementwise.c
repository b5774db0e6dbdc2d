// SPDX-License-Identifier: Apache-2.0
//
// exp, log, log1p, ReLU, tanh, the logistic function and softplus of each element, the gradients of the activations,
// and the sum of two.

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

// A NaN stays a NaN, so that it is seen; -0 becomes +0.
INLINE vf NAME(relu_of)(vf x) { return x <= 0.0f ? (vf)0.0f : x; }

INLINE vf NAME(relu_slope)(vf y, vf dy) { return y > 0.0f ? dy : (vf)0.0f; }

// tanh' = 1 - tanh^2
INLINE vf NAME(tanh_slope)(vf y, vf dy) { return dy * fma_(-y, y, 1.0f); }

// s' = s (1 - s)
INLINE vf NAME(sigmoid_slope)(vf y, vf dy) { return dy * (y * (1.0f - y)); }

ELEMENTWISE(exponential, exp_)
ELEMENTWISE(logarithm, log_)
ELEMENTWISE(log1p, log1p_)
ELEMENTWISE(relu, NAME(relu_of))
ELEMENTWISE(tanh, tanh_)
ELEMENTWISE(sigmoid, sigmoid_)
ELEMENTWISE(softplus, softplus_)

void NAME(add)(ptrdiff_t n, const float *x, float *y) {
  ptrdiff_t i = 0;
  for (; i + LANES <= n; i += LANES) store(y + i, load(x + i) + load(y + i));
  TAIL(store_part(y + i, load_part(x + i, part, 0) + load_part(y + i, part, 0), part);)
}

GRADIENT(relu_gradient, NAME(relu_slope))
GRADIENT(tanh_gradient, NAME(tanh_slope))
GRADIENT(sigmoid_gradient, NAME(sigmoid_slope))

#undef TAIL
#undef ELEMENTWISE
#undef GRADIENT

#endif
