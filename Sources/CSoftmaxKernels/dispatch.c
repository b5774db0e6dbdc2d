// SPDX-License-Identifier: Apache-2.0
//
// One table of kernels for each instruction set, and which of them this machine can run.

#include "kernel.h"

ptrdiff_t softmax_unit_chunk(ptrdiff_t count) {
  ptrdiff_t chunks = count < 64 ? 1 : 2;
  for (ptrdiff_t limit = 1024; chunks > 1 && count / limit > 0 && chunks < 1 << 20; limit *= 4)
    chunks *= 2;
  ptrdiff_t chunk = ((count + chunks - 1) / chunks + 15) / 16 * 16;
  return chunk > 0 ? chunk : 16;
}

void softmax_sum_of_columns(ptrdiff_t, ptrdiff_t, const float *, ptrdiff_t, float *);
void softmax_sum_of_squares(
    ptrdiff_t, ptrdiff_t, const float *, ptrdiff_t, ptrdiff_t, double *);

#define VARIANT_TABLE(isa)                                                                      \
  __typeof__(*((softmax_kernels *)0)->gemm_ascending) CONCAT(gemm_ascending, isa);              \
  __typeof__(*((softmax_kernels *)0)->gemm_lanes) CONCAT(gemm_lanes, isa);                      \
  __typeof__(*((softmax_kernels *)0)->lanes_columns) CONCAT(lanes_columns, isa);                \
  __typeof__(*((softmax_kernels *)0)->gradient_sgd) CONCAT(gradient_sgd, isa);                  \
  __typeof__(*((softmax_kernels *)0)->gradient_adam) CONCAT(gradient_adam, isa);                \
  __typeof__(*((softmax_kernels *)0)->cross_entropy_columns)                                    \
      CONCAT(cross_entropy_columns, isa);                                                       \
  __typeof__(*((softmax_kernels *)0)->philox) CONCAT(philox, isa);                              \
  __typeof__(*((softmax_kernels *)0)->gather_bytes) CONCAT(gather_bytes, isa);                  \
  __typeof__(*((softmax_kernels *)0)->gather_floats) CONCAT(gather_floats, isa);                \
  __typeof__(*((softmax_kernels *)0)->exponential) CONCAT(exponential, isa),                    \
      CONCAT(logarithm, isa), CONCAT(log1p, isa), CONCAT(relu, isa), CONCAT(tanh, isa),         \
      CONCAT(sigmoid, isa), CONCAT(softplus, isa);                                              \
  __typeof__(*((softmax_kernels *)0)->add) CONCAT(add, isa);                                    \
  __typeof__(*((softmax_kernels *)0)->gelu) CONCAT(gelu, isa);                                  \
  __typeof__(*((softmax_kernels *)0)->silu) CONCAT(silu, isa);                                  \
  __typeof__(*((softmax_kernels *)0)->leaky_relu) CONCAT(leaky_relu, isa);                      \
  __typeof__(*((softmax_kernels *)0)->elu) CONCAT(elu, isa);                                    \
  __typeof__(*((softmax_kernels *)0)->leaky_relu_gradient) CONCAT(leaky_relu_gradient, isa);    \
  __typeof__(*((softmax_kernels *)0)->elu_gradient) CONCAT(elu_gradient, isa);                  \
  __typeof__(*((softmax_kernels *)0)->gelu_gradient) CONCAT(gelu_gradient, isa);                \
  __typeof__(*((softmax_kernels *)0)->silu_gradient) CONCAT(silu_gradient, isa);                \
  __typeof__(*((softmax_kernels *)0)->column_moments) CONCAT(column_moments, isa);              \
  __typeof__(*((softmax_kernels *)0)->column_products) CONCAT(column_products, isa);            \
  __typeof__(*((softmax_kernels *)0)->normalize_columns) CONCAT(normalize_columns, isa);        \
  __typeof__(*((softmax_kernels *)0)->normalize_columns_gradient)                               \
      CONCAT(normalize_columns_gradient, isa);                                                  \
  __typeof__(*((softmax_kernels *)0)->normalize_rows) CONCAT(normalize_rows, isa);              \
  __typeof__(*((softmax_kernels *)0)->normalize_rows_gradient)                                  \
      CONCAT(normalize_rows_gradient, isa);                                                     \
  __typeof__(*((softmax_kernels *)0)->dropout_mask) CONCAT(dropout_mask, isa);                  \
  __typeof__(*((softmax_kernels *)0)->dropout_apply) CONCAT(dropout_apply, isa);                \
  __typeof__(*((softmax_kernels *)0)->relu_gradient) CONCAT(relu_gradient, isa),                \
      CONCAT(tanh_gradient, isa), CONCAT(sigmoid_gradient, isa);                                \
  __typeof__(*((softmax_kernels *)0)->softmax_rows) CONCAT(softmax_rows, isa),                  \
      CONCAT(log_softmax_rows, isa);                                                            \
  __typeof__(*((softmax_kernels *)0)->log_sum_exp_rows) CONCAT(log_sum_exp_rows, isa);          \
  __typeof__(*((softmax_kernels *)0)->cross_entropy_labels) CONCAT(cross_entropy_labels, isa);  \
  __typeof__(*((softmax_kernels *)0)->cross_entropy_distributions)                              \
      CONCAT(cross_entropy_distributions, isa);                                                 \
  __typeof__(*((softmax_kernels *)0)->cross_entropy_weighted)                                   \
      CONCAT(cross_entropy_weighted, isa);                                                      \
  __typeof__(*((softmax_kernels *)0)->binary_cross_entropy) CONCAT(binary_cross_entropy, isa);  \
  __typeof__(*((softmax_kernels *)0)->squared_loss) CONCAT(squared_loss, isa);                  \
  __typeof__(*((softmax_kernels *)0)->absolute_loss) CONCAT(absolute_loss, isa);                \
  __typeof__(*((softmax_kernels *)0)->huber_loss) CONCAT(huber_loss, isa);                      \
  __typeof__(*((softmax_kernels *)0)->multi_class_hinge) CONCAT(multi_class_hinge, isa);        \
  __typeof__(*((softmax_kernels *)0)->argmax_rows) CONCAT(argmax_rows, isa);                    \
  __typeof__(*((softmax_kernels *)0)->sgd) CONCAT(sgd, isa);                                    \
  __typeof__(*((softmax_kernels *)0)->adam) CONCAT(adam, isa);                                  \
  __typeof__(*((softmax_kernels *)0)->sgd_nesterov) CONCAT(sgd_nesterov, isa);                  \
  __typeof__(*((softmax_kernels *)0)->adagrad) CONCAT(adagrad, isa);                            \
  __typeof__(*((softmax_kernels *)0)->rmsprop) CONCAT(rmsprop, isa);                            \
  __typeof__(*((softmax_kernels *)0)->amsgrad) CONCAT(amsgrad, isa);                            \
  __typeof__(*((softmax_kernels *)0)->penalize) CONCAT(penalize, isa);                          \
  __typeof__(*((softmax_kernels *)0)->clip) CONCAT(clip, isa);                                  \
  __typeof__(*((softmax_kernels *)0)->multiply) CONCAT(multiply, isa);                          \
  static const softmax_kernels CONCAT(kernels, isa) = {                                         \
      .name = #isa,                                                                             \
      .gemm_ascending = CONCAT(gemm_ascending, isa),                                            \
      .gemm_lanes = CONCAT(gemm_lanes, isa),                                                    \
      .lanes_columns = CONCAT(lanes_columns, isa),                                              \
      .gradient_sgd = CONCAT(gradient_sgd, isa),                                                \
      .gradient_adam = CONCAT(gradient_adam, isa),                                              \
      .cross_entropy_columns = CONCAT(cross_entropy_columns, isa),                              \
      .sum_of_columns = softmax_sum_of_columns,                                                 \
      .sum_of_squares = softmax_sum_of_squares,                                                 \
      .philox = CONCAT(philox, isa),                                                            \
      .gather_bytes = CONCAT(gather_bytes, isa),                                                \
      .gather_floats = CONCAT(gather_floats, isa),                                              \
      .exponential = CONCAT(exponential, isa),                                                  \
      .logarithm = CONCAT(logarithm, isa),                                                      \
      .log1p = CONCAT(log1p, isa),                                                              \
      .relu = CONCAT(relu, isa),                                                                \
      .tanh = CONCAT(tanh, isa),                                                                \
      .sigmoid = CONCAT(sigmoid, isa),                                                          \
      .softplus = CONCAT(softplus, isa),                                                        \
      .add = CONCAT(add, isa),                                                                  \
      .relu_gradient = CONCAT(relu_gradient, isa),                                              \
      .tanh_gradient = CONCAT(tanh_gradient, isa),                                              \
      .sigmoid_gradient = CONCAT(sigmoid_gradient, isa),                                        \
      .gelu = CONCAT(gelu, isa),                                                                \
      .silu = CONCAT(silu, isa),                                                                \
      .leaky_relu = CONCAT(leaky_relu, isa),                                                    \
      .elu = CONCAT(elu, isa),                                                                  \
      .leaky_relu_gradient = CONCAT(leaky_relu_gradient, isa),                                  \
      .elu_gradient = CONCAT(elu_gradient, isa),                                                \
      .gelu_gradient = CONCAT(gelu_gradient, isa),                                              \
      .silu_gradient = CONCAT(silu_gradient, isa),                                              \
      .column_moments = CONCAT(column_moments, isa),                                            \
      .column_products = CONCAT(column_products, isa),                                          \
      .normalize_columns = CONCAT(normalize_columns, isa),                                      \
      .normalize_columns_gradient = CONCAT(normalize_columns_gradient, isa),                    \
      .normalize_rows = CONCAT(normalize_rows, isa),                                            \
      .normalize_rows_gradient = CONCAT(normalize_rows_gradient, isa),                          \
      .dropout_mask = CONCAT(dropout_mask, isa),                                                \
      .dropout_apply = CONCAT(dropout_apply, isa),                                              \
      .softmax_rows = CONCAT(softmax_rows, isa),                                                \
      .log_softmax_rows = CONCAT(log_softmax_rows, isa),                                        \
      .log_sum_exp_rows = CONCAT(log_sum_exp_rows, isa),                                        \
      .cross_entropy_labels = CONCAT(cross_entropy_labels, isa),                                \
      .cross_entropy_distributions = CONCAT(cross_entropy_distributions, isa),                  \
      .cross_entropy_weighted = CONCAT(cross_entropy_weighted, isa),                            \
      .binary_cross_entropy = CONCAT(binary_cross_entropy, isa),                                \
      .squared_loss = CONCAT(squared_loss, isa),                                                \
      .absolute_loss = CONCAT(absolute_loss, isa),                                              \
      .huber_loss = CONCAT(huber_loss, isa),                                                    \
      .multi_class_hinge = CONCAT(multi_class_hinge, isa),                                      \
      .argmax_rows = CONCAT(argmax_rows, isa),                                                  \
      .sgd = CONCAT(sgd, isa),                                                                  \
      .adam = CONCAT(adam, isa),                                                                \
      .sgd_nesterov = CONCAT(sgd_nesterov, isa),                                                \
      .adagrad = CONCAT(adagrad, isa),                                                          \
      .rmsprop = CONCAT(rmsprop, isa),                                                          \
      .amsgrad = CONCAT(amsgrad, isa),                                                          \
      .penalize = CONCAT(penalize, isa),                                                        \
      .clip = CONCAT(clip, isa),                                                                \
      .multiply = CONCAT(multiply, isa),                                                        \
  };

FOR_EACH_VARIANT(VARIANT_TABLE)

// The builtins ask the processor and, through XGETBV, whether the operating system saves the
// registers.
const softmax_kernels *softmax_kernels_for(softmax_isa isa) {
  switch (isa) {
  case softmax_isa_scalar:
    return &softmax_kernels_scalar;
#if defined(__x86_64__)
  case softmax_isa_avx2:
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? &softmax_kernels_avx2 : 0;
  case softmax_isa_avx512:
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                   __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
                   __builtin_cpu_supports("fma")
               ? &softmax_kernels_avx512
               : 0;
#elif defined(__aarch64__)
  case softmax_isa_neon:
    return &softmax_kernels_neon;
#endif
  default:
    return 0;
  }
}
