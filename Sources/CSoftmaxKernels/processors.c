// SPDX-License-Identifier: Apache-2.0
//
// How many processors this process may run on: Linux' call for it is hidden from Swift.

#if defined(__linux__)
#define _GNU_SOURCE
#include <sched.h>
#endif

#include "CSoftmaxKernels.h"

ptrdiff_t softmax_processor_count(void) {
#if defined(__linux__)
  cpu_set_t set[8];  // 8,192 processors
  if (sched_getaffinity(0, sizeof set, set) == 0) return CPU_COUNT_S(sizeof set, set);
#endif
  return 0;
}
