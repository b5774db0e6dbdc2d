// SPDX-License-Identifier: Apache-2.0
//
// What this machine gives at this moment: asked for beside each measurement, since neighbours on the
// same processor take their share when they like.

#ifndef CGAUGE_H
#define CGAUGE_H

#include <stdint.h>

/// Floating-point operations a second of fused multiply-adds on registers, all threads together, in
/// the widest vectors of this machine; each thread runs for about `seconds`.
double gauge_multiply_adds(int threads, double seconds);

/// Bytes a second read by plain sums over `bytes` of memory, split evenly among the threads; each
/// thread runs for about `seconds`. A size that fits a cache gives that cache's rate.
double gauge_reads(int threads, int64_t bytes, double seconds);

/// Calls of malloc and its relatives by all threads since the process began, or -1 where they are not
/// counted (this system's C library is not glibc).
int64_t gauge_allocations(void);

#endif
