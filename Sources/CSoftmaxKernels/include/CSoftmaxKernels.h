// SPDX-License-Identifier: Apache-2.0
//
// The arithmetic of swift-softmax: one table of kernels for each instruction set.
//
// Private to the package: only SoftmaxCore imports it, and nothing here is promised to others.
// Every kernel gives the same bits in every table (docs/numerics.md, docs/decisions/0001).
// Matrices are row-major; `ld...` is the distance between rows in elements. Pointers need no
// alignment; nothing outside of the named elements is read or written. No kernel allocates, keeps
// state or starts a thread. Outputs must not overlap inputs unless a comment allows it.

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
  float least_gradient;  // sqrt(2^-126 / (1 - beta2)): below it (1 - beta2) g^2 is subnormal
  float keep;     // 1 - learning rate * decoupled decay (AdamW); 1 without
} softmax_adam;

typedef struct softmax_adagrad {
  float rate;
  float inner_epsilon, outer_epsilon;  // added under the root, and to it
} softmax_adagrad;

typedef struct softmax_rmsprop {
  float rho, one_minus_rho;
  float rate, momentum;
  float inner_epsilon, outer_epsilon;  // added under the root, and to it
  float least_gradient;  // sqrt(2^-126 / (1 - rho)): below it (1 - rho) g^2 is subnormal
} softmax_rmsprop;

// Rows that will be gathered soon. Shuffled, they come from far away one after the other, so a
// product asks for a few of them between its tiles. Row i of the product brings row i of these.
typedef struct softmax_fetch {
  const void *_Nullable base;
  ptrdiff_t stride, size;  // between rows and of a row, in bytes
  const int64_t *_Nullable rows;
  ptrdiff_t count;
} softmax_fetch;

// The kernels of an instruction set; kernel_list.h says what each computes.
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

// The kernels for an instruction set; null where the processor or the operating system lacks it.
const softmax_kernels *_Nullable softmax_kernels_for(softmax_isa isa);

// The name of a kernel by its place in the list; null behind the last.
const char *_Nullable softmax_kernel_name(ptrdiff_t index);

// y[j] = sum over t of x[t] B(t,j) + bias[j], with gemm_ascending's order of the sums, for j <
// 32 panels; B lies in panels of 32 columns, B(t,j) = b[(j / 32 * steps + t) * 32 + j % 32]. The
// instruction set must be one that the machine has. Not in the table: its specification is
// gemm_ascending's.
void softmax_row_panels(
    softmax_isa isa, ptrdiff_t panels, ptrdiff_t steps, ptrdiff_t chunk, const float *_Nonnull x,
    const float *_Nonnull b, const float *_Nonnull bias, float *_Nonnull y);

// Asks for rows that will be gathered soon.
void softmax_fetch_rows(const softmax_fetch *_Nonnull next);

// The length of the chunks in which sums over `count` features or units are taken: a power of two
// of chunks (1 below 64, 2 below 1,024, 4 below 4,096, ...), each a multiple of 16 long.
ptrdiff_t softmax_unit_chunk(ptrdiff_t count);

// The length of the blocks in which sums over the rows of a batch are taken.
#define SOFTMAX_ROW_CHUNK 256

// The number of processors that this process may run on; 0 where the system does not say.
ptrdiff_t softmax_processor_count(void);

// Tells the processor that the thread spins on a value another thread will write.
static inline void softmax_spin_hint(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

#endif
