// SPDX-License-Identifier: Apache-2.0
//
// Fetches the rows of a matrix that the next entries of sparse rows name, ahead of their use.

#ifndef SOFTMAX_FETCH_H
#define SOFTMAX_FETCH_H

// The entries by which a row is fetched ahead. A processor has some 20 fetches under way, and those of an entry are
// a few cache lines.
#define FETCH_DISTANCE 24

static inline __attribute__((always_inline)) void fetch_bytes(const void *row, int size) {
  for (int byte = 0; byte < size; byte += 64) __builtin_prefetch((const char *)row + byte);
}

#endif
