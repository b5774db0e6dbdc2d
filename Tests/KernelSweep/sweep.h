// SPDX-License-Identifier: Apache-2.0
//
// The state of a sweep, and how one case is run and compared.

#ifndef SWEEP_H
#define SWEEP_H

#include "operations.h"

typedef struct sweep {
  const operation *operation;
  const softmax_kernels *specification, *variant;
  kernel_sweep_options options;
  uint8_t *guarded[OPERANDS];    // memory between two pages that must not be touched
  uint8_t *pristine[OPERANDS];   // each operand before the call, with a margin around it
  uint8_t *reference[OPERANDS];  // and after the specification's
  uint64_t ordinal;              // of the case
  kernel_sweep_result *result;
  char *message;
  size_t capacity;
  const kernel_case *current;
  int placement;
} sweep;

// How many of the placements a case is run in.
typedef enum placements {
  placements_guards,  // against the guard pages
  placements_few,     // those and one misalignment, another one in each case
  placements_all,     // those and every misalignment
} placements;

// False, with a message, at the first difference.
bool run_case(sweep *s, const kernel_case *c, placements placements);

// Every case of the operation's family.
bool run_family(sweep *s);

// Writes a message that begins with the case; returns false.
bool failed(sweep *s, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
