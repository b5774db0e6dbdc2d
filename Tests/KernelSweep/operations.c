// SPDX-License-Identifier: Apache-2.0
//
// Every operation of the table of kernels. A new one needs its operands, its call and a line in the
// list at the end; a test counts the list against the table.

#include "operations.h"

#define FLOATS(k) ((float *)o[k].address)
#define DOUBLES(k) ((double *)o[k].address)
#define INTEGERS(k) ((int32_t *)o[k].address)

static operand floats(role role, contents contents, ptrdiff_t rows, ptrdiff_t columns,
                      ptrdiff_t gap) {
  return (operand){element_float, role, contents, rows, columns, columns + gap, 0, NULL};
}

static operand doubles(role role, contents contents, ptrdiff_t rows, ptrdiff_t columns,
                       ptrdiff_t gap) {
  return (operand){element_double, role, contents, rows, columns, columns + gap, 0, NULL};
}

static operand integers(element e, role role, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t gap,
                        int64_t limit) {
  return (operand){e, role, contents_integers, rows, columns, columns + gap, limit, NULL};
}

static role unless(bool absent, role role) { return absent ? role_absent : role; }

// MARK: Products

// Variations: + 1 without bias, + 2 with A given as its transpose.
static void gemm_ascending_operands(const kernel_case *c, operand *o) {
  bool transposed = c->variation & 2;
  o[0] = floats(role_input, contents_values, transposed ? c->steps : c->m,
                transposed ? c->m : c->steps, c->gap);
  o[1] = floats(role_input, contents_values, c->steps, c->n, 2 * c->gap);
  o[2] = floats(unless(c->variation & 1, role_input), contents_values, 1, c->n, 0);
  o[3] = floats(role_output, contents_values, c->m, c->n, 3 * c->gap);
}

static void gemm_ascending_call(
    const softmax_kernels *kernels, const kernel_case *c, const operand *o) {
  bool transposed = c->variation & 2;
  kernels->gemm_ascending(
      c->m, c->n, c->steps, c->chunk, FLOATS(0), transposed ? 1 : o[0].stride,
      transposed ? o[0].stride : 1, FLOATS(1), o[1].stride, FLOATS(2), FLOATS(3), o[3].stride);
}

// Variations: 1 without bias.
static void gemm_lanes_operands(const kernel_case *c, operand *o) {
  o[0] = floats(role_input, contents_values, c->m, c->steps, c->gap);
  o[1] = floats(role_input, contents_values, c->n, c->steps, 2 * c->gap);
  o[2] = floats(unless(c->variation & 1, role_input), contents_values, 1, c->n, 0);
  o[3] = floats(role_output, contents_values, c->m, c->n, 3 * c->gap);
}

static void gemm_lanes_call(
    const softmax_kernels *kernels, const kernel_case *c, const operand *o) {
  kernels->gemm_lanes(c->m, c->n, c->steps, c->chunk, FLOATS(0), o[0].stride, FLOATS(1),
                      o[1].stride, FLOATS(2), FLOATS(3), o[3].stride);
}

// Rows to fetch come from an operand that no kernel reads, of one or two cache lines each, fewer or
// more than there are rows.
#define FETCHED_ROWS 5

// Variations: 1 with rows to fetch, 2 with more of them than rows, 3 with none of them.
static void lanes_columns_operands(const kernel_case *c, operand *o) {
  ptrdiff_t count = c->variation == 1 ? c->m / 2 : c->variation == 2 ? c->m + 3 : 0;
  role role = unless(c->variation == 0, role_input);
  o[0] = floats(role_input, contents_values, c->m, c->steps, c->gap);
  o[1] = floats(role_input, contents_values, c->n, c->steps, 2 * c->gap);
  o[2] = floats(role_output, contents_values, c->n, c->m, 3 * c->gap);
  o[3] = integers(element_byte, role, FETCHED_ROWS, c->steps + 1, c->gap, 256);
  o[4] = integers(element_int64, role, 1, count, 0, FETCHED_ROWS);
}

static void lanes_columns_call(
    const softmax_kernels *kernels, const kernel_case *c, const operand *o) {
  softmax_fetch next = {.base = o[3].address, .stride = o[3].stride, .size = o[3].columns,
                        .rows = o[4].address, .count = o[4].columns};
  kernels->lanes_columns(c->m, c->n, c->steps, FLOATS(0), o[0].stride, FLOATS(1), o[1].stride,
                         FLOATS(2), o[2].stride, c->variation ? &next : NULL);
}

static void sum_of_columns_operands(const kernel_case *c, operand *o) {
  o[0] = floats(role_input, contents_values, c->m, c->steps, c->gap);
  o[1] = floats(role_output, contents_values, 1, c->m, 0);
}

static void sum_of_columns_call(
    const softmax_kernels *kernels, const kernel_case *c, const operand *o) {
  kernels->sum_of_columns(c->m, c->steps, FLOATS(0), o[0].stride, FLOATS(1));
}

// Variations: 1 with A given as its transpose.
static void sum_of_squares_operands(const kernel_case *c, operand *o) {
  bool transposed = c->variation & 1;
  o[0] = floats(role_input, contents_values, transposed ? c->steps : c->m,
                transposed ? c->m : c->steps, c->gap);
  o[1] = doubles(role_output, contents_values, 1, c->m, 0);
}

static void sum_of_squares_call(
    const softmax_kernels *kernels, const kernel_case *c, const operand *o) {
  bool transposed = c->variation & 1;
  kernels->sum_of_squares(c->m, c->steps, FLOATS(0), transposed ? 1 : o[0].stride,
                          transposed ? o[0].stride : 1, o[1].address);
}

static void gemm_doubles_operands(const kernel_case *c, operand *o) {
  o[0] = doubles(role_input, contents_values, c->m, c->steps, c->gap);
  o[1] = doubles(role_input, contents_values, c->steps, c->n, 2 * c->gap);
  o[2] = doubles(role_update, contents_values, c->m, c->n, 3 * c->gap);
}

static void gemm_doubles_call(
    const softmax_kernels *kernels, const kernel_case *c, const operand *o) {
  kernels->gemm_doubles(c->m, c->n, c->steps, DOUBLES(0), o[0].stride, DOUBLES(1), o[1].stride,
                        DOUBLES(2), o[2].stride);
}

// The entries of a row, followed by others.
enum { entries_ahead = 30 };

static void sparse_product_operands(const kernel_case *c, operand *o) {
  o[0] = integers(element_int32, role_input, 1, c->steps + entries_ahead, 0, c->m + 1);
  o[1] = floats(role_input, contents_values, 1, c->steps, 0);
  o[2] = doubles(role_input, contents_values, c->m + 1, c->n, c->gap);
  o[3] = doubles(role_update, contents_values, 1, c->n, 0);
}

static void sparse_product_call(
    const softmax_kernels *kernels, const kernel_case *c, const operand *o) {
  kernels->sparse_product(c->n, c->steps, entries_ahead, INTEGERS(0), FLOATS(1), DOUBLES(2),
                          o[2].stride, DOUBLES(3));
}

static ptrdiff_t eights(ptrdiff_t n) { return (n + 7) / 8 * 8; }

static void sparse_product_floats_operands(const kernel_case *c, operand *o) {
  o[0] = integers(element_int32, role_input, 1, c->steps + entries_ahead, 0, c->m + 1);
  o[1] = floats(role_input, contents_values, 1, c->steps, 0);
  o[2] = floats(role_input, contents_values, c->m + 1, eights(c->n), c->gap);
  o[3] = floats(role_update, contents_values, 1, eights(c->n), 0);
}

static void sparse_product_floats_call(
    const softmax_kernels *kernels, const kernel_case *c, const operand *o) {
  kernels->sparse_product_floats(eights(c->n), c->steps, entries_ahead, INTEGERS(0), FLOATS(1),
                                 FLOATS(2), o[2].stride, FLOATS(3));
}

static void half_rows_operands(const kernel_case *c, operand *o) {
  ptrdiff_t steps = c->steps / 16 * 16;
  o[0] = integers(element_int16, role_input, c->m, steps, c->gap, 1 << 16);
  o[1] = floats(role_input, contents_values, 1, steps, 0);
  o[2] = floats(role_update, contents_values, 1, c->m, 0);
}

static void half_rows_call(
    const softmax_kernels *kernels, const kernel_case *c, const operand *o) {
  kernels->half_rows(c->m, o[1].columns, o[0].address, o[0].stride, FLOATS(1), FLOATS(2));
}

static void half_columns_operands(const kernel_case *c, operand *o) {
  o[0] = integers(element_int16, role_input, c->steps, c->m, c->gap, 1 << 16);
  o[1] = floats(role_input, contents_values, 1, c->steps, 0);
  o[2] = floats(role_update, contents_values, 1, c->m, 0);
}

static void half_columns_call(
    const softmax_kernels *kernels, const kernel_case *c, const operand *o) {
  kernels->half_columns(c->steps, c->m, o[0].address, o[0].stride, FLOATS(1), FLOATS(2));
}

// MARK: Batches

static void widen_rows_operands(const kernel_case *c, operand *o) {
  o[0] = floats(role_input, contents_values, c->m, c->n, c->gap);
  o[1] = doubles(role_output, contents_values, c->m, c->n, 2 * c->gap);
  o[2] = doubles(role_output, contents_values, c->n, c->m, 3 * c->gap);
  o[3] = floats(role_input, contents_values, 1, c->n, 0);
}

static void widen_rows_call(
    const softmax_kernels *kernels, const kernel_case *c, const operand *o) {
  kernels->widen_rows(c->m, c->n, FLOATS(0), o[0].stride, FLOATS(3), DOUBLES(1), o[1].stride, DOUBLES(2),
                      o[2].stride);
}

// Variations: 1 without row numbers.
static void gather_operands(const kernel_case *c, operand *o, operand source) {
  bool in_order = c->variation & 1;
  o[0] = source;
  o[0].rows = in_order ? c->m : c->m + 3;
  o[1] = integers(element_int64, unless(in_order, role_input), 1, c->m, 0, o[0].rows);
  o[2] = floats(role_output, contents_values, c->m, c->n, 2 * c->gap);
}

static void gather_bytes_operands(const kernel_case *c, operand *o) {
  gather_operands(c, o, integers(element_byte, role_input, 0, c->n, c->gap, 256));
}

static void gather_floats_operands(const kernel_case *c, operand *o) {
  gather_operands(c, o, floats(role_input, contents_values, 0, c->n, c->gap));
}

static void gather_bytes_call(
    const softmax_kernels *kernels, const kernel_case *c, const operand *o) {
  float scale = c->mode == mode_ordinary ? 1.0f / 255 : c->mode == mode_minute ? 0x1p-149f : -3e38f;
  kernels->gather_bytes(c->m, c->n, o[0].address, o[0].stride, o[1].address, scale, FLOATS(2),
                        o[2].stride);
}

static void gather_floats_call(
    const softmax_kernels *kernels, const kernel_case *c, const operand *o) {
  kernels->gather_floats(c->m, c->n, FLOATS(0), o[0].stride, o[1].address, FLOATS(2), o[2].stride);
}

// MARK: Functions of each element

// Variations: 1 in place.
static void function_operands(const kernel_case *c, operand *o) {
  bool in_place = c->variation & 1;
  o[0] = floats(in_place ? role_update : role_input, contents_values, 1, c->n, 0);
  o[1] = floats(unless(in_place, role_output), contents_values, 1, c->n, 0);
}

static void gradient_operands(const kernel_case *c, operand *o) {
  bool in_place = c->variation & 1;
  o[0] = floats(role_input, contents_values, 1, c->n, 0);
  o[1] = floats(in_place ? role_update : role_input, contents_values, 1, c->n, 0);
  o[2] = floats(unless(in_place, role_output), contents_values, 1, c->n, 0);
}

#define FUNCTION(name)                                                                          \
  static void name##_call(                                                                      \
      const softmax_kernels *kernels, const kernel_case *c, const operand *o) {                 \
    kernels->name(c->n, FLOATS(0), c->variation & 1 ? FLOATS(0) : FLOATS(1));                   \
  }

#define GRADIENT(name)                                                                          \
  static void name##_call(                                                                      \
      const softmax_kernels *kernels, const kernel_case *c, const operand *o) {                 \
    kernels->name(c->n, FLOATS(0), FLOATS(1), c->variation & 1 ? FLOATS(1) : FLOATS(2));        \
  }

FUNCTION(exponential)
FUNCTION(logarithm)
FUNCTION(log1p)
FUNCTION(relu)
FUNCTION(tanh)
FUNCTION(sigmoid)
FUNCTION(softplus)
GRADIENT(relu_gradient)
GRADIENT(tanh_gradient)
GRADIENT(sigmoid_gradient)

static void add_operands(const kernel_case *c, operand *o) {
  o[0] = floats(role_input, contents_values, 1, c->n, 0);
  o[1] = floats(role_update, contents_values, 1, c->n, 0);
}

static void add_call(const softmax_kernels *kernels, const kernel_case *c, const operand *o) {
  kernels->add(c->n, FLOATS(0), FLOATS(1));
}

// MARK: Rows of logits

// Variations: 1 in place.
static void softmax_operands(const kernel_case *c, operand *o) {
  bool in_place = c->variation & 1;
  o[0] = floats(in_place ? role_update : role_input, contents_logits, c->m, c->n, c->gap);
  o[1] = floats(unless(in_place, role_output), contents_values, c->m, c->n, 2 * c->gap);
}

#define SOFTMAX(name)                                                                           \
  static void name##_call(                                                                      \
      const softmax_kernels *kernels, const kernel_case *c, const operand *o) {                 \
    const operand *y = &o[c->variation & 1 ? 0 : 1];                                            \
    kernels->name(c->m, c->n, FLOATS(0), o[0].stride, y->address, y->stride);                   \
  }

SOFTMAX(softmax_rows)
SOFTMAX(log_softmax_rows)

static void log_sum_exp_operands(const kernel_case *c, operand *o) {
  o[0] = floats(role_input, contents_logits, c->m, c->n, c->gap);
  o[1] = floats(role_output, contents_values, 1, c->m, 0);
}

static void log_sum_exp_rows_call(
    const softmax_kernels *kernels, const kernel_case *c, const operand *o) {
  kernels->log_sum_exp_rows(c->m, c->n, FLOATS(0), o[0].stride, FLOATS(1));
}

// Variations: 1 in place, 2 without gradient.
static void labels_operands(const kernel_case *c, operand *o) {
  bool in_place = c->variation == 1;
  o[0] = floats(in_place ? role_update : role_input, contents_logits, c->m, c->n, c->gap);
  o[1] = integers(element_int32, role_input, 1, c->m, 0, c->n);
  o[2] = floats(role_output, contents_values, 1, c->m, 0);
  o[3] = floats(unless(c->variation, role_output), contents_values, c->m, c->n, 2 * c->gap);
}

static void cross_entropy_labels_call(
    const softmax_kernels *kernels, const kernel_case *c, const operand *o) {
  const operand *d = &o[c->variation == 1 ? 0 : 3];
  kernels->cross_entropy_labels(c->m, c->n, FLOATS(0), o[0].stride, INTEGERS(1), 1.0f / 48,
                                FLOATS(2), d->address, d->stride);
}

// Variations: 1 in place, 2 without gradient.
static void distributions_operands(const kernel_case *c, operand *o) {
  bool in_place = c->variation == 1;
  o[0] = floats(in_place ? role_update : role_input, contents_logits, c->m, c->n, c->gap);
  o[1] = floats(role_input, contents_distributions, c->m, c->n, 3 * c->gap);
  o[2] = floats(role_output, contents_values, 1, c->m, 0);
  o[3] = floats(unless(c->variation, role_output), contents_values, c->m, c->n, 2 * c->gap);
}

static void cross_entropy_distributions_call(
    const softmax_kernels *kernels, const kernel_case *c, const operand *o) {
  const operand *d = &o[c->variation == 1 ? 0 : 3];
  kernels->cross_entropy_distributions(
      c->m, c->n, FLOATS(0), o[0].stride, FLOATS(1), o[1].stride, 1.0f / 48, FLOATS(2), d->address,
      d->stride);
}

// Variations: 1 with distributions. The chunks of the logits may lie further apart than their rows.
static void logit_columns_operands(const kernel_case *c, operand *o) {
  bool soft = c->variation & 1;
  ptrdiff_t rows = c->chunk * (c->n + c->gap % 2);
  o[0] = floats(role_input, contents_logit_columns, rows, c->m, c->gap);
  o[0].limit = c->n + c->gap % 2;
  o[1] = floats(role_input, contents_values, 1, c->n, 0);
  o[2] = soft ? floats(role_input, contents_distribution_columns, c->n, c->m, c->gap)
              : integers(element_int32, role_input, 1, c->m, 0, c->n);
  if (soft) o[2].limit = c->n;
  o[3] = floats(role_output, contents_values, 1, c->m, 0);
  o[4] = integers(element_int32, role_output, 1, c->m, 0, c->n);
  o[5] = floats(role_output, contents_values, c->n, c->m, c->gap);
}

static void cross_entropy_columns_call(
    const softmax_kernels *kernels, const kernel_case *c, const operand *o) {
  bool soft = c->variation & 1;
  kernels->cross_entropy_columns(
      c->m, c->n, c->chunk, FLOATS(0), o[0].limit * o[0].stride, o[0].stride, FLOATS(1),
      soft ? NULL : INTEGERS(2), soft ? FLOATS(2) : NULL, 1.0f / 48, FLOATS(3), INTEGERS(4),
      FLOATS(5));
}

// Variations: 1 without gradient. Of the rows' scales many are 0.
static void weighted_operands(const kernel_case *c, operand *o) {
  o[0] = floats(role_input, contents_logits, c->m, c->n, c->gap);
  o[1] = floats(role_input, contents_distributions, c->m, c->n, 3 * c->gap);
  o[2] = floats(role_input, contents_distributions, 1, c->m, 0);
  o[3] = floats(role_input, contents_distributions, 1, c->m, 0);
  o[4] = floats(role_output, contents_values, 1, c->m, 0);
  o[5] = floats(unless(c->variation & 1, role_output), contents_values, c->m, c->n, 2 * c->gap);
}

static void cross_entropy_weighted_call(
    const softmax_kernels *kernels, const kernel_case *c, const operand *o) {
  kernels->cross_entropy_weighted(c->m, c->n, FLOATS(0), o[0].stride, FLOATS(1), o[1].stride,
                                  FLOATS(2), FLOATS(3), FLOATS(4), FLOATS(5), o[5].stride);
}

// Variations: 1 without gradient.
static void outputs_operands(const kernel_case *c, operand *o) {
  o[0] = floats(role_input, contents_logits, c->m, c->n, c->gap);
  o[1] = floats(role_input, contents_distributions, c->m, c->n, 3 * c->gap);
  o[2] = floats(role_input, contents_distributions, 1, c->m, 0);
  o[3] = floats(role_output, contents_values, 1, c->m, 0);
  o[4] = floats(unless(c->variation & 1, role_output), contents_values, c->m, c->n, 2 * c->gap);
}

#define OUTPUT_LOSS(name, ...)                                                                  \
  static void name##_call(                                                                      \
      const softmax_kernels *kernels, const kernel_case *c, const operand *o) {                 \
    kernels->name(c->m, c->n, FLOATS(0), o[0].stride, FLOATS(1), o[1].stride, __VA_ARGS__       \
                  FLOATS(2), FLOATS(3), FLOATS(4), o[4].stride);                                \
  }

OUTPUT_LOSS(binary_cross_entropy, )
OUTPUT_LOSS(squared_loss, )
OUTPUT_LOSS(absolute_loss, )
OUTPUT_LOSS(huber_loss, 1.5f, )

// Variations: 1 without gradient.
static void hinge_operands(const kernel_case *c, operand *o) {
  outputs_operands(c, o);
  o[1] = integers(element_int32, role_input, 1, c->m, 0, c->n);
}

static void multi_class_hinge_call(
    const softmax_kernels *kernels, const kernel_case *c, const operand *o) {
  kernels->multi_class_hinge(c->m, c->n, FLOATS(0), o[0].stride, INTEGERS(1), 1, FLOATS(2),
                             FLOATS(3), FLOATS(4), o[4].stride);
}

static void argmax_operands(const kernel_case *c, operand *o) {
  o[0] = floats(role_input, contents_logits, c->m, c->n, c->gap);
  o[1] = integers(element_int32, role_output, 1, c->m, 0, c->n);
}

static void argmax_rows_call(
    const softmax_kernels *kernels, const kernel_case *c, const operand *o) {
  kernels->argmax_rows(c->m, c->n, FLOATS(0), o[0].stride, INTEGERS(1));
}

// MARK: Random numbers

// The mode and the variation choose the key and the stream; the first of all are zeros.
static void philox_operands(const kernel_case *c, operand *o) {
  o[0] = integers(element_int64, role_output, 1, 2 * c->n, 0, 0);
}

static void philox_call(const softmax_kernels *kernels, const kernel_case *c, const operand *o) {
  uint64_t number = (uint64_t)c->mode * 4 + (uint64_t)c->variation;
  uint64_t key = number > 0 ? mixed(number) : 0, stream = number > 0 ? mixed(key) : 0;
  kernels->philox(c->n, (uint32_t)key, (uint32_t)(key >> 32), (uint32_t)stream,
                  (uint32_t)(stream >> 32), o[0].address);
}

// MARK: Optimizers

// Variations: + 1 with l2, + 2 with velocity, + 4 with velocity and no momentum.
static void sgd_operands(const kernel_case *c, operand *o) {
  o[0] = floats(role_input, contents_values, 1, c->n, 0);
  o[1] = floats(role_update, contents_values, 1, c->n, 0);
  o[2] = floats(unless(c->variation < 2, role_update), contents_values, 1, c->n, 0);
}

static void sgd_call(const softmax_kernels *kernels, const kernel_case *c, const operand *o) {
  kernels->sgd(c->n, 0.1f, c->variation >= 4 ? 0 : 0.9f, c->variation & 1 ? 1e-4f : 0, FLOATS(0),
               FLOATS(1), FLOATS(2));
}

// Variations: + 1 with l2, + 2 a late step, where the corrections of the bias are 1 and weights decay.
static void adam_operands(const kernel_case *c, operand *o) {
  o[0] = floats(role_input, contents_values, 1, c->n, 0);
  o[1] = floats(role_update, contents_values, 1, c->n, 0);
  o[2] = floats(role_update, contents_values, 1, c->n, 0);
  o[3] = floats(role_update, contents_moments, 1, c->n, 0);
}

static const softmax_adam first_adam = {
    .beta1 = 0.9f, .one_minus_beta1 = 0.1f, .beta2 = 0.999f, .one_minus_beta2 = 0.001f,
    .rate = 0.01f, .scale = 31.622776f, .epsilon = 1e-7f,
    .least_gradient = 0x1.f9f6e4p-59f, .keep = 1};
static const softmax_adam late_adam = {
    .beta1 = 0.9f, .one_minus_beta1 = 0.1f, .beta2 = 0.999f, .one_minus_beta2 = 0.001f,
    .rate = 0.001f, .scale = 1, .epsilon = 1e-8f, .least_gradient = 0x1.f9f6e4p-59f,
    .keep = 0.99999f};

static void adam_call(const softmax_kernels *kernels, const kernel_case *c, const operand *o) {
  kernels->adam(c->n, c->variation & 2 ? &late_adam : &first_adam, c->variation & 1 ? 1e-4f : 0,
                FLOATS(0), FLOATS(1), FLOATS(2), FLOATS(3));
}

// Variations: 1 with l2.
static void sgd_nesterov_operands(const kernel_case *c, operand *o) {
  o[0] = floats(role_input, contents_values, 1, c->n, 0);
  o[1] = floats(role_update, contents_values, 1, c->n, 0);
  o[2] = floats(role_update, contents_values, 1, c->n, 0);
}

static void sgd_nesterov_call(
    const softmax_kernels *kernels, const kernel_case *c, const operand *o) {
  kernels->sgd_nesterov(c->n, 0.1f, 0.9f, c->variation & 1 ? 1e-4f : 0, FLOATS(0), FLOATS(1),
                        FLOATS(2));
}

// Variations: + 1 with l2, + 2 with epsilon under the root.
static void adagrad_operands(const kernel_case *c, operand *o) {
  o[0] = floats(role_input, contents_values, 1, c->n, 0);
  o[1] = floats(role_update, contents_values, 1, c->n, 0);
  o[2] = floats(role_update, contents_moments, 1, c->n, 0);
}

static void adagrad_call(const softmax_kernels *kernels, const kernel_case *c, const operand *o) {
  bool inner = c->variation & 2;
  softmax_adagrad step = {.rate = 0.01f, .inner_epsilon = inner ? 1e-7f : 0,
                          .outer_epsilon = inner ? 0 : 1e-10f};
  kernels->adagrad(c->n, &step, c->variation & 1 ? 1e-4f : 0, FLOATS(0), FLOATS(1), FLOATS(2));
}

// Variations: + 1 with l2 and epsilon under the root, + 2 with momentum, + 4 about the mean.
static void rmsprop_operands(const kernel_case *c, operand *o) {
  o[0] = floats(role_input, contents_values, 1, c->n, 0);
  o[1] = floats(role_update, contents_values, 1, c->n, 0);
  o[2] = floats(role_update, contents_moments, 1, c->n, 0);
  o[3] = floats(unless(!(c->variation & 2), role_update), contents_values, 1, c->n, 0);
  o[4] = floats(unless(!(c->variation & 4), role_update), contents_values, 1, c->n, 0);
}

static void rmsprop_call(const softmax_kernels *kernels, const kernel_case *c, const operand *o) {
  bool inner = c->variation & 1;
  softmax_rmsprop step = {.rho = 0.9f, .one_minus_rho = 0.1f, .rate = 0.01f, .momentum = 0.9f,
                          .inner_epsilon = inner ? 1e-7f : 0, .outer_epsilon = inner ? 0 : 1e-8f,
                          .least_gradient = 0x1.94c584p-62f};
  kernels->rmsprop(c->n, &step, inner ? 1e-4f : 0, FLOATS(0), FLOATS(1), FLOATS(2), FLOATS(3),
                   FLOATS(4));
}

static void amsgrad_operands(const kernel_case *c, operand *o) {
  adam_operands(c, o);
  o[4] = floats(role_update, contents_moments, 1, c->n, 0);
}

static void amsgrad_call(const softmax_kernels *kernels, const kernel_case *c, const operand *o) {
  kernels->amsgrad(c->n, c->variation & 2 ? &late_adam : &first_adam,
                   c->variation & 1 ? 1e-4f : 0, FLOATS(0), FLOATS(1), FLOATS(2), FLOATS(3),
                   FLOATS(4));
}

// MARK: Gradients before their step

// Variations: + 1 with l1, + 2 with l2.
static void penalize_operands(const kernel_case *c, operand *o) {
  o[0] = floats(role_input, contents_values, 1, c->n, 0);
  o[1] = floats(role_update, contents_values, 1, c->n, 0);
}

static void penalize_call(
    const softmax_kernels *kernels, const kernel_case *c, const operand *o) {
  kernels->penalize(c->n, c->variation & 1 ? 0.01f : 0, c->variation & 2 ? 1e-4f : 0, FLOATS(0),
                    FLOATS(1));
}

static void changed_gradient_operands(const kernel_case *c, operand *o) {
  o[0] = floats(role_update, contents_values, 1, c->n, 0);
}

static void clip_call(const softmax_kernels *kernels, const kernel_case *c, const operand *o) {
  kernels->clip(c->n, 0.5f, FLOATS(0));
}

static void multiply_call(const softmax_kernels *kernels, const kernel_case *c, const operand *o) {
  kernels->multiply(c->n, 0.3f, FLOATS(0));
}

// MARK: Gradients that end in a step

// Variations: + 4 with A given as its transpose; below that as of the optimizer.
static void step_operands(const kernel_case *c, operand *o) {
  bool transposed = c->variation & 4;
  o[0] = floats(role_input, contents_values, transposed ? c->steps : c->m,
                transposed ? c->m : c->steps, c->gap);
  o[1] = floats(role_input, contents_values, c->steps, c->n, 2 * c->gap);
  o[2] = floats(role_update, contents_values, c->m, c->n, 3 * c->gap);
}

// Variations: + 1 with l2, + 2 with velocity.
static void gradient_sgd_operands(const kernel_case *c, operand *o) {
  step_operands(c, o);
  o[3] = floats(unless(!(c->variation & 2), role_update), contents_values, c->m, c->n, 3 * c->gap);
}

static void gradient_sgd_call(
    const softmax_kernels *kernels, const kernel_case *c, const operand *o) {
  bool transposed = c->variation & 4;
  kernels->gradient_sgd(
      c->m, c->n, c->steps, FLOATS(0), transposed ? 1 : o[0].stride, transposed ? o[0].stride : 1,
      FLOATS(1), o[1].stride, 0.1f, c->variation & 2 ? 0.9f : 0, c->variation & 1 ? 1e-4f : 0,
      FLOATS(2), FLOATS(3), o[2].stride);
}

// Variations: + 1 with l2, + 2 a late step.
static void gradient_adam_operands(const kernel_case *c, operand *o) {
  step_operands(c, o);
  o[3] = floats(role_update, contents_values, c->m, c->n, 3 * c->gap);
  o[4] = floats(role_update, contents_moments, c->m, c->n, 3 * c->gap);
}

static void gradient_adam_call(
    const softmax_kernels *kernels, const kernel_case *c, const operand *o) {
  bool transposed = c->variation & 4;
  kernels->gradient_adam(
      c->m, c->n, c->steps, FLOATS(0), transposed ? 1 : o[0].stride, transposed ? o[0].stride : 1,
      FLOATS(1), o[1].stride, c->variation & 2 ? &late_adam : &first_adam,
      c->variation & 1 ? 1e-4f : 0, FLOATS(2), FLOATS(3), FLOATS(4), o[2].stride);
}

// MARK: Columns of logits in double

static operand columns_of_doubles(role role, contents contents, const kernel_case *c,
                                  ptrdiff_t gap) {
  operand o = doubles(role, contents, c->n, c->m, gap);
  o.limit = c->n;
  return o;
}

static void softmax_columns_operands(const kernel_case *c, operand *o) {
  o[0] = columns_of_doubles(role_input, contents_logit_columns, c, c->gap);
  o[1] = columns_of_doubles(role_output, contents_values, c, 2 * c->gap);
  o[2] = doubles(role_output, contents_values, 1, c->m, 0);
  o[3] = doubles(role_output, contents_values, 1, c->m, 0);
}

static void softmax_columns_call(
    const softmax_kernels *kernels, const kernel_case *c, const operand *o) {
  kernels->softmax_columns(c->m, c->n, DOUBLES(0), o[0].stride, DOUBLES(1), o[1].stride,
                           DOUBLES(2), DOUBLES(3));
}

static void softmax_change_columns_operands(const kernel_case *c, operand *o) {
  o[0] = columns_of_doubles(role_input, contents_distribution_columns, c, c->gap);
  o[1] = doubles(role_input, contents_distributions, 1, c->m, 0);
  o[2] = columns_of_doubles(role_update, contents_logit_columns, c, 3 * c->gap);
}

static void softmax_change_columns_call(
    const softmax_kernels *kernels, const kernel_case *c, const operand *o) {
  kernels->softmax_change_columns(c->m, c->n, DOUBLES(0), o[0].stride, DOUBLES(1), DOUBLES(2),
                                  o[2].stride);
}

#include "layer_operations.h"

// MARK: The list

#define OPERATION(name, family, variations, canonical_nan, operands)                            \
  {#name, family_##family, variations, canonical_nan, operands##_operands, name##_call}

const operation operations[] = {
    OPERATION(gemm_ascending, product, 4, false, gemm_ascending),
    OPERATION(gemm_lanes, product, 2, false, gemm_lanes),
    OPERATION(lanes_columns, lanes_columns, 4, false, lanes_columns),
    OPERATION(sum_of_columns, sum, 1, false, sum_of_columns),
    OPERATION(sum_of_squares, sum, 2, false, sum_of_squares),
    OPERATION(gemm_doubles, product, 1, false, gemm_doubles),
    OPERATION(sparse_product, product, 1, false, sparse_product),
    OPERATION(half_rows, sum, 1, false, half_rows),
    OPERATION(half_columns, sum, 1, false, half_columns),
    OPERATION(sparse_product_floats, product, 1, false, sparse_product_floats),
    OPERATION(widen_rows, row, 1, false, widen_rows),
    OPERATION(gather_bytes, gather, 2, false, gather_bytes),
    OPERATION(gather_floats, gather, 2, false, gather_floats),
    OPERATION(exponential, vector, 2, false, function),
    OPERATION(logarithm, vector, 2, false, function),
    OPERATION(log1p, vector, 2, false, function),
    OPERATION(relu, vector, 2, false, function),
    OPERATION(tanh, vector, 2, false, function),
    OPERATION(sigmoid, vector, 2, false, function),
    OPERATION(softplus, vector, 2, false, function),
    OPERATION(add, vector, 1, false, add),
    OPERATION(relu_gradient, vector, 2, false, gradient),
    OPERATION(tanh_gradient, vector, 2, false, gradient),
    OPERATION(sigmoid_gradient, vector, 2, false, gradient),
    OPERATION(gelu, vector, 2, false, function),
    OPERATION(silu, vector, 2, false, function),
    OPERATION(leaky_relu, vector, 2, false, function),
    OPERATION(elu, vector, 2, false, function),
    OPERATION(selu, vector, 2, false, function),
    OPERATION(gelu_gradient, vector, 2, false, gradient),
    OPERATION(silu_gradient, vector, 2, false, gradient),
    OPERATION(selu_gradient, vector, 2, false, gradient),
    OPERATION(leaky_relu_gradient, vector, 2, false, gradient),
    OPERATION(elu_gradient, vector, 2, false, gradient),
    OPERATION(column_moments, product, 1, false, column_moments),
    OPERATION(column_products, product, 1, false, column_products),
    OPERATION(normalize_columns, row, 4, false, normalize_columns),
    OPERATION(normalize_columns_gradient, row, 2, false, normalize_columns_gradient),
    OPERATION(mix_columns, row, 4, false, mix_columns),
    OPERATION(normalize_rows, row, 4, false, normalize_rows),
    OPERATION(normalize_rows_gradient, row, 2, false, normalize_rows_gradient),
    OPERATION(dropout_mask, vector, 4, false, dropout_mask),
    OPERATION(dropout_apply, vector, 2, false, dropout_apply),
    OPERATION(softmax_rows, row, 2, true, softmax),
    OPERATION(log_softmax_rows, row, 2, true, softmax),
    OPERATION(log_sum_exp_rows, row, 1, true, log_sum_exp),
    OPERATION(softmax_columns, row, 1, false, softmax_columns),
    OPERATION(softmax_change_columns, row, 1, false, softmax_change_columns),
    OPERATION(cross_entropy_labels, row, 3, true, labels),
    OPERATION(cross_entropy_distributions, row, 3, true, distributions),
    OPERATION(cross_entropy_columns, logit_columns, 2, true, logit_columns),
    OPERATION(cross_entropy_weighted, row, 2, true, weighted),
    OPERATION(binary_cross_entropy, row, 2, false, outputs),
    OPERATION(squared_loss, row, 2, false, outputs),
    OPERATION(absolute_loss, row, 2, false, outputs),
    OPERATION(huber_loss, row, 2, false, outputs),
    OPERATION(multi_class_hinge, row, 2, false, hinge),
    OPERATION(argmax_rows, row, 1, false, argmax),
    OPERATION(philox, vector, 4, false, philox),
    OPERATION(sgd, vector, 6, false, sgd),
    OPERATION(adam, vector, 4, false, adam),
    OPERATION(sgd_nesterov, vector, 2, false, sgd_nesterov),
    OPERATION(adagrad, vector, 4, false, adagrad),
    OPERATION(rmsprop, vector, 8, false, rmsprop),
    OPERATION(amsgrad, vector, 4, false, amsgrad),
    OPERATION(penalize, vector, 4, false, penalize),
    OPERATION(clip, vector, 1, false, changed_gradient),
    OPERATION(multiply, vector, 1, false, changed_gradient),
    OPERATION(gradient_sgd, gradient_step, 8, false, gradient_sgd),
    OPERATION(gradient_adam, gradient_step, 8, false, gradient_adam),
};

const int operation_count = sizeof operations / sizeof *operations;

int kernel_sweep_operation_count(void) { return operation_count; }

const char *kernel_sweep_operation_name(int operation) { return operations[operation].name; }
