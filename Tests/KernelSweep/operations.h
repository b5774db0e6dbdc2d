// SPDX-License-Identifier: Apache-2.0
//
// One call of a kernel: its sizes, its operands and how it is made.

#ifndef OPERATIONS_H
#define OPERATIONS_H

#include "operand.h"

#define OPERANDS 7

typedef struct kernel_case {
  ptrdiff_t m, n;          // rows and columns of the output
  ptrdiff_t steps, chunk;  // of a product; where a kernel takes chunks, their number
  ptrdiff_t gap;           // elements between the rows of matrices
  int variation;           // the operation's own: in place, without bias, ...
  mode mode;
} kernel_case;

// Which sizes an operation is swept over.
typedef enum family {
  family_product,
  family_gather,
  family_vector,
  family_row,
  family_lanes_columns,
  family_gradient_step,
  family_sum,
  family_logit_columns,
} family;

typedef struct operation {
  const char *name;
  family family;
  int variations;
  bool canonical_nan;  // every NaN that it gives is 0x7fc00000
  void (*operands)(const kernel_case *c, operand *o);
  void (*call)(const softmax_kernels *kernels, const kernel_case *c, const operand *o);
} operation;

extern const operation operations[];
extern const int operation_count;

#endif
