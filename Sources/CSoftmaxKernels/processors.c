// SPDX-License-Identifier: Apache-2.0
//
// The number of processors that this process may run on. This function is written in C because Linux's
// sched_getaffinity is not visible in Swift.

#if defined(__linux__)
#define _GNU_SOURCE
#include <sched.h>
#endif

#include "CSoftmaxKernels.h"

ptrdiff_t softmax_processor_count(void) {
#if defined(__linux__)
  cpu_set_t set[8];  // capacity for 8,192 processors
  if (sched_getaffinity(0, sizeof set, set) == 0) return CPU_COUNT_S(sizeof set, set);
#endif
  return 0;
}
