// SPDX-License-Identifier: Apache-2.0
//
// Every kernel, with its arguments and what it computes: the one list from which the table, its
// declarations and the dispatch follow. Whoever includes it defines KERNEL(name, arguments...), a function
// of each instruction set, and SHARED_KERNEL(name, arguments...), one that serves all.
//
// Matrices are row-major; `ld...` is the distance between rows in elements.

// MARK: Products

// C[i,j] = sum over t of A(i,t) B[t,j]  (+ bias[j]),  A(i,t) = a[i * a_row + t * a_step].
// Order: ascending by t with fused multiply-add inside chunks of `chunk` steps, from +0; the
// chunks by softmax_tree. a_row = lda, a_step = 1 is A B; a_row = 1, a_step = lda is A^T B.
KERNEL(
    gemm_ascending, ptrdiff_t m, ptrdiff_t n, ptrdiff_t steps, ptrdiff_t chunk,
    const float *_Nullable a, ptrdiff_t a_row, ptrdiff_t a_step, const float *_Nullable b,
    ptrdiff_t ldb, const float *_Nullable bias, float *_Nullable c, ptrdiff_t ldc)

// C[i,j] = sum over t of A[i,t] B[j,t]  (+ bias[j]).
// Order: inside chunks of `chunk` steps, step t of a chunk is added to virtual lane t mod 16 with
// fused multiply-add, from +0; the lanes by the lane tree; the chunks by softmax_tree. `chunk`
// must be a multiple of 16 unless it is at least `steps`.
KERNEL(
    gemm_lanes, ptrdiff_t m, ptrdiff_t n, ptrdiff_t steps, ptrdiff_t chunk,
    const float *_Nullable a, ptrdiff_t lda, const float *_Nullable b, ptrdiff_t ldb,
    const float *_Nullable bias, float *_Nullable c, ptrdiff_t ldc)

// One chunk of gemm_lanes' product, transposed: C[j,i] = sum over t of A[i,t] B[j,t], in 16 lanes.
// `steps` must be a multiple of 16. Beside it the rows of `next`, if any, go into the cache.
KERNEL(
    lanes_columns, ptrdiff_t m, ptrdiff_t n, ptrdiff_t steps, const float *_Nullable a,
    ptrdiff_t lda, const float *_Nullable b, ptrdiff_t ldb, float *_Nullable c, ptrdiff_t ldc,
    const softmax_fetch *_Nullable next)

// The gradient G[i,j] = sum over t < rows of A(i,t) B[t,j], ascending from +0, and the step of
// `sgd` on W along it; G is not stored. `n` must be a multiple of 16, `rows` at most
// SOFTMAX_ROW_CHUNK.
KERNEL(
    gradient_sgd, ptrdiff_t m, ptrdiff_t n, ptrdiff_t rows, const float *_Nullable a,
    ptrdiff_t a_row, ptrdiff_t a_step, const float *_Nullable b, ptrdiff_t ldb, float rate,
    float momentum, float l2, float *_Nullable w, float *_Nullable v, ptrdiff_t ldw)

// The same with the step of `adam`.
KERNEL(
    gradient_adam, ptrdiff_t m, ptrdiff_t n, ptrdiff_t rows, const float *_Nullable a,
    ptrdiff_t a_row, ptrdiff_t a_step, const float *_Nullable b, ptrdiff_t ldb,
    const softmax_adam *_Nonnull step, float l2, float *_Nullable w, float *_Nullable m1,
    float *_Nullable m2, ptrdiff_t ldw)

// y[i] = sum over t < steps of A[i,t], ascending from +0.
SHARED_KERNEL(
    sum_of_columns, ptrdiff_t m, ptrdiff_t steps, const float *_Nullable a, ptrdiff_t lda,
    float *_Nullable y)

// y[i] = sum over t < steps of A(i,t)^2 in double, ascending from +0, A(i,t) = a[i * a_row + t *
// a_step]; one of the strides must be 1.
SHARED_KERNEL(
    sum_of_squares, ptrdiff_t m, ptrdiff_t steps, const float *_Nullable a, ptrdiff_t a_row,
    ptrdiff_t a_step, double *_Nullable y)

// MARK: Batches

// Y[i,j] = (float)X[rows[i],j] * scale, rounded once. Without `rows`, row i of X.
KERNEL(
    gather_bytes, ptrdiff_t m, ptrdiff_t n, const uint8_t *_Nullable x, ptrdiff_t ldx,
    const int64_t *_Nullable rows, float scale, float *_Nullable y, ptrdiff_t ldy)

// Y[i,j] = X[rows[i],j]. Without `rows`, row i of X.
KERNEL(
    gather_floats, ptrdiff_t m, ptrdiff_t n, const float *_Nullable x, ptrdiff_t ldx,
    const int64_t *_Nullable rows, float *_Nullable y, ptrdiff_t ldy)

// MARK: Functions of each element (y may be x)

KERNEL(exponential, ptrdiff_t n, const float *_Nullable x, float *_Nullable y)
KERNEL(logarithm, ptrdiff_t n, const float *_Nullable x, float *_Nullable y)
// ln(1 + x), for x within 0...1; of other x nothing of use.
KERNEL(log1p, ptrdiff_t n, const float *_Nullable x, float *_Nullable y)
KERNEL(relu, ptrdiff_t n, const float *_Nullable x, float *_Nullable y)
KERNEL(tanh, ptrdiff_t n, const float *_Nullable x, float *_Nullable y)
KERNEL(sigmoid, ptrdiff_t n, const float *_Nullable x, float *_Nullable y)
// x Phi(x), with the normal distribution's Phi(x) = 1/2 (1 + erf(x / sqrt 2))
KERNEL(gelu, ptrdiff_t n, const float *_Nullable x, float *_Nullable y)
// x sigmoid(x)
KERNEL(silu, ptrdiff_t n, const float *_Nullable x, float *_Nullable y)
// x where it is positive, else slope x
KERNEL(leaky_relu, ptrdiff_t n, float slope, const float *_Nullable x, float *_Nullable y)
// x where it is positive, else alpha (e^x - 1)
KERNEL(elu, ptrdiff_t n, float alpha, const float *_Nullable x, float *_Nullable y)
// ln(1 + e^x)
KERNEL(softplus, ptrdiff_t n, const float *_Nullable x, float *_Nullable y)

// y = x + y
KERNEL(add, ptrdiff_t n, const float *_Nullable x, float *_Nullable y)

// dx = dy * f'(x), from the function's value y = f(x); dx may be dy.
KERNEL(
    relu_gradient, ptrdiff_t n, const float *_Nullable y, const float *_Nullable dy,
    float *_Nullable dx)
KERNEL(
    tanh_gradient, ptrdiff_t n, const float *_Nullable y, const float *_Nullable dy,
    float *_Nullable dx)
KERNEL(
    sigmoid_gradient, ptrdiff_t n, const float *_Nullable y, const float *_Nullable dy,
    float *_Nullable dx)

KERNEL(
    leaky_relu_gradient, ptrdiff_t n, float slope, const float *_Nullable y,
    const float *_Nullable dy, float *_Nullable dx)
KERNEL(
    elu_gradient, ptrdiff_t n, float alpha, const float *_Nullable y, const float *_Nullable dy,
    float *_Nullable dx)

// dx = dy * f'(x), from the argument x; dx may be dy.
KERNEL(
    gelu_gradient, ptrdiff_t n, const float *_Nullable x, const float *_Nullable dy,
    float *_Nullable dx)
KERNEL(
    silu_gradient, ptrdiff_t n, const float *_Nullable x, const float *_Nullable dy,
    float *_Nullable dx)

// MARK: Normalization

// mean[j] = (sum over i of X[i,j]) / m, variance[j] = (sum over i of (X[i,j] - mean[j])^2) / m.
// Sums ascending inside chunks of `chunk` rows, from +0, the squares with fused multiply-add; the
// chunks by softmax_tree.
KERNEL(
    column_moments, ptrdiff_t m, ptrdiff_t n, ptrdiff_t chunk, const float *_Nullable x,
    ptrdiff_t ldx, float *_Nullable mean, float *_Nullable variance)

// y[j] = sum over i of A[i,j] B[i,j], in the same order.
KERNEL(
    column_products, ptrdiff_t m, ptrdiff_t n, ptrdiff_t chunk, const float *_Nullable a,
    ptrdiff_t lda, const float *_Nullable b, ptrdiff_t ldb, float *_Nullable y)

// H[i,j] = (X[i,j] - mean[j]) inverse[j], not stored where h is null; Y = fma(H, gamma[j], beta[j]).
// Y may be X.
KERNEL(
    normalize_columns, ptrdiff_t m, ptrdiff_t n, const float *_Nullable x, ptrdiff_t ldx,
    const float *_Nullable mean, const float *_Nullable inverse, const float *_Nullable gamma,
    const float *_Nullable beta, float *_Nullable h, ptrdiff_t ldh, float *_Nullable y,
    ptrdiff_t ldy)

// DX[i,j] = scale[j] fma(-H[i,j], dgamma[j], DY[i,j] - dbeta[j]). DX may be DY.
KERNEL(
    normalize_columns_gradient, ptrdiff_t m, ptrdiff_t n, const float *_Nullable h, ptrdiff_t ldh,
    const float *_Nullable scale, const float *_Nullable dbeta, const float *_Nullable dgamma,
    const float *_Nullable dy, ptrdiff_t ldd, float *_Nullable dx, ptrdiff_t ldx)

// For each row the mean and the variance of its n elements, both sums in 16 virtual lanes, the
// squares with fused multiply-add; inverse[i] = 1 / sqrt(variance + epsilon);
// H[i,j] = (X[i,j] - mean) inverse[i]; Y = fma(H, gamma[j], beta[j]). H and inverse are not stored
// where they are null. Y may be X.
KERNEL(
    normalize_rows, ptrdiff_t m, ptrdiff_t n, float epsilon, const float *_Nullable x,
    ptrdiff_t ldx, const float *_Nullable gamma, const float *_Nullable beta, float *_Nullable h,
    ptrdiff_t ldh, float *_Nullable inverse, float *_Nullable y, ptrdiff_t ldy)

// With S[i,j] = DY[i,j] gamma[j], a = (sum over j of S) / n and b = (sum over j of S H) / n in 16
// lanes: DX[i,j] = inverse[i] fma(-H[i,j], b, S - a). DX may be DY.
KERNEL(
    normalize_rows_gradient, ptrdiff_t m, ptrdiff_t n, const float *_Nullable h, ptrdiff_t ldh,
    const float *_Nullable inverse, const float *_Nullable gamma, const float *_Nullable dy,
    ptrdiff_t ldd, float *_Nullable dx, ptrdiff_t ldx)

// MARK: Dropout

// mask[i] = 0 where word i mod 4 of Philox4x32-10 at the counter (counter + i / 4, stream0,
// stream1) is below the threshold, else scale.
KERNEL(
    dropout_mask, ptrdiff_t n, uint32_t key0, uint32_t key1, uint32_t stream0, uint32_t stream1,
    uint64_t counter, uint32_t threshold, float scale, float *_Nullable mask)

// y = x mask, 0 where the mask is. y may be x.
KERNEL(
    dropout_apply, ptrdiff_t n, const float *_Nullable mask, const float *_Nullable x,
    float *_Nullable y)

// MARK: Rows of logits (y may be x)

// A row with NaN, with +inf or of nothing but -inf becomes a row of NaN.
KERNEL(
    softmax_rows, ptrdiff_t m, ptrdiff_t n, const float *_Nullable x, ptrdiff_t ldx,
    float *_Nullable y, ptrdiff_t ldy)
KERNEL(
    log_softmax_rows, ptrdiff_t m, ptrdiff_t n, const float *_Nullable x, ptrdiff_t ldx,
    float *_Nullable y, ptrdiff_t ldy)

// y[i] = log of the sum of exp(X[i,j]). NaN where the row has one, else -inf for a row of nothing
// but -inf, else +inf where the row has one.
KERNEL(
    log_sum_exp_rows, ptrdiff_t m, ptrdiff_t n, const float *_Nullable x, ptrdiff_t ldx,
    float *_Nullable y)

// loss[i] = log_sum_exp(Z[i]) - Z[i,label[i]];  D[i,j] = (softmax(Z[i])[j] - (j == label[i])) *
// scale, unless d is null. D may be Z. Labels must lie in 0..<n.
KERNEL(
    cross_entropy_labels, ptrdiff_t m, ptrdiff_t n, const float *_Nullable z, ptrdiff_t ldz,
    const int32_t *_Nullable labels, float scale, float *_Nullable loss, float *_Nullable d,
    ptrdiff_t ldd)

// loss[i] = sum over j of T[i,j] (log_sum_exp(Z[i]) - Z[i,j]), terms with T = 0 left out;
// D[i,j] = (softmax(Z[i])[j] - T[i,j]) * scale, unless d is null. D may be Z. Rows of T sum to 1.
KERNEL(
    cross_entropy_distributions, ptrdiff_t m, ptrdiff_t n, const float *_Nullable z, ptrdiff_t ldz,
    const float *_Nullable t, ptrdiff_t ldt, float scale, float *_Nullable loss, float *_Nullable d,
    ptrdiff_t ldd)

// Cross-entropy of at most 32 classes with the rows in lanes. The logits are Z[j,i] = the sum by
// softmax_tree of the `chunks` matrices of `partial`, `chunk_stride` apart, plus bias[j]. loss and
// D[j,i] are cross_entropy_labels' of row i or, without labels, cross_entropy_distributions' with
// T[j,i]; prediction is argmax_rows'. All matrices have rows of `ld`; m must be a multiple of 16.
KERNEL(
    cross_entropy_columns, ptrdiff_t m, ptrdiff_t n, ptrdiff_t chunks,
    const float *_Nullable partial, ptrdiff_t chunk_stride, ptrdiff_t ld,
    const float *_Nullable bias, const int32_t *_Nullable labels, const float *_Nullable t,
    float scale, float *_Nullable loss, int32_t *_Nullable prediction, float *_Nullable d)

// MARK: Losses with a scale for each row
//
// In all of them D is not computed where d is null, and may not be Z. A row whose scale is 0 counts
// nothing: its loss and its gradient are +0, whatever its outputs are. A row whose loss is NaN has a
// gradient of NaN.

// loss[i] = sum over j of T[i,j] (log_sum_exp(Z[i]) - Z[i,j]), terms with T = 0 left out;
// D[i,j] = (softmax(Z[i])[j] * mass[i] - T[i,j]) * scale[i], with mass[i] the sum of T[i].
KERNEL(
    cross_entropy_weighted, ptrdiff_t m, ptrdiff_t n, const float *_Nullable z, ptrdiff_t ldz,
    const float *_Nullable t, ptrdiff_t ldt, const float *_Nullable mass,
    const float *_Nullable scale, float *_Nullable loss, float *_Nullable d, ptrdiff_t ldd)

// loss[i] = sum over j of ln(1 + exp(Z[i,j])) - T[i,j] Z[i,j];
// D[i,j] = (1 / (1 + exp(-Z[i,j])) - T[i,j]) * scale[i].
KERNEL(
    binary_cross_entropy, ptrdiff_t m, ptrdiff_t n, const float *_Nullable z, ptrdiff_t ldz,
    const float *_Nullable t, ptrdiff_t ldt, const float *_Nullable scale, float *_Nullable loss,
    float *_Nullable d, ptrdiff_t ldd)

// With the error e = Z[i,j] - T[i,j]: loss[i] = sum over j of e^2 / 2; D[i,j] = e * scale[i].
KERNEL(
    squared_loss, ptrdiff_t m, ptrdiff_t n, const float *_Nullable z, ptrdiff_t ldz,
    const float *_Nullable t, ptrdiff_t ldt, const float *_Nullable scale, float *_Nullable loss,
    float *_Nullable d, ptrdiff_t ldd)

// loss[i] = sum over j of |e|; D[i,j] = sign(e) * scale[i], with 0 the sign of 0.
KERNEL(
    absolute_loss, ptrdiff_t m, ptrdiff_t n, const float *_Nullable z, ptrdiff_t ldz,
    const float *_Nullable t, ptrdiff_t ldt, const float *_Nullable scale, float *_Nullable loss,
    float *_Nullable d, ptrdiff_t ldd)

// loss[i] = sum over j of e^2 / 2 where |e| <= delta, else delta (|e| - delta / 2);
// D[i,j] = e * scale[i], with e cut to -delta...delta.
KERNEL(
    huber_loss, ptrdiff_t m, ptrdiff_t n, const float *_Nullable z, ptrdiff_t ldz,
    const float *_Nullable t, ptrdiff_t ldt, float delta, const float *_Nullable scale,
    float *_Nullable loss, float *_Nullable d, ptrdiff_t ldd)

// loss[i] = sum over j other than y of max(0, margin - Z[i,y] + Z[i,j]) with y = label[i];
// D[i,j] = scale[i] where the term is above 0, and D[i,y] = -scale[i] times the number of those.
KERNEL(
    multi_class_hinge, ptrdiff_t m, ptrdiff_t n, const float *_Nullable z, ptrdiff_t ldz,
    const int32_t *_Nullable labels, float margin, const float *_Nullable scale,
    float *_Nullable loss, float *_Nullable d, ptrdiff_t ldd)

// index[i] = the first column of the row's greatest element; of the first NaN where there is one.
KERNEL(
    argmax_rows, ptrdiff_t m, ptrdiff_t n, const float *_Nullable x, ptrdiff_t ldx,
    int32_t *_Nullable index)

// MARK: Random numbers

// The 128 bits of Philox4x32-10 at the counters (i, stream0, stream1) for i < blocks, low half
// first.
KERNEL(
    philox, ptrdiff_t blocks, uint32_t key0, uint32_t key1, uint32_t stream0, uint32_t stream1,
    uint64_t *_Nullable bits)

// MARK: Optimizers

// g + l2 w is the gradient; v = momentum v + gradient, w = w - rate v. Without v, momentum is 0.
KERNEL(
    sgd, ptrdiff_t n, float rate, float momentum, float l2, const float *_Nullable g,
    float *_Nullable w, float *_Nullable v)

// m = beta1 m + (1 - beta1) g, v = beta2 v + (1 - beta2) h^2, each 0 where below 2^-100, with h = g,
// or 0 where |g| < least_gradient;
// w = keep w - rate m / (scale sqrt(v) + epsilon), with g + l2 w as the gradient.
KERNEL(
    adam, ptrdiff_t n, const softmax_adam *_Nonnull step, float l2, const float *_Nullable g,
    float *_Nullable w, float *_Nullable m, float *_Nullable v)

// As sgd with a velocity, but w = w - rate (gradient + momentum v).
KERNEL(
    sgd_nesterov, ptrdiff_t n, float rate, float momentum, float l2, const float *_Nullable g,
    float *_Nullable w, float *_Nullable v)

// s = s + g^2, 0 where below 2^-100; w = w - rate g / (sqrt(s + inner) + outer), with g + l2 w as
// the gradient.
KERNEL(
    adagrad, ptrdiff_t n, const softmax_adagrad *_Nonnull step, float l2, const float *_Nullable g,
    float *_Nullable w, float *_Nullable s)

// s = rho s + (1 - rho) h^2, d = g / (sqrt(s + inner) + outer), w = w - rate d, with h as in adam
// and g + l2 w as the gradient. With a: a = rho a + (1 - rho) g, and s - a^2, at least 0, in the
// place of s in d. With b: b = momentum b + d, and b in the place of d in the step. State below
// 2^-100 is 0.
KERNEL(
    rmsprop, ptrdiff_t n, const softmax_rmsprop *_Nonnull step, float l2, const float *_Nullable g,
    float *_Nullable w, float *_Nullable s, float *_Nullable b, float *_Nullable a)

// As adam, but x = max(x, v), and x in the place of v in the step.
KERNEL(
    amsgrad, ptrdiff_t n, const softmax_adam *_Nonnull step, float l2, const float *_Nullable g,
    float *_Nullable w, float *_Nullable m, float *_Nullable v, float *_Nullable x)

// MARK: Gradients before their step

// g = g + l2 w, then + l1 times the sign of w, which is 0 at 0. A factor of 0 leaves g alone.
KERNEL(penalize, ptrdiff_t n, float l1, float l2, const float *_Nullable w, float *_Nullable g)

// g = at least -limit and at most limit; a NaN stays one.
KERNEL(clip, ptrdiff_t n, float limit, float *_Nullable g)

// g = g factor
KERNEL(multiply, ptrdiff_t n, float factor, float *_Nullable g)

#undef KERNEL
#undef SHARED_KERNEL
