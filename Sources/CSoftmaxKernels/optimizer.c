// SPDX-License-Identifier: Apache-2.0
//
// Elementwise kernels of the optimizers: one update by each of them, and the penalties, the clipping
// and the scaling of a gradient before the update.

#ifndef VARIANT

#include "kernel.h"

#define KERNEL_SCALAR
#define KERNEL_SOURCE "optimizer.c"
#include "variants.h"

#else

#include "elementary.h"
#include "optimizer.h"

void NAME(sgd)(
    ptrdiff_t n, float rate, float momentum, float l2, const float *g, float *w, float *v) {
  ptrdiff_t i = 0;
  for (; i + LANES <= n; i += LANES) {
    vf gv = load(g + i), wv = load(w + i);
    if (v) {
      vf vv = load(v + i);
      sgd_momentum(gv, &wv, &vv, rate, momentum, l2);
      store(v + i, vv);
    } else {
      wv = sgd_plain(gv, wv, rate, l2);
    }
    store(w + i, wv);
  }
#if LANES > 1
  if (i < n) {
    ptrdiff_t part = n - i;
    vf gv = load_part(g + i, part, 0), wv = load_part(w + i, part, 0);
    if (v) {
      vf vv = load_part(v + i, part, 0);
      sgd_momentum(gv, &wv, &vv, rate, momentum, l2);
      store_part(v + i, vv, part);
    } else {
      wv = sgd_plain(gv, wv, rate, l2);
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
    adam_element(load(g + i), &wv, &mv, &vv, &s, l2);
    store(w + i, wv), store(m + i, mv), store(v + i, vv);
  }
#if LANES > 1
  if (i < n) {
    ptrdiff_t part = n - i;
    vf wv = load_part(w + i, part, 0), mv = load_part(m + i, part, 0);
    vf vv = load_part(v + i, part, 0);
    adam_element(load_part(g + i, part, 0), &wv, &mv, &vv, &s, l2);
    store_part(w + i, wv, part), store_part(m + i, mv, part), store_part(v + i, vv, part);
  }
#endif
}

// EACH loops over the n elements. Each iteration works on the `part` elements that start at i: LANES of
// them, fewer in the last iteration. `take` and `give` load and store them.
#undef take
#undef give
#undef EACH
#define take NAME(take)
#define give NAME(give)
#define EACH                                                                                    \
  for (ptrdiff_t i = 0, part = smaller(LANES, n); part > 0;                                     \
       i += part, part = smaller(LANES, n - i))

INLINE vf take(const float *p, ptrdiff_t part) {
#if LANES > 1
  if (part < LANES) return load_part(p, part, 0);
#endif
  return (void)part, load(p);
}

INLINE void give(float *p, vf v, ptrdiff_t part) {
#if LANES > 1
  if (part < LANES) return store_part(p, v, part);
#endif
  (void)part, store(p, v);
}

void NAME(sgd_nesterov)(
    ptrdiff_t n, float rate, float momentum, float l2, const float *g, float *w, float *v) {
  EACH {
    vf wv = take(w + i, part), vv = take(v + i, part);
    nesterov_element(take(g + i, part), &wv, &vv, rate, momentum, l2);
    give(w + i, wv, part), give(v + i, vv, part);
  }
}

void NAME(adagrad)(
    ptrdiff_t n, const softmax_adagrad *step, float l2, const float *g, float *w, float *s) {
  softmax_adagrad of = *step;
  EACH {
    vf wv = take(w + i, part), sv = take(s + i, part);
    adagrad_element(take(g + i, part), &wv, &sv, &of, l2);
    give(w + i, wv, part), give(s + i, sv, part);
  }
}

void NAME(rmsprop)(
    ptrdiff_t n, const softmax_rmsprop *step, float l2, const float *g, float *w, float *s,
    float *b, float *a) {
  softmax_rmsprop of = *step;
  EACH {
    vf wv = take(w + i, part), sv = take(s + i, part), bv = 0, av = 0;
    if (b) bv = take(b + i, part);
    if (a) av = take(a + i, part);
    rmsprop_element(take(g + i, part), &wv, &sv, b ? &bv : 0, a ? &av : 0, &of, l2);
    give(w + i, wv, part), give(s + i, sv, part);
    if (b) give(b + i, bv, part);
    if (a) give(a + i, av, part);
  }
}

void NAME(amsgrad)(
    ptrdiff_t n, const softmax_adam *step, float l2, const float *g, float *w, float *m,
    float *v, float *x) {
  softmax_adam of = *step;
  EACH {
    vf wv = take(w + i, part), mv = take(m + i, part), vv = take(v + i, part);
    vf xv = take(x + i, part);
    amsgrad_element(take(g + i, part), &wv, &mv, &vv, &xv, &of, l2);
    give(w + i, wv, part), give(m + i, mv, part), give(v + i, vv, part);
    give(x + i, xv, part);
  }
}

void NAME(penalize)(ptrdiff_t n, float l1, float l2, const float *w, float *g) {
  EACH {
    vf wv = take(w + i, part), gv = penalized(take(g + i, part), wv, l2);
    if (l1 != 0) gv = gv + (wv > 0.0f ? (vf)l1 : wv < 0.0f ? (vf)-l1 : (vf)0.0f);
    give(g + i, gv, part);
  }
}

void NAME(clip)(ptrdiff_t n, float limit, float *g) {
  EACH {
    vf gv = take(g + i, part);
    gv = gv > limit ? (vf)limit : gv;
    gv = gv < -limit ? (vf)-limit : gv;
    give(g + i, gv, part);
  }
}

void NAME(multiply)(ptrdiff_t n, float factor, float *g) {
  EACH give(g + i, take(g + i, part) * factor, part);
}

#endif
