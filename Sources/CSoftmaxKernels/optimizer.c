// SPDX-License-Identifier: Apache-2.0
//
// One step of SGD with momentum and of Adam (Kingma and Ba, 2015), element by element.

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

#endif
