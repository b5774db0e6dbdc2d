// SPDX-License-Identifier: Apache-2.0
//
// One step of SGD with momentum and of Adam (Kingma and Ba, 2015), element by element.

#ifndef VARIANT

#include "kernel.h"

// Adam's moments below this become 0: they decay for ever, and subnormal numbers cost five times
// the step.
#define SMALLEST_MOMENT 0x1p-100f

#define KERNEL_SCALAR
#define KERNEL_SOURCE "optimizer.c"
#include "variants.h"

#else

#include "elementary.h"

// The gradient with the penalty's, l2 w.
INLINE vf NAME(penalized)(vf g, vf w, float l2) { return l2 == 0.0f ? g : fma_(l2, w, g); }

INLINE vf NAME(sgd_plain)(vf g, vf w, float rate, float l2) {
  return fma_(-rate, NAME(penalized)(g, w, l2), w);
}

INLINE void NAME(sgd_momentum)(vf g, vf *w, vf *v, float rate, float momentum, float l2) {
  *v = fma_(momentum, *v, NAME(penalized)(g, *w, l2));
  *w = fma_(-rate, *v, *w);
}

INLINE vf NAME(flushed)(vf x) {
  return as_float(as_int(x) & INT32_MAX) < SMALLEST_MOMENT ? (vf)0.0f : x;
}

INLINE void NAME(adam_of)(vf g, vf *w, vf *m, vf *v, const softmax_adam *s, float l2) {
  g = NAME(penalized)(g, *w, l2);
  *m = NAME(flushed)(fma_(s->beta1, *m, s->one_minus_beta1 * g));
  *v = NAME(flushed)(fma_(s->beta2, *v, s->one_minus_beta2 * g * g));
  vf divisor = fma_(s->scale, __builtin_elementwise_sqrt(*v), s->epsilon);
  *w = fma_(-s->rate, *m / divisor, *w);
}

void NAME(sgd)(
    ptrdiff_t n, float rate, float momentum, float l2, const float *g, float *w, float *v) {
  ptrdiff_t i = 0;
  for (; i + LANES <= n; i += LANES) {
    vf gv = load(g + i), wv = load(w + i);
    if (v) {
      vf vv = load(v + i);
      NAME(sgd_momentum)(gv, &wv, &vv, rate, momentum, l2);
      store(v + i, vv);
    } else {
      wv = NAME(sgd_plain)(gv, wv, rate, l2);
    }
    store(w + i, wv);
  }
#if LANES > 1
  if (i < n) {
    ptrdiff_t part = n - i;
    vf gv = load_part(g + i, part, 0), wv = load_part(w + i, part, 0);
    if (v) {
      vf vv = load_part(v + i, part, 0);
      NAME(sgd_momentum)(gv, &wv, &vv, rate, momentum, l2);
      store_part(v + i, vv, part);
    } else {
      wv = NAME(sgd_plain)(gv, wv, rate, l2);
    }
    store_part(w + i, wv, part);
  }
#endif
}

void NAME(adam)(
    ptrdiff_t n, const softmax_adam *step, float l2, const float *g, float *w, float *m,
    float *v) {
  softmax_adam s = *step;
  ptrdiff_t i = 0;
  for (; i + LANES <= n; i += LANES) {
    vf wv = load(w + i), mv = load(m + i), vv = load(v + i);
    NAME(adam_of)(load(g + i), &wv, &mv, &vv, &s, l2);
    store(w + i, wv), store(m + i, mv), store(v + i, vv);
  }
#if LANES > 1
  if (i < n) {
    ptrdiff_t part = n - i;
    vf wv = load_part(w + i, part, 0), mv = load_part(m + i, part, 0);
    vf vv = load_part(v + i, part, 0);
    NAME(adam_of)(load_part(g + i, part, 0), &wv, &mv, &vv, &s, l2);
    store_part(w + i, wv, part), store_part(m + i, mv, part), store_part(v + i, vv, part);
  }
#endif
}

#endif
