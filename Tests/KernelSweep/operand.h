// SPDX-License-Identifier: Apache-2.0
//
// An operand of a kernel call, what it is filled with and where in memory it is put.

#ifndef OPERAND_H
#define OPERAND_H

#include "KernelSweep.h"

#define INLINE static inline __attribute__((always_inline))

// A signalling NaN that no kernel makes. It fills the gaps between rows, the bytes around an
// operand and the outputs before a call: whoever reads it gets NaN, whoever overwrites it is seen.
#define SENTINEL 0x7fbadbadu

typedef enum element {
  element_float,
  element_byte,
  element_int16,
  element_int32,
  element_int64,
  element_double,  // an input has the values of floats
} element;

typedef enum role {
  role_absent,  // a null pointer
  role_input,
  role_output,
  role_update,  // read and written
} role;

typedef enum contents {
  contents_values,
  contents_moments,        // numbers >= 0
  contents_logits,         // rows with a character of their own: one +inf, all equal, ...
  contents_distributions,  // rows of weights >= 0, many of them 0
  contents_integers,       // 0 ..< limit
  contents_logit_columns,  // chunks of `limit` rows below each other, a column being a row of logits
  contents_distribution_columns,
} contents;

// What floats look like in a case.
typedef enum mode {
  mode_ordinary,   // between -2 and 2
  mode_minute,     // products round to subnormals or to zeros of either sign
  mode_vanishing,  // every product of two operands rounds to -0
  mode_special,    // zeros, subnormals, infinities, NaNs, the largest among ordinary ones
  mode_bits,       // any 32 bits
  mode_count,
} mode;

typedef struct operand {
  element element;
  role role;
  contents contents;
  ptrdiff_t rows, columns, stride;  // row-major, the stride in elements
  int64_t limit;
  void *address;  // where the call finds it
} operand;

INLINE size_t element_size(element e) {
  switch (e) {
  case element_byte: return 1;
  case element_int16: return 2;
  case element_int64:
  case element_double: return 8;
  default: return 4;
  }
}

// From the first element to the last; no gap after the last row.
INLINE size_t operand_size(const operand *o) {
  if (o->role == role_absent || o->rows <= 0 || o->columns <= 0) return 0;
  return (size_t)((o->rows - 1) * o->stride + o->columns) * element_size(o->element);
}

// Fills the elements of an operand, the number `index` of its call, at `bytes`, and leaves the gaps
// between its rows alone.
void operand_fill(const operand *o, int index, mode mode, uint64_t seed, uint8_t *bytes);

// A well-mixed 64-bit number for a counter (SplitMix64, Steele, Lea and Flood, 2014).
INLINE uint64_t mixed(uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
  x = (x ^ x >> 27) * 0x94d049bb133111ebu;
  return x ^ x >> 31;
}

#endif
