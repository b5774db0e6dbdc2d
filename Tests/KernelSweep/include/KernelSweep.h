// SPDX-License-Identifier: Apache-2.0
//
// The one list of the kernels' operations, and the sweep that runs each of them on one instruction
// set against the scalar variant, the specification: at every size around the edges of the tiles,
// at every misalignment, against guard pages, on special values. Bits are compared, never
// tolerances; numbers that are not numbers (NaN) count as equal, except where the operation
// promises the canonical one.

#ifndef KERNELSWEEP_H
#define KERNELSWEEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "CSoftmaxKernels.h"

typedef struct kernel_sweep_options {
  uint64_t seed;
  bool thorough;  // every placement at every size, instead of a changing choice of them
} kernel_sweep_options;

typedef struct kernel_sweep_result {
  int64_t cases;    // calls of the variant whose memory was compared with the specification's
  int64_t values;   // elements of outputs compared in them
  uint64_t digest;  // of the bits of all outputs of the specification, in order
} kernel_sweep_result;

int kernel_sweep_operation_count(void);
const char *_Nonnull kernel_sweep_operation_name(int operation);

// True where the variant passed every case. At the first difference: false, and `message` says
// which case, which element and the two bit patterns. A variant that the machine lacks fails.
bool kernel_sweep_run(
    int operation, softmax_isa isa, kernel_sweep_options options,
    kernel_sweep_result *_Nonnull result, char *_Nonnull message, size_t capacity);

// Writes the case that this thread is in, for whoever handles the fault of a guard page.
void kernel_sweep_current(char *_Nonnull message, size_t capacity);

#endif
