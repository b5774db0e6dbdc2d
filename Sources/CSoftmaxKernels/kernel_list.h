// SPDX-License-Identifier: Apache-2.0
//
// The list of all kernels, with their arguments and specifications. The table, its declarations and the
// dispatch are generated from this list. A file that includes it defines KERNEL(name, arguments...) for
// kernels with one function per instruction set, and SHARED_KERNEL(name, arguments...) for kernels with
// one function for all instruction sets.
//
// Matrices are row-major; `ld...` is the distance between rows in elements. Terms: "ascending" means
// that a sum starts at +0 and adds its terms one by one in the order of their index. "16 virtual lanes"
// means that term t is added to the partial sum t mod 16, and the 16 partial sums are then added by the
// lane tree (lane_tree in vector.h). "softmax_tree" is the tree that adds the sums of chunks (kernel.h).

// MARK: Products

// C[i,j] = sum over t of A(i,t) B[t,j]  (+ bias[j]),  A(i,t) = a[i * a_row + t * a_step].
// Order: ascending by t with fused multiply-add inside chunks of `chunk` steps, from +0; then the
// chunks by softmax_tree. The product is A B if a_row = lda and a_step = 1. It is A^T B if a_row = 1
// and a_step = lda.
KERNEL(
    gemm_ascending, ptrdiff_t m, ptrdiff_t n, ptrdiff_t steps, ptrdiff_t chunk,
    const float *_Nullable a, ptrdiff_t a_row, ptrdiff_t a_step, const float *_Nullable b,
    ptrdiff_t ldb, const float *_Nullable bias, float *_Nullable c, ptrdiff_t ldc)

// C[i,j] = sum over t of A[i,t] B[j,t]  (+ bias[j]).
// Order: inside chunks of `chunk` steps, step t of a chunk is added to virtual lane t mod 16 with
// fused multiply-add, from +0; then the lanes by the lane tree; then the chunks by softmax_tree.
// `chunk` must be a multiple of 16 unless it is at least `steps`.
KERNEL(
    gemm_lanes, ptrdiff_t m, ptrdiff_t n, ptrdiff_t steps, ptrdiff_t chunk,
    const float *_Nullable a, ptrdiff_t lda, const float *_Nullable b, ptrdiff_t ldb,
    const float *_Nullable bias, float *_Nullable c, ptrdiff_t ldc)

// One chunk of the product of gemm_lanes, transposed: C[j,i] = sum over t of A[i,t] B[j,t], in 16
// virtual lanes. `steps` must be a multiple of 16. If `next` is not null, the vector variants also
// prefetch its rows.
KERNEL(
    lanes_columns, ptrdiff_t m, ptrdiff_t n, ptrdiff_t steps, const float *_Nullable a,
    ptrdiff_t lda, const float *_Nullable b, ptrdiff_t ldb, float *_Nullable c, ptrdiff_t ldc,
    const softmax_fetch *_Nullable next)

// Computes the gradient G[i,j] = sum over t < rows of A(i,t) B[t,j], ascending from +0 with fused
// multiply-add, and updates W by `sgd` with this gradient. A(i,t) is as in gemm_ascending. G is not
// stored. `n` must be a multiple of 16, and `rows` at most SOFTMAX_ROW_CHUNK.
KERNEL(
    gradient_sgd, ptrdiff_t m, ptrdiff_t n, ptrdiff_t rows, const float *_Nullable a,
    ptrdiff_t a_row, ptrdiff_t a_step, const float *_Nullable b, ptrdiff_t ldb, float rate,
    float momentum, float l2, float *_Nullable w, float *_Nullable v, ptrdiff_t ldw)

// As gradient_sgd, but updates W by `adam`.
KERNEL(
    gradient_adam, ptrdiff_t m, ptrdiff_t n, ptrdiff_t rows, const float *_Nullable a,
    ptrdiff_t a_row, ptrdiff_t a_step, const float *_Nullable b, ptrdiff_t ldb,
    const softmax_adam *_Nonnull step, float l2, float *_Nullable w, float *_Nullable m1,
    float *_Nullable m2, ptrdiff_t ldw)

// C[i,j] = C[i,j] + sum over t < steps of A[i,t] B[t,j] in double: ascending with fused multiply-add,
// from C[i,j].
KERNEL(
    gemm_doubles, ptrdiff_t m, ptrdiff_t n, ptrdiff_t steps, const double *_Nullable a,
    ptrdiff_t lda, const double *_Nullable b, ptrdiff_t ldb, double *_Nullable c, ptrdiff_t ldc)

// y[i] = y[i] + sum over t < n of X[i,t] a[t], in 16 virtual lanes with fused multiply-add. X is of bfloat16, the
// upper halves of floats. `n` must be a multiple of 16.
KERNEL(
    half_rows, ptrdiff_t m, ptrdiff_t n, const uint16_t *_Nullable x, ptrdiff_t ldx,
    const float *_Nullable a, float *_Nullable y)

// y[j] = y[j] + sum over t < m of a[t] X[t,j], ascending with fused multiply-add, from y[j]. X is as in half_rows.
KERNEL(
    half_columns, ptrdiff_t m, ptrdiff_t n, const uint16_t *_Nullable x, ptrdiff_t ldx,
    const float *_Nullable a, float *_Nullable y)

// c[j] = c[j] + sum over t < count of a[t] B[index[t],j] in double: ascending with fused multiply-add, from
// c[j]. After the `count` entries of `index` there are `ahead` others, whose rows of B the vector variants
// prefetch.
KERNEL(
    sparse_product, ptrdiff_t n, ptrdiff_t count, ptrdiff_t ahead, const int32_t *_Nullable index,
    const float *_Nullable a, const double *_Nullable b, ptrdiff_t ldb, double *_Nullable c)

// The same in float. `n` must be a multiple of 8.
KERNEL(
    sparse_product_floats, ptrdiff_t n, ptrdiff_t count, ptrdiff_t ahead,
    const int32_t *_Nullable index, const float *_Nullable a, const float *_Nullable b,
    ptrdiff_t ldb, float *_Nullable c)

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

// Y[i,j] = (float)X[rows[i],j] * scale, rounded once. If `rows` is null, row i of X is taken.
KERNEL(
    gather_bytes, ptrdiff_t m, ptrdiff_t n, const uint8_t *_Nullable x, ptrdiff_t ldx,
    const int64_t *_Nullable rows, float scale, float *_Nullable y, ptrdiff_t ldy)

// Y[i,j] = X[rows[i],j]. If `rows` is null, row i of X is taken.
KERNEL(
    gather_floats, ptrdiff_t m, ptrdiff_t n, const float *_Nullable x, ptrdiff_t ldx,
    const int64_t *_Nullable rows, float *_Nullable y, ptrdiff_t ldy)

// Y[i,j] = T[j,i] = X[i,j] - mean[j] in double.
KERNEL(
    widen_rows, ptrdiff_t m, ptrdiff_t n, const float *_Nullable x, ptrdiff_t ldx,
    const float *_Nullable mean, double *_Nullable y, ptrdiff_t ldy, double *_Nullable t, ptrdiff_t ldt)

// MARK: Functions of each element (y may be x)

KERNEL(exponential, ptrdiff_t n, const float *_Nullable x, float *_Nullable y)
KERNEL(logarithm, ptrdiff_t n, const float *_Nullable x, float *_Nullable y)
// ln(1 + x) for x in 0...1; the result is meaningless for other x.
KERNEL(log1p, ptrdiff_t n, const float *_Nullable x, float *_Nullable y)
KERNEL(relu, ptrdiff_t n, const float *_Nullable x, float *_Nullable y)
KERNEL(tanh, ptrdiff_t n, const float *_Nullable x, float *_Nullable y)
KERNEL(sigmoid, ptrdiff_t n, const float *_Nullable x, float *_Nullable y)
// x Phi(x), with the normal distribution's Phi(x) = 1/2 (1 + erf(x / sqrt 2))
KERNEL(gelu, ptrdiff_t n, const float *_Nullable x, float *_Nullable y)
// x sigmoid(x)
KERNEL(silu, ptrdiff_t n, const float *_Nullable x, float *_Nullable y)
// x if x is positive, else slope x
KERNEL(leaky_relu, ptrdiff_t n, float slope, const float *_Nullable x, float *_Nullable y)
// x if x is positive, else alpha (e^x - 1)
KERNEL(elu, ptrdiff_t n, float alpha, const float *_Nullable x, float *_Nullable y)
// lambda x if x is positive, else lambda alpha (e^x - 1), with the constants of elementwise.c
KERNEL(selu, ptrdiff_t n, const float *_Nullable x, float *_Nullable y)
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
    selu_gradient, ptrdiff_t n, const float *_Nullable y, const float *_Nullable dy,
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
// Order: ascending inside chunks of `chunk` rows, from +0, the squares with fused multiply-add; then
// the chunks by softmax_tree.
KERNEL(
    column_moments, ptrdiff_t m, ptrdiff_t n, ptrdiff_t chunk, const float *_Nullable x,
    ptrdiff_t ldx, float *_Nullable mean, float *_Nullable variance)

// y[j] = sum over i of A[i,j] B[i,j], with fused multiply-add in the order of column_moments.
KERNEL(
    column_products, ptrdiff_t m, ptrdiff_t n, ptrdiff_t chunk, const float *_Nullable a,
    ptrdiff_t lda, const float *_Nullable b, ptrdiff_t ldb, float *_Nullable y)

// H[i,j] = (X[i,j] - mean[j]) inverse[j]; Y[i,j] = fma(H[i,j], gamma[j], beta[j]). H is not stored if h
// is null. Y may be X.
KERNEL(
    normalize_columns, ptrdiff_t m, ptrdiff_t n, const float *_Nullable x, ptrdiff_t ldx,
    const float *_Nullable mean, const float *_Nullable inverse, const float *_Nullable gamma,
    const float *_Nullable beta, float *_Nullable h, ptrdiff_t ldh, float *_Nullable y,
    ptrdiff_t ldy)

// DX[i,j] = scale[j] fma(-H[i,j], dgamma[j], DY[i,j] - dbeta[j]). The caller passes the means over the
// rows: dbeta[j] of DY[i,j], and dgamma[j] of DY[i,j] H[i,j]. DX may be DY.
KERNEL(
    normalize_columns_gradient, ptrdiff_t m, ptrdiff_t n, const float *_Nullable h, ptrdiff_t ldh,
    const float *_Nullable scale, const float *_Nullable dbeta, const float *_Nullable dgamma,
    const float *_Nullable dy, ptrdiff_t ldd, float *_Nullable dx, ptrdiff_t ldx)

// For each row: the mean and the variance of its n elements, with both sums in 16 virtual lanes and the
// squares by fused multiply-add; inverse[i] = 1 / sqrt(variance + epsilon);
// H[i,j] = (X[i,j] - mean) inverse[i]; Y[i,j] = fma(H[i,j], gamma[j], beta[j]). H is not stored if h is
// null, nor is inverse if it is null. Y may be X.
KERNEL(
    normalize_rows, ptrdiff_t m, ptrdiff_t n, float epsilon, const float *_Nullable x,
    ptrdiff_t ldx, const float *_Nullable gamma, const float *_Nullable beta, float *_Nullable h,
    ptrdiff_t ldh, float *_Nullable inverse, float *_Nullable y, ptrdiff_t ldy)

// DX[i,j] = inverse[i] fma(-H[i,j], b, S[i,j] - a), where S[i,j] = DY[i,j] gamma[j],
// a = (sum over j of S[i,j]) / n and b = (sum over j of S[i,j] H[i,j]) / n. The sums are taken in 16
// virtual lanes. DX may be DY.
KERNEL(
    normalize_rows_gradient, ptrdiff_t m, ptrdiff_t n, const float *_Nullable h, ptrdiff_t ldh,
    const float *_Nullable inverse, const float *_Nullable gamma, const float *_Nullable dy,
    ptrdiff_t ldd, float *_Nullable dx, ptrdiff_t ldx)

// MARK: Mixtures

// H[i,j] = F[i,j] - X[i,j]; Y[i,j] = fma(H[i,j], a[j], X[i,j]). H is not stored if h is null. H may be F;
// Y may be F if h is null.
KERNEL(
    mix_columns, ptrdiff_t m, ptrdiff_t n, const float *_Nullable f, ptrdiff_t ldf,
    const float *_Nullable x, ptrdiff_t ldx, const float *_Nullable a, float *_Nullable h,
    ptrdiff_t ldh, float *_Nullable y, ptrdiff_t ldy)

// MARK: Dropout

// mask[i] = 0 if word i mod 4 of Philox4x32-10 at the counter (counter + i / 4, stream0, stream1) is
// below the threshold, else scale.
KERNEL(
    dropout_mask, ptrdiff_t n, uint32_t key0, uint32_t key1, uint32_t stream0, uint32_t stream1,
    uint64_t counter, uint32_t threshold, float scale, float *_Nullable mask)

// y[i] = x[i] mask[i] if mask[i] is positive, else +0, even if x[i] is infinite or NaN. y may be x.
KERNEL(
    dropout_apply, ptrdiff_t n, const float *_Nullable mask, const float *_Nullable x,
    float *_Nullable y)

// MARK: Columns of logits in double

// The softmax of each column j of n logits: max[j] is the greatest logit, NaN ignored, sum[j] = sum over
// i of exp_doubles(Z[i,j] - max[j]) (doubles.h), ascending from +0, and P[i,j] = exp_doubles(Z[i,j] -
// max[j]) / sum[j].
KERNEL(
    softmax_columns, ptrdiff_t m, ptrdiff_t n, const double *_Nullable z, ptrdiff_t ldz,
    double *_Nullable p, ptrdiff_t ldp, double *_Nullable max, double *_Nullable sum)

// U[i,j] = P[i,j] (U[i,j] - mean) scale[j], where mean = sum over i of P[i,j] U[i,j], ascending with fused
// multiply-add from +0; +0 where scale[j] is not greater than 0. It is the change of scale[j] P[i,j] if
// the logits change by U.
KERNEL(
    softmax_change_columns, ptrdiff_t m, ptrdiff_t n, const double *_Nullable p, ptrdiff_t ldp,
    const double *_Nullable scale, double *_Nullable u, ptrdiff_t ldu)

// MARK: Rows of logits (y may be x)

// A row that contains NaN or +inf, or only -inf, becomes a row of NaN.
KERNEL(
    softmax_rows, ptrdiff_t m, ptrdiff_t n, const float *_Nullable x, ptrdiff_t ldx,
    float *_Nullable y, ptrdiff_t ldy)
KERNEL(
    log_softmax_rows, ptrdiff_t m, ptrdiff_t n, const float *_Nullable x, ptrdiff_t ldx,
    float *_Nullable y, ptrdiff_t ldy)

// y[i] = ln of the sum over j of exp(X[i,j]). The result is NaN if the row contains NaN, else +inf if it
// contains +inf, else -inf if all its elements are -inf or it is empty.
KERNEL(
    log_sum_exp_rows, ptrdiff_t m, ptrdiff_t n, const float *_Nullable x, ptrdiff_t ldx,
    float *_Nullable y)

// loss[i] = log_sum_exp(Z[i]) - Z[i,labels[i]];
// D[i,j] = (softmax(Z[i])[j] - (j == labels[i])) * scale, unless d is null. D may be Z. Labels must lie
// in 0..<n. The loss and the gradient are NaN for a row of logits that contains NaN or +inf, or only
// -inf.
KERNEL(
    cross_entropy_labels, ptrdiff_t m, ptrdiff_t n, const float *_Nullable z, ptrdiff_t ldz,
    const int32_t *_Nullable labels, float scale, float *_Nullable loss, float *_Nullable d,
    ptrdiff_t ldd)

// loss[i] = sum over j of T[i,j] (log_sum_exp(Z[i]) - Z[i,j]), where terms with T[i,j] = 0 are omitted;
// D[i,j] = (softmax(Z[i])[j] - T[i,j]) * scale, unless d is null. D may be Z. Each row of T must sum to
// 1. Rows become NaN as in cross_entropy_labels.
KERNEL(
    cross_entropy_distributions, ptrdiff_t m, ptrdiff_t n, const float *_Nullable z, ptrdiff_t ldz,
    const float *_Nullable t, ptrdiff_t ldt, float scale, float *_Nullable loss, float *_Nullable d,
    ptrdiff_t ldd)

// Cross-entropy for at most 32 classes, with the rows of the batch in vector lanes. All matrices are
// transposed: element [j,i] belongs to class j of row i. The logits Z[j,i] are the sum, by softmax_tree,
// of the `chunks` matrices in `partial`, which are `chunk_stride` elements apart, plus bias[j]. loss[i]
// and D[j,i] are those of cross_entropy_labels or, if `labels` is null, of cross_entropy_distributions
// with the targets T[j,i]. prediction[i] is the index that argmax_rows computes. The rows of all
// matrices are `ld` elements apart. m must be a multiple of 16.
KERNEL(
    cross_entropy_columns, ptrdiff_t m, ptrdiff_t n, ptrdiff_t chunks,
    const float *_Nullable partial, ptrdiff_t chunk_stride, ptrdiff_t ld,
    const float *_Nullable bias, const int32_t *_Nullable labels, const float *_Nullable t,
    float scale, float *_Nullable loss, int32_t *_Nullable prediction, float *_Nullable d)

// MARK: Losses with a scale for each row
//
// In all of these, D is not computed if d is null, and D must not be Z. A row whose scale is 0 does not
// contribute: its loss and its gradient are +0 for any outputs, NaN included. A row whose loss is NaN
// has a gradient of NaN.

// loss[i] = sum over j of T[i,j] (log_sum_exp(Z[i]) - Z[i,j]), where terms with T[i,j] = 0 are omitted;
// D[i,j] = (softmax(Z[i])[j] * mass[i] - T[i,j]) * scale[i], where mass[i] is the sum of T[i].
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

// With e = Z[i,j] - T[i,j]: loss[i] = sum over j of e^2 / 2; D[i,j] = e * scale[i].
KERNEL(
    squared_loss, ptrdiff_t m, ptrdiff_t n, const float *_Nullable z, ptrdiff_t ldz,
    const float *_Nullable t, ptrdiff_t ldt, const float *_Nullable scale, float *_Nullable loss,
    float *_Nullable d, ptrdiff_t ldd)

// With e = Z[i,j] - T[i,j]: loss[i] = sum over j of |e|; D[i,j] = sign(e) * scale[i], where sign(0) = 0.
KERNEL(
    absolute_loss, ptrdiff_t m, ptrdiff_t n, const float *_Nullable z, ptrdiff_t ldz,
    const float *_Nullable t, ptrdiff_t ldt, const float *_Nullable scale, float *_Nullable loss,
    float *_Nullable d, ptrdiff_t ldd)

// With e = Z[i,j] - T[i,j]: loss[i] = sum over j of e^2 / 2 if |e| <= delta, else of
// delta (|e| - delta / 2); D[i,j] = e * scale[i], with e clamped to -delta...delta.
KERNEL(
    huber_loss, ptrdiff_t m, ptrdiff_t n, const float *_Nullable z, ptrdiff_t ldz,
    const float *_Nullable t, ptrdiff_t ldt, float delta, const float *_Nullable scale,
    float *_Nullable loss, float *_Nullable d, ptrdiff_t ldd)

// loss[i] = sum over j != y of max(0, margin - Z[i,y] + Z[i,j]), where y = labels[i];
// D[i,j] = scale[i] if the term of j is above 0, else 0; D[i,y] = -scale[i] times the number of terms
// above 0.
KERNEL(
    multi_class_hinge, ptrdiff_t m, ptrdiff_t n, const float *_Nullable z, ptrdiff_t ldz,
    const int32_t *_Nullable labels, float margin, const float *_Nullable scale,
    float *_Nullable loss, float *_Nullable d, ptrdiff_t ldd)

// index[i] = the column of the first NaN in row i, or else of the first greatest element.
KERNEL(
    argmax_rows, ptrdiff_t m, ptrdiff_t n, const float *_Nullable x, ptrdiff_t ldx,
    int32_t *_Nullable index)

// MARK: Random numbers

// Stores the 128 bits of Philox4x32-10 at the counter (i, stream0, stream1) in bits[2 i] (low half) and
// bits[2 i + 1], for i < blocks.
KERNEL(
    philox, ptrdiff_t blocks, uint32_t key0, uint32_t key1, uint32_t stream0, uint32_t stream1,
    uint64_t *_Nullable bits)

// MARK: Optimizers

// With G = g + l2 w: v = momentum v + G; w = w - rate v. If v is null, w = w - rate G, whatever the
// momentum.
KERNEL(
    sgd, ptrdiff_t n, float rate, float momentum, float l2, const float *_Nullable g,
    float *_Nullable w, float *_Nullable v)

// With G = g + l2 w, and h = G if |G| >= least_gradient, else 0:
// m = beta1 m + (1 - beta1) G; v = beta2 v + (1 - beta2) h^2; m and v are set to 0 if their magnitude is
// below 2^-100; w = keep w - rate m / (scale sqrt(v) + epsilon).
KERNEL(
    adam, ptrdiff_t n, const softmax_adam *_Nonnull step, float l2, const float *_Nullable g,
    float *_Nullable w, float *_Nullable m, float *_Nullable v)

// With G = g + l2 w: v = momentum v + G; w = w - rate (G + momentum v). v must not be null.
KERNEL(
    sgd_nesterov, ptrdiff_t n, float rate, float momentum, float l2, const float *_Nullable g,
    float *_Nullable w, float *_Nullable v)

// With G = g + l2 w: s = s + G^2, set to 0 if below 2^-100;
// w = w - rate G / (sqrt(s + inner_epsilon) + outer_epsilon).
KERNEL(
    adagrad, ptrdiff_t n, const softmax_adagrad *_Nonnull step, float l2, const float *_Nullable g,
    float *_Nullable w, float *_Nullable s)

// With G = g + l2 w, and h = G if |G| >= least_gradient, else 0: s = rho s + (1 - rho) h^2;
// d = G / (sqrt(s + inner_epsilon) + outer_epsilon); w = w - rate d. If `a` is not null (the centered
// variant), a = rho a + (1 - rho) G, and max(s - a^2, 0) replaces s in d; a^2 is taken as 0 if
// |a| < 2^-60. If `b` is not null, b = momentum b + d, and b replaces d in the update of w. s, a and b
// are set to 0 if their magnitude is below 2^-100.
KERNEL(
    rmsprop, ptrdiff_t n, const softmax_rmsprop *_Nonnull step, float l2, const float *_Nullable g,
    float *_Nullable w, float *_Nullable s, float *_Nullable b, float *_Nullable a)

// As adam, but x = max(x, v), and x replaces v in the update of w.
KERNEL(
    amsgrad, ptrdiff_t n, const softmax_adam *_Nonnull step, float l2, const float *_Nullable g,
    float *_Nullable w, float *_Nullable m, float *_Nullable v, float *_Nullable x)

// MARK: Gradients before the optimizer's update

// g = g + l2 w + l1 sign(w), where sign(0) = 0. A penalty whose factor is 0 is not added.
KERNEL(penalize, ptrdiff_t n, float l1, float l2, const float *_Nullable w, float *_Nullable g)

// Clamps g to -limit...limit. NaN is not changed.
KERNEL(clip, ptrdiff_t n, float limit, float *_Nullable g)

// g = g factor
KERNEL(multiply, ptrdiff_t n, float factor, float *_Nullable g)

#undef KERNEL
#undef SHARED_KERNEL
