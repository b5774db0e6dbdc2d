// SPDX-License-Identifier: Apache-2.0
//
// Softmax in double, and its change along a direction, with a sample per column: vector lanes are samples,
// so no lane is unused for a few classes.

#define KERNEL_SCALAR

#ifndef VARIANT

#include "kernel.h"

#define KERNEL_SOURCE "softmax_columns.c"
#include "variants.h"

#else

#include "doubles.h"

#undef COLUMNS_OF_DOUBLES
#if LANES > 1
// Executes the statement for each vector of columns j ..< j + DOUBLES. In the last one, GET and PUT access the
// columns that exist.
#define COLUMNS_OF_DOUBLES(...)                                                                 \
  do {                                                                                          \
    ptrdiff_t j = 0;                                                                            \
    for (; j + DOUBLES <= m; j += DOUBLES) {                                                        \
      const ptrdiff_t part = 0;                                                                 \
      __VA_ARGS__;                                                                              \
    }                                                                                           \
    if (j < m) {                                                                                \
      const ptrdiff_t part = m - j;                                                             \
      __VA_ARGS__;                                                                              \
    }                                                                                           \
  } while (0)
#undef GET
#undef PUT
#define GET(p) (part ? load_doubles_part((p) + j, part) : load_doubles((p) + j))
#define PUT(p, v) (part ? store_doubles_part((p) + j, v, part) : store_doubles((p) + j, v))
#else
#define COLUMNS_OF_DOUBLES(...)                                                                 \
  for (ptrdiff_t j = 0; j < m; j++) {                                                           \
    __VA_ARGS__;                                                                                \
  }
#undef GET
#undef PUT
#define GET(p) ((p)[j])
#define PUT(p, v) ((p)[j] = (v))
#endif

void NAME(softmax_columns)(
    ptrdiff_t m, ptrdiff_t n, const double *z, ptrdiff_t ldz, double *p, ptrdiff_t ldp,
    double *max, double *sum) {
  COLUMNS_OF_DOUBLES({
    vd greatest = (vd)(double)-__builtin_inff(), total = (vd)0.0;
    for (ptrdiff_t i = 0; i < n; i++) {
      vd x = GET(z + i * ldz);
      greatest = x > greatest ? x : greatest;
    }
    for (ptrdiff_t i = 0; i < n; i++) {
      vd term = exp_doubles(GET(z + i * ldz) - greatest);
      PUT(p + i * ldp, term);
      total = total + term;
    }
    for (ptrdiff_t i = 0; i < n; i++) {
      vd term = GET(p + i * ldp);
      PUT(p + i * ldp, term / total);
    }
    PUT(max, greatest);
    PUT(sum, total);
  });
}

void NAME(softmax_change_columns)(
    ptrdiff_t m, ptrdiff_t n, const double *p, ptrdiff_t ldp, const double *scale, double *u,
    ptrdiff_t ldu) {
  COLUMNS_OF_DOUBLES({
    vd mean = (vd)0.0, factor = GET(scale);
    for (ptrdiff_t i = 0; i < n; i++)
      mean = __builtin_elementwise_fma(GET(p + i * ldp), GET(u + i * ldu), mean);
    for (ptrdiff_t i = 0; i < n; i++) {
      vd change = GET(p + i * ldp) * (GET(u + i * ldu) - mean) * factor;
      PUT(u + i * ldu, factor > 0.0 ? change : (vd)0.0);
    }
  });
}

#endif
