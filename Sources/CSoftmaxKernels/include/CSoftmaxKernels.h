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

typedef struct softmax_kernels {
  const char *_Nonnull name;

  // MARK: Products

  // C[i,j] = sum over t of A(i,t) B[t,j]  (+ bias[j]),  A(i,t) = a[i * a_row + t * a_step].
  // Order: ascending by t with fused multiply-add inside chunks of `chunk` steps, from +0; the
  // chunks by softmax_tree. a_row = lda, a_step = 1 is A B; a_row = 1, a_step = lda is A^T B.
  void (*_Nonnull gemm_ascending)(
      ptrdiff_t m, ptrdiff_t n, ptrdiff_t steps, ptrdiff_t chunk,
      const float *_Nullable a, ptrdiff_t a_row, ptrdiff_t a_step,
      const float *_Nullable b, ptrdiff_t ldb, const float *_Nullable bias,
      float *_Nullable c, ptrdiff_t ldc);

  // C[i,j] = sum over t of A[i,t] B[j,t]  (+ bias[j]).
  // Order: inside chunks of `chunk` steps, step t of a chunk is added to virtual lane t mod 16 with
  // fused multiply-add, from +0; the lanes by the lane tree; the chunks by softmax_tree. `chunk`
  // must be a multiple of 16 unless it is at least `steps`.
  void (*_Nonnull gemm_lanes)(
      ptrdiff_t m, ptrdiff_t n, ptrdiff_t steps, ptrdiff_t chunk,
      const float *_Nullable a, ptrdiff_t lda, const float *_Nullable b, ptrdiff_t ldb,
      const float *_Nullable bias, float *_Nullable c, ptrdiff_t ldc);

  // One chunk of gemm_lanes' product, transposed: C[j,i] = sum over t of A[i,t] B[j,t], in 16 lanes.
  // `steps` must be a multiple of 16. Beside it the rows of `next`, if any, go into the cache.
  void (*_Nonnull lanes_columns)(
      ptrdiff_t m, ptrdiff_t n, ptrdiff_t steps, const float *_Nullable a, ptrdiff_t lda,
      const float *_Nullable b, ptrdiff_t ldb, float *_Nullable c, ptrdiff_t ldc,
      const softmax_fetch *_Nullable next);

  // The gradient G[i,j] = sum over t < rows of A(i,t) B[t,j], ascending from +0, and the step of
  // `sgd` on W along it; G is not stored. `n` must be a multiple of 16, `rows` at most
  // SOFTMAX_ROW_CHUNK.
  void (*_Nonnull gradient_sgd)(
      ptrdiff_t m, ptrdiff_t n, ptrdiff_t rows, const float *_Nullable a, ptrdiff_t a_row,
      ptrdiff_t a_step, const float *_Nullable b, ptrdiff_t ldb, float rate, float momentum,
      float l2, float *_Nullable w, float *_Nullable v, ptrdiff_t ldw);

  // The same with the step of `adam`.
  void (*_Nonnull gradient_adam)(
      ptrdiff_t m, ptrdiff_t n, ptrdiff_t rows, const float *_Nullable a, ptrdiff_t a_row,
      ptrdiff_t a_step, const float *_Nullable b, ptrdiff_t ldb, const softmax_adam *_Nonnull step,
      float l2, float *_Nullable w, float *_Nullable m1, float *_Nullable m2, ptrdiff_t ldw);

  // y[i] = sum over t < steps of A[i,t], ascending from +0.
  void (*_Nonnull sum_of_columns)(
      ptrdiff_t m, ptrdiff_t steps, const float *_Nullable a, ptrdiff_t lda, float *_Nullable y);

  // y[i] = sum over t < steps of A(i,t)^2 in double, ascending from +0, A(i,t) = a[i * a_row + t *
  // a_step]; one of the strides must be 1.
  void (*_Nonnull sum_of_squares)(
      ptrdiff_t m, ptrdiff_t steps, const float *_Nullable a, ptrdiff_t a_row, ptrdiff_t a_step,
      double *_Nullable y);

  // MARK: Batches

  // Y[i,j] = (float)X[rows[i],j] * scale, rounded once. Without `rows`, row i of X.
  void (*_Nonnull gather_bytes)(
      ptrdiff_t m, ptrdiff_t n, const uint8_t *_Nullable x, ptrdiff_t ldx,
      const int64_t *_Nullable rows, float scale, float *_Nullable y, ptrdiff_t ldy);

  // Y[i,j] = X[rows[i],j]. Without `rows`, row i of X.
  void (*_Nonnull gather_floats)(
      ptrdiff_t m, ptrdiff_t n, const float *_Nullable x, ptrdiff_t ldx,
      const int64_t *_Nullable rows, float *_Nullable y, ptrdiff_t ldy);

  // MARK: Functions of each element (y may be x)

  void (*_Nonnull exponential)(ptrdiff_t n, const float *_Nullable x, float *_Nullable y);
  void (*_Nonnull logarithm)(ptrdiff_t n, const float *_Nullable x, float *_Nullable y);
  // ln(1 + x), for x within 0...1; of other x nothing of use.
  void (*_Nonnull log1p)(ptrdiff_t n, const float *_Nullable x, float *_Nullable y);
  void (*_Nonnull relu)(ptrdiff_t n, const float *_Nullable x, float *_Nullable y);
  void (*_Nonnull tanh)(ptrdiff_t n, const float *_Nullable x, float *_Nullable y);
  void (*_Nonnull sigmoid)(ptrdiff_t n, const float *_Nullable x, float *_Nullable y);
  // x Phi(x), with the normal distribution's Phi(x) = 1/2 (1 + erf(x / sqrt 2))
  void (*_Nonnull gelu)(ptrdiff_t n, const float *_Nullable x, float *_Nullable y);
  // x sigmoid(x)
  void (*_Nonnull silu)(ptrdiff_t n, const float *_Nullable x, float *_Nullable y);
  // x where it is positive, else slope x
  void (*_Nonnull leaky_relu)(
      ptrdiff_t n, float slope, const float *_Nullable x, float *_Nullable y);
  // x where it is positive, else alpha (e^x - 1)
  void (*_Nonnull elu)(ptrdiff_t n, float alpha, const float *_Nullable x, float *_Nullable y);
  // ln(1 + e^x)
  void (*_Nonnull softplus)(ptrdiff_t n, const float *_Nullable x, float *_Nullable y);

  // y = x + y
  void (*_Nonnull add)(ptrdiff_t n, const float *_Nullable x, float *_Nullable y);

  // dx = dy * f'(x), from the function's value y = f(x); dx may be dy.
  void (*_Nonnull relu_gradient)(
      ptrdiff_t n, const float *_Nullable y, const float *_Nullable dy, float *_Nullable dx);
  void (*_Nonnull tanh_gradient)(
      ptrdiff_t n, const float *_Nullable y, const float *_Nullable dy, float *_Nullable dx);
  void (*_Nonnull sigmoid_gradient)(
      ptrdiff_t n, const float *_Nullable y, const float *_Nullable dy, float *_Nullable dx);

  void (*_Nonnull leaky_relu_gradient)(
      ptrdiff_t n, float slope, const float *_Nullable y, const float *_Nullable dy,
      float *_Nullable dx);
  void (*_Nonnull elu_gradient)(
      ptrdiff_t n, float alpha, const float *_Nullable y, const float *_Nullable dy,
      float *_Nullable dx);

  // dx = dy * f'(x), from the argument x; dx may be dy.
  void (*_Nonnull gelu_gradient)(
      ptrdiff_t n, const float *_Nullable x, const float *_Nullable dy, float *_Nullable dx);
  void (*_Nonnull silu_gradient)(
      ptrdiff_t n, const float *_Nullable x, const float *_Nullable dy, float *_Nullable dx);

  // MARK: Normalization

  // mean[j] = (sum over i of X[i,j]) / m, variance[j] = (sum over i of (X[i,j] - mean[j])^2) / m.
  // Sums ascending inside chunks of `chunk` rows, from +0, the squares with fused multiply-add; the
  // chunks by softmax_tree.
  void (*_Nonnull column_moments)(
      ptrdiff_t m, ptrdiff_t n, ptrdiff_t chunk, const float *_Nullable x, ptrdiff_t ldx,
      float *_Nullable mean, float *_Nullable variance);

  // y[j] = sum over i of A[i,j] B[i,j], in the same order.
  void (*_Nonnull column_products)(
      ptrdiff_t m, ptrdiff_t n, ptrdiff_t chunk, const float *_Nullable a, ptrdiff_t lda,
      const float *_Nullable b, ptrdiff_t ldb, float *_Nullable y);

  // H[i,j] = (X[i,j] - mean[j]) inverse[j], not stored where h is null; Y = fma(H, gamma[j], beta[j]).
  // Y may be X.
  void (*_Nonnull normalize_columns)(
      ptrdiff_t m, ptrdiff_t n, const float *_Nullable x, ptrdiff_t ldx, const float *_Nullable mean,
      const float *_Nullable inverse, const float *_Nullable gamma, const float *_Nullable beta,
      float *_Nullable h, ptrdiff_t ldh, float *_Nullable y, ptrdiff_t ldy);

  // DX[i,j] = scale[j] fma(-H[i,j], dgamma[j], DY[i,j] - dbeta[j]). DX may be DY.
  void (*_Nonnull normalize_columns_gradient)(
      ptrdiff_t m, ptrdiff_t n, const float *_Nullable h, ptrdiff_t ldh,
      const float *_Nullable scale, const float *_Nullable dbeta, const float *_Nullable dgamma,
      const float *_Nullable dy, ptrdiff_t ldd, float *_Nullable dx, ptrdiff_t ldx);

  // For each row the mean and the variance of its n elements, both sums in 16 virtual lanes, the
  // squares with fused multiply-add; inverse[i] = 1 / sqrt(variance + epsilon);
  // H[i,j] = (X[i,j] - mean) inverse[i]; Y = fma(H, gamma[j], beta[j]). H and inverse are not stored
  // where they are null. Y may be X.
  void (*_Nonnull normalize_rows)(
      ptrdiff_t m, ptrdiff_t n, float epsilon, const float *_Nullable x, ptrdiff_t ldx,
      const float *_Nullable gamma, const float *_Nullable beta, float *_Nullable h, ptrdiff_t ldh,
      float *_Nullable inverse, float *_Nullable y, ptrdiff_t ldy);

  // With S[i,j] = DY[i,j] gamma[j], a = (sum over j of S) / n and b = (sum over j of S H) / n in 16
  // lanes: DX[i,j] = inverse[i] fma(-H[i,j], b, S - a). DX may be DY.
  void (*_Nonnull normalize_rows_gradient)(
      ptrdiff_t m, ptrdiff_t n, const float *_Nullable h, ptrdiff_t ldh,
      const float *_Nullable inverse, const float *_Nullable gamma, const float *_Nullable dy,
      ptrdiff_t ldd, float *_Nullable dx, ptrdiff_t ldx);

  // MARK: Dropout

  // mask[i] = 0 where word i mod 4 of Philox4x32-10 at the counter (counter + i / 4, stream0,
  // stream1) is below the threshold, else scale.
  void (*_Nonnull dropout_mask)(
      ptrdiff_t n, uint32_t key0, uint32_t key1, uint32_t stream0, uint32_t stream1,
      uint64_t counter, uint32_t threshold, float scale, float *_Nullable mask);

  // y = x mask, 0 where the mask is. y may be x.
  void (*_Nonnull dropout_apply)(
      ptrdiff_t n, const float *_Nullable mask, const float *_Nullable x, float *_Nullable y);

  // MARK: Rows of logits (y may be x)

  // A row with NaN, with +inf or of nothing but -inf becomes a row of NaN.
  void (*_Nonnull softmax_rows)(
      ptrdiff_t m, ptrdiff_t n, const float *_Nullable x, ptrdiff_t ldx,
      float *_Nullable y, ptrdiff_t ldy);
  void (*_Nonnull log_softmax_rows)(
      ptrdiff_t m, ptrdiff_t n, const float *_Nullable x, ptrdiff_t ldx,
      float *_Nullable y, ptrdiff_t ldy);

  // y[i] = log of the sum of exp(X[i,j]). NaN where the row has one, else -inf for a row of nothing
  // but -inf, else +inf where the row has one.
  void (*_Nonnull log_sum_exp_rows)(
      ptrdiff_t m, ptrdiff_t n, const float *_Nullable x, ptrdiff_t ldx, float *_Nullable y);

  // loss[i] = log_sum_exp(Z[i]) - Z[i,label[i]];  D[i,j] = (softmax(Z[i])[j] - (j == label[i])) *
  // scale, unless d is null. D may be Z. Labels must lie in 0..<n.
  void (*_Nonnull cross_entropy_labels)(
      ptrdiff_t m, ptrdiff_t n, const float *_Nullable z, ptrdiff_t ldz,
      const int32_t *_Nullable labels, float scale, float *_Nullable loss,
      float *_Nullable d, ptrdiff_t ldd);

  // loss[i] = sum over j of T[i,j] (log_sum_exp(Z[i]) - Z[i,j]), terms with T = 0 left out;
  // D[i,j] = (softmax(Z[i])[j] - T[i,j]) * scale, unless d is null. D may be Z. Rows of T sum to 1.
  void (*_Nonnull cross_entropy_distributions)(
      ptrdiff_t m, ptrdiff_t n, const float *_Nullable z, ptrdiff_t ldz,
      const float *_Nullable t, ptrdiff_t ldt, float scale, float *_Nullable loss,
      float *_Nullable d, ptrdiff_t ldd);

  // Cross-entropy of at most 32 classes with the rows in lanes. The logits are Z[j,i] = the sum by
  // softmax_tree of the `chunks` matrices of `partial`, `chunk_stride` apart, plus bias[j]. loss and
  // D[j,i] are cross_entropy_labels' of row i or, without labels, cross_entropy_distributions' with
  // T[j,i]; prediction is argmax_rows'. All matrices have rows of `ld`; m must be a multiple of 16.
  void (*_Nonnull cross_entropy_columns)(
      ptrdiff_t m, ptrdiff_t n, ptrdiff_t chunks, const float *_Nullable partial,
      ptrdiff_t chunk_stride, ptrdiff_t ld, const float *_Nullable bias,
      const int32_t *_Nullable labels, const float *_Nullable t, float scale,
      float *_Nullable loss, int32_t *_Nullable prediction, float *_Nullable d);

  // MARK: Losses with a scale for each row
  //
  // In all of them D is not computed where d is null, and may not be Z. A row whose scale is 0 counts
  // nothing: its loss and its gradient are +0, whatever its outputs are. A row whose loss is NaN has a
  // gradient of NaN.

  // loss[i] = sum over j of T[i,j] (log_sum_exp(Z[i]) - Z[i,j]), terms with T = 0 left out;
  // D[i,j] = (softmax(Z[i])[j] * mass[i] - T[i,j]) * scale[i], with mass[i] the sum of T[i].
  void (*_Nonnull cross_entropy_weighted)(
      ptrdiff_t m, ptrdiff_t n, const float *_Nullable z, ptrdiff_t ldz,
      const float *_Nullable t, ptrdiff_t ldt, const float *_Nullable mass,
      const float *_Nullable scale, float *_Nullable loss, float *_Nullable d, ptrdiff_t ldd);

  // loss[i] = sum over j of ln(1 + exp(Z[i,j])) - T[i,j] Z[i,j];
  // D[i,j] = (1 / (1 + exp(-Z[i,j])) - T[i,j]) * scale[i].
  void (*_Nonnull binary_cross_entropy)(
      ptrdiff_t m, ptrdiff_t n, const float *_Nullable z, ptrdiff_t ldz,
      const float *_Nullable t, ptrdiff_t ldt, const float *_Nullable scale,
      float *_Nullable loss, float *_Nullable d, ptrdiff_t ldd);

  // With the error e = Z[i,j] - T[i,j]: loss[i] = sum over j of e^2 / 2; D[i,j] = e * scale[i].
  void (*_Nonnull squared_loss)(
      ptrdiff_t m, ptrdiff_t n, const float *_Nullable z, ptrdiff_t ldz,
      const float *_Nullable t, ptrdiff_t ldt, const float *_Nullable scale,
      float *_Nullable loss, float *_Nullable d, ptrdiff_t ldd);

  // loss[i] = sum over j of |e|; D[i,j] = sign(e) * scale[i], with 0 the sign of 0.
  void (*_Nonnull absolute_loss)(
      ptrdiff_t m, ptrdiff_t n, const float *_Nullable z, ptrdiff_t ldz,
      const float *_Nullable t, ptrdiff_t ldt, const float *_Nullable scale,
      float *_Nullable loss, float *_Nullable d, ptrdiff_t ldd);

  // loss[i] = sum over j of e^2 / 2 where |e| <= delta, else delta (|e| - delta / 2);
  // D[i,j] = e * scale[i], with e cut to -delta...delta.
  void (*_Nonnull huber_loss)(
      ptrdiff_t m, ptrdiff_t n, const float *_Nullable z, ptrdiff_t ldz,
      const float *_Nullable t, ptrdiff_t ldt, float delta, const float *_Nullable scale,
      float *_Nullable loss, float *_Nullable d, ptrdiff_t ldd);

  // loss[i] = sum over j other than y of max(0, margin - Z[i,y] + Z[i,j]) with y = label[i];
  // D[i,j] = scale[i] where the term is above 0, and D[i,y] = -scale[i] times the number of those.
  void (*_Nonnull multi_class_hinge)(
      ptrdiff_t m, ptrdiff_t n, const float *_Nullable z, ptrdiff_t ldz,
      const int32_t *_Nullable labels, float margin, const float *_Nullable scale,
      float *_Nullable loss, float *_Nullable d, ptrdiff_t ldd);

  // index[i] = the first column of the row's greatest element; of the first NaN where there is one.
  void (*_Nonnull argmax_rows)(
      ptrdiff_t m, ptrdiff_t n, const float *_Nullable x, ptrdiff_t ldx, int32_t *_Nullable index);

  // MARK: Random numbers

  // The 128 bits of Philox4x32-10 at the counters (i, stream0, stream1) for i < blocks, low half
  // first.
  void (*_Nonnull philox)(
      ptrdiff_t blocks, uint32_t key0, uint32_t key1, uint32_t stream0, uint32_t stream1,
      uint64_t *_Nullable bits);

  // MARK: Optimizers

  // g + l2 w is the gradient; v = momentum v + gradient, w = w - rate v. Without v, momentum is 0.
  void (*_Nonnull sgd)(
      ptrdiff_t n, float rate, float momentum, float l2, const float *_Nullable g,
      float *_Nullable w, float *_Nullable v);

  // m = beta1 m + (1 - beta1) g, v = beta2 v + (1 - beta2) h^2, each 0 where below 2^-100, with h = g,
  // or 0 where |g| < least_gradient;
  // w = keep w - rate m / (scale sqrt(v) + epsilon), with g + l2 w as the gradient.
  void (*_Nonnull adam)(
      ptrdiff_t n, const softmax_adam *_Nonnull step, float l2, const float *_Nullable g,
      float *_Nullable w, float *_Nullable m, float *_Nullable v);

  // As sgd with a velocity, but w = w - rate (gradient + momentum v).
  void (*_Nonnull sgd_nesterov)(
      ptrdiff_t n, float rate, float momentum, float l2, const float *_Nullable g,
      float *_Nullable w, float *_Nullable v);

  // s = s + g^2, 0 where below 2^-100; w = w - rate g / (sqrt(s + inner) + outer), with g + l2 w as
  // the gradient.
  void (*_Nonnull adagrad)(
      ptrdiff_t n, const softmax_adagrad *_Nonnull step, float l2, const float *_Nullable g,
      float *_Nullable w, float *_Nullable s);

  // s = rho s + (1 - rho) h^2, d = g / (sqrt(s + inner) + outer), w = w - rate d, with h as in adam
  // and g + l2 w as the gradient. With a: a = rho a + (1 - rho) g, and s - a^2, at least 0, in the
  // place of s in d. With b: b = momentum b + d, and b in the place of d in the step. State below
  // 2^-100 is 0.
  void (*_Nonnull rmsprop)(
      ptrdiff_t n, const softmax_rmsprop *_Nonnull step, float l2, const float *_Nullable g,
      float *_Nullable w, float *_Nullable s, float *_Nullable b, float *_Nullable a);

  // As adam, but x = max(x, v), and x in the place of v in the step.
  void (*_Nonnull amsgrad)(
      ptrdiff_t n, const softmax_adam *_Nonnull step, float l2, const float *_Nullable g,
      float *_Nullable w, float *_Nullable m, float *_Nullable v, float *_Nullable x);

  // MARK: Gradients before their step

  // g = g + l2 w, then + l1 times the sign of w, which is 0 at 0. A factor of 0 leaves g alone.
  void (*_Nonnull penalize)(
      ptrdiff_t n, float l1, float l2, const float *_Nullable w, float *_Nullable g);

  // g = at least -limit and at most limit; a NaN stays one.
  void (*_Nonnull clip)(ptrdiff_t n, float limit, float *_Nullable g);

  // g = g factor
  void (*_Nonnull multiply)(ptrdiff_t n, float factor, float *_Nullable g);
} softmax_kernels;

typedef enum softmax_isa {
  softmax_isa_scalar = 0,
  softmax_isa_avx2 = 1,
  softmax_isa_avx512 = 2,
  softmax_isa_neon = 3,
} softmax_isa;

// The kernels for an instruction set; null where the processor or the operating system lacks it.
const softmax_kernels *_Nullable softmax_kernels_for(softmax_isa isa);

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
