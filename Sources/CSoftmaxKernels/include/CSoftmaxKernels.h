// SPDX-License-Identifier: Apache-2.0
//
// The arithmetic of swift-softmax: one table of kernels for each instruction set.
//
// This header is private to the package. Only SoftmaxCore imports it, and it is no stable interface.
// Every kernel returns the same bits in every table (docs/numerics.md, docs/decisions/0001).
// Matrices are row-major; `ld...` is the distance between rows in elements. Pointers need no
// alignment. A kernel reads and writes only the elements that its arguments describe. It does not
// allocate, keep state or start a thread. Outputs must not overlap inputs unless a comment allows it.

#ifndef CSOFTMAXKERNELS_H
#define CSOFTMAXKERNELS_H

#include <stddef.h>
#include <stdint.h>

typedef struct softmax_adam {
  float beta1, one_minus_beta1;
  float beta2, one_minus_beta2;
  float rate;     // learning rate / (1 - beta1^t)
  float scale;    // 1 / sqrt(1 - beta2^t)
  float epsilon;
  float least_gradient;  // sqrt(2^-126 / (1 - beta2)): (1 - beta2) g^2 is subnormal for smaller |g|
  float keep;     // 1 - learning rate * decoupled weight decay (AdamW); 1 if there is no decay
} softmax_adam;

typedef struct softmax_adagrad {
  float rate;
  float inner_epsilon, outer_epsilon;  // the divisor is sqrt(s + inner_epsilon) + outer_epsilon
} softmax_adagrad;

typedef struct softmax_rmsprop {
  float rho, one_minus_rho;
  float rate, momentum;
  float inner_epsilon, outer_epsilon;  // the divisor is sqrt(s + inner_epsilon) + outer_epsilon
  float least_gradient;  // sqrt(2^-126 / (1 - rho)): (1 - rho) g^2 is subnormal for smaller |g|
} softmax_rmsprop;

// Rows of the next batch, to be prefetched. Shuffled rows are scattered in memory, so each of them
// is a cache miss when it is gathered. A product therefore prefetches some of them between its
// tiles: while it computes its row i, it prefetches row i of this list.
typedef struct softmax_fetch {
  const void *_Nullable base;
  ptrdiff_t stride, size;  // the distance between two rows and the length of a row, in bytes
  const int64_t *_Nullable rows;
  ptrdiff_t count;
} softmax_fetch;

// The kernels of one instruction set. kernel_list.h documents each of them.
typedef struct softmax_kernels {
  const char *_Nonnull name;
#define KERNEL(name, ...) void (*_Nonnull name)(__VA_ARGS__);
#define SHARED_KERNEL KERNEL
#include "../kernel_list.h"
} softmax_kernels;

typedef enum softmax_isa {
  softmax_isa_scalar = 0,
  softmax_isa_avx2 = 1,
  softmax_isa_avx512 = 2,
  softmax_isa_neon = 3,
} softmax_isa;

// Returns the kernels for an instruction set, or null if the processor or the operating system
// does not support it.
const softmax_kernels *_Nullable softmax_kernels_for(softmax_isa isa);

// Returns the name of the kernel at an index of the list, or null if the index is out of range.
const char *_Nullable softmax_kernel_name(ptrdiff_t index);

// Multiplies one row by a matrix stored in panels of 32 columns:
// y[j] = sum over t of x[t] B(t,j) + bias[j] for j < 32 panels, B(t,j) = b[(j / 32 * steps + t) * 32
// + j % 32]. The order of the sums is gemm_ascending's, which is also its specification, so this
// function is not in the table. The machine must support the instruction set.
void softmax_row_panels(
    softmax_isa isa, ptrdiff_t panels, ptrdiff_t steps, ptrdiff_t chunk, const float *_Nonnull x,
    const float *_Nonnull b, const float *_Nonnull bias, float *_Nonnull y);

// Prefetches all rows of `next` into the second-level cache.
void softmax_fetch_rows(const softmax_fetch *_Nonnull next);

// Returns the length of the chunks into which a sum over `count` features or units is divided. The
// length is a multiple of 16. It is chosen for a power of two of chunks: 1 for a count below 64, 2
// below 1,024, 4 below 4,096, and so on.
ptrdiff_t softmax_unit_chunk(ptrdiff_t count);

// The number of rows in a block. Sums over the rows of a batch are taken block by block.
#define SOFTMAX_ROW_CHUNK 256

// Returns the number of processors that this process may run on, or 0 if the system does not
// report it.
ptrdiff_t softmax_processor_count(void);

// Tells the processor that the thread is spinning on a value that another thread will write.
static inline void softmax_spin_hint(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

#endif
