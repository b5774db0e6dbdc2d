// SPDX-License-Identifier: Apache-2.0
//
// The gradient with respect to a tile of weights, summed over the rows of a batch, followed at once by
// the optimizer's update of these weights. The gradient stays in registers and is never stored.

#ifndef VARIANT

#include "kernel.h"

#define KERNEL_SCALAR
#define KERNEL_SOURCE "gradient_step.c"
#include "variants.h"

#else

#include "elementary.h"
#include "optimizer.h"

#if LANES == 1

// The scalar variant is the specification: the gradient with respect to one weight, then its update.
static float NAME(gradient)(
    ptrdiff_t rows, const float *a, ptrdiff_t a_step, const float *b, ptrdiff_t ldb) {
  float sum = 0;
  for (ptrdiff_t t = 0; t < rows; t++) sum = fma_(a[t * a_step], b[t * ldb], sum);
  return sum;
}

void NAME(gradient_sgd)(
    ptrdiff_t m, ptrdiff_t n, ptrdiff_t rows, const float *a, ptrdiff_t a_row, ptrdiff_t a_step,
    const float *b, ptrdiff_t ldb, float rate, float momentum, float l2, float *w, float *v,
    ptrdiff_t ldw) {
  for (ptrdiff_t i = 0; i < m; i++)
    for (ptrdiff_t j = 0; j < n; j++) {
      float g = NAME(gradient)(rows, a + i * a_row, a_step, b + j, ldb);
      float *wij = w + i * ldw + j;
      if (v) sgd_momentum(g, wij, v + i * ldw + j, rate, momentum, l2);
      else *wij = sgd_plain(g, *wij, rate, l2);
    }
}

void NAME(gradient_adam)(
    ptrdiff_t m, ptrdiff_t n, ptrdiff_t rows, const float *a, ptrdiff_t a_row, ptrdiff_t a_step,
    const float *b, ptrdiff_t ldb, const softmax_adam *step, float l2, float *w, float *m1,
    float *m2, ptrdiff_t ldw) {
  for (ptrdiff_t i = 0; i < m; i++)
    for (ptrdiff_t j = 0; j < n; j++) {
      float g = NAME(gradient)(rows, a + i * a_row, a_step, b + j, ldb);
      ptrdiff_t at = i * ldw + j;
      adam_element(g, w + at, m1 + at, m2 + at, step, l2);
    }
}

#else

#include "tile.h"

#undef descent
#define descent NAME(gradient_descent)
typedef struct {
  ptrdiff_t rows, a_row, a_step, ldb, ldw;
  const float *a, *b;
  float *w, *m1, *m2;
  float l2;
  float rate, momentum;  // used by SGD alone
  softmax_adam adam;
} descent;

#undef gradient_of_tile
#define gradient_of_tile NAME(gradient_of_tile)
INLINE void gradient_of_tile(
    int height, int width, const descent *d, ptrdiff_t i, ptrdiff_t j, vf *sum) {
  UNROLLED for (int x = 0; x < height * width; x++) sum[x] = 0;
  accumulate(height, width, 0, 0, d->rows, d->a + i * d->a_row, d->a_row, d->a_step, d->b + j,
             d->ldb, sum);
}

INLINE void NAME(sgd_tile)(int height, int vectors, const descent *d, ptrdiff_t i, ptrdiff_t j) {
  int width = vectors > 0 ? vectors : 1;
  vf sum[TALLEST * 2];
  gradient_of_tile(height, width, d, i, j, sum);
  UNROLLED for (int x = 0; x < height; x++)
    UNROLLED for (int k = 0; k < width; k++) {
      ptrdiff_t at = (i + x) * d->ldw + j + k * LANES;
      vf w = load(d->w + at);
      if (d->m1) {
        vf v = load(d->m1 + at);
        sgd_momentum(sum[x * width + k], &w, &v, d->rate, d->momentum, d->l2);
        store(d->m1 + at, v);
      } else {
        w = sgd_plain(sum[x * width + k], w, d->rate, d->l2);
      }
      store(d->w + at, w);
    }
}

COLUMNS(sgd, const descent)

void NAME(gradient_sgd)(
    ptrdiff_t m, ptrdiff_t n, ptrdiff_t rows, const float *a, ptrdiff_t a_row, ptrdiff_t a_step,
    const float *b, ptrdiff_t ldb, float rate, float momentum, float l2, float *w, float *v,
    ptrdiff_t ldw) {
  descent d = {.rows = rows, .a_row = a_row, .a_step = a_step, .ldb = ldb, .ldw = ldw, .a = a,
               .b = b, .w = w, .m1 = v, .l2 = l2, .rate = rate, .momentum = momentum};
  NAME(sgd_columns)(&d, m, n);
}

// The processor overlaps the divisions and roots with the products of the next tile: its reordering
// window is large enough. Software pipelining by hand was not faster.
INLINE void NAME(adam_tile)(int height, int vectors, const descent *d, ptrdiff_t i, ptrdiff_t j) {
  int width = vectors > 0 ? vectors : 1;
  softmax_adam s = d->adam;  // a copy that the stores cannot alias, so it stays in registers
  float l2 = d->l2;
  vf sum[TALLEST * 2];
  gradient_of_tile(height, width, d, i, j, sum);
  UNROLLED for (int x = 0; x < height; x++)
    UNROLLED for (int k = 0; k < width; k++) {
      ptrdiff_t at = (i + x) * d->ldw + j + k * LANES;
      vf w = load(d->w + at), m = load(d->m1 + at), v = load(d->m2 + at);
      adam_element(sum[x * width + k], &w, &m, &v, &s, l2);
      store(d->w + at, w), store(d->m1 + at, m), store(d->m2 + at, v);
    }
}

COLUMNS(adam, const descent)

void NAME(gradient_adam)(
    ptrdiff_t m, ptrdiff_t n, ptrdiff_t rows, const float *a, ptrdiff_t a_row, ptrdiff_t a_step,
    const float *b, ptrdiff_t ldb, const softmax_adam *step, float l2, float *w, float *m1,
    float *m2, ptrdiff_t ldw) {
  descent d = {.rows = rows, .a_row = a_row, .a_step = a_step, .ldb = ldb, .ldw = ldw, .a = a,
               .b = b, .w = w, .m1 = m1, .m2 = m2, .l2 = l2, .adam = *step};
  NAME(adam_columns)(&d, m, n);
}

#endif
#endif
