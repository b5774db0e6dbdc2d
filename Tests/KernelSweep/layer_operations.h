// SPDX-License-Identifier: Apache-2.0
//
// The operations of activations, normalizations and dropout; a part of operations.c, which has the
// list.

// MARK: Activations

FUNCTION(gelu)
FUNCTION(silu)
FUNCTION(selu)
GRADIENT(gelu_gradient)
GRADIENT(silu_gradient)
GRADIENT(selu_gradient)

#define NUMBERED_FUNCTION(name)                                                                 \
  static void name##_call(                                                                      \
      const softmax_kernels *kernels, const kernel_case *c, const operand *o) {                 \
    kernels->name(c->n, 0.3f, FLOATS(0), c->variation & 1 ? FLOATS(0) : FLOATS(1));             \
  }

#define NUMBERED_GRADIENT(name)                                                                 \
  static void name##_call(                                                                      \
      const softmax_kernels *kernels, const kernel_case *c, const operand *o) {                 \
    kernels->name(c->n, 0.3f, FLOATS(0), FLOATS(1), c->variation & 1 ? FLOATS(1) : FLOATS(2));  \
  }

NUMBERED_FUNCTION(leaky_relu)
NUMBERED_FUNCTION(elu)
NUMBERED_GRADIENT(leaky_relu_gradient)
NUMBERED_GRADIENT(elu_gradient)

// MARK: Normalizations

static void column_moments_operands(const kernel_case *c, operand *o) {
  o[0] = floats(role_input, contents_values, c->steps, c->n, c->gap);
  o[1] = floats(role_output, contents_values, 1, c->n, 0);
  o[2] = floats(role_output, contents_values, 1, c->n, 0);
}

static void column_moments_call(
    const softmax_kernels *kernels, const kernel_case *c, const operand *o) {
  kernels->column_moments(c->steps, c->n, c->chunk, FLOATS(0), o[0].stride, FLOATS(1), FLOATS(2));
}

static void column_products_operands(const kernel_case *c, operand *o) {
  o[0] = floats(role_input, contents_values, c->steps, c->n, c->gap);
  o[1] = floats(role_input, contents_values, c->steps, c->n, 2 * c->gap);
  o[2] = floats(role_output, contents_values, 1, c->n, 0);
}

static void column_products_call(
    const softmax_kernels *kernels, const kernel_case *c, const operand *o) {
  kernels->column_products(
      c->steps, c->n, c->chunk, FLOATS(0), o[0].stride, FLOATS(1), o[1].stride, FLOATS(2));
}

// Variations: + 1 in place, + 2 without keeping the normalized values.
static void normalize_columns_operands(const kernel_case *c, operand *o) {
  bool in_place = c->variation & 1;
  o[0] = floats(in_place ? role_update : role_input, contents_values, c->m, c->n, c->gap);
  for (int k = 1; k <= 4; k++) o[k] = floats(role_input, contents_values, 1, c->n, 0);
  o[5] = floats(unless(c->variation & 2, role_output), contents_values, c->m, c->n, 2 * c->gap);
  o[6] = floats(unless(in_place, role_output), contents_values, c->m, c->n, 3 * c->gap);
}

static void normalize_columns_call(
    const softmax_kernels *kernels, const kernel_case *c, const operand *o) {
  const operand *y = &o[c->variation & 1 ? 0 : 6];
  kernels->normalize_columns(
      c->m, c->n, FLOATS(0), o[0].stride, FLOATS(1), FLOATS(2), FLOATS(3), FLOATS(4), FLOATS(5),
      o[5].stride, y->address, y->stride);
}

// Variations: 1 in place.
static void normalize_columns_gradient_operands(const kernel_case *c, operand *o) {
  bool in_place = c->variation & 1;
  o[0] = floats(role_input, contents_values, c->m, c->n, c->gap);
  for (int k = 1; k <= 3; k++) o[k] = floats(role_input, contents_values, 1, c->n, 0);
  o[4] = floats(in_place ? role_update : role_input, contents_values, c->m, c->n, 2 * c->gap);
  o[5] = floats(unless(in_place, role_output), contents_values, c->m, c->n, 3 * c->gap);
}

static void normalize_columns_gradient_call(
    const softmax_kernels *kernels, const kernel_case *c, const operand *o) {
  const operand *dx = &o[c->variation & 1 ? 4 : 5];
  kernels->normalize_columns_gradient(
      c->m, c->n, FLOATS(0), o[0].stride, FLOATS(1), FLOATS(2), FLOATS(3), FLOATS(4), o[4].stride,
      dx->address, dx->stride);
}

// Variations: + 1 in place, + 2 without keeping the normalized values.
static void normalize_rows_operands(const kernel_case *c, operand *o) {
  bool in_place = c->variation & 1, is_kept = !(c->variation & 2);
  o[0] = floats(in_place ? role_update : role_input, contents_values, c->m, c->n, c->gap);
  o[1] = floats(role_input, contents_values, 1, c->n, 0);
  o[2] = floats(role_input, contents_values, 1, c->n, 0);
  o[3] = floats(unless(!is_kept, role_output), contents_values, c->m, c->n, 2 * c->gap);
  o[4] = floats(unless(!is_kept, role_output), contents_values, 1, c->m, 0);
  o[5] = floats(unless(in_place, role_output), contents_values, c->m, c->n, 3 * c->gap);
}

static void normalize_rows_call(
    const softmax_kernels *kernels, const kernel_case *c, const operand *o) {
  const operand *y = &o[c->variation & 1 ? 0 : 5];
  kernels->normalize_rows(
      c->m, c->n, 1e-3f, FLOATS(0), o[0].stride, FLOATS(1), FLOATS(2), FLOATS(3), o[3].stride,
      FLOATS(4), y->address, y->stride);
}

// Variations: 1 in place.
static void normalize_rows_gradient_operands(const kernel_case *c, operand *o) {
  bool in_place = c->variation & 1;
  o[0] = floats(role_input, contents_values, c->m, c->n, c->gap);
  o[1] = floats(role_input, contents_values, 1, c->m, 0);
  o[2] = floats(role_input, contents_values, 1, c->n, 0);
  o[3] = floats(in_place ? role_update : role_input, contents_values, c->m, c->n, 2 * c->gap);
  o[4] = floats(unless(in_place, role_output), contents_values, c->m, c->n, 3 * c->gap);
}

static void normalize_rows_gradient_call(
    const softmax_kernels *kernels, const kernel_case *c, const operand *o) {
  const operand *dx = &o[c->variation & 1 ? 3 : 4];
  kernels->normalize_rows_gradient(
      c->m, c->n, FLOATS(0), o[0].stride, FLOATS(1), FLOATS(2), FLOATS(3), o[3].stride, dx->address,
      dx->stride);
}

// MARK: Mixtures

// Variations: 1 with the differences over the function's values, 2 without keeping them, 3 likewise, with the
// result over the function's values.
static void mix_columns_operands(const kernel_case *c, operand *o) {
  bool is_in_place = c->variation & 1;
  o[0] = floats(is_in_place ? role_update : role_input, contents_values, c->m, c->n, c->gap);
  o[1] = floats(role_input, contents_values, c->m, c->n, 2 * c->gap);
  o[2] = floats(role_input, contents_values, 1, c->n, 0);
  o[3] = floats(unless(c->variation != 0, role_output), contents_values, c->m, c->n, c->gap);
  o[4] = floats(unless(c->variation == 3, role_output), contents_values, c->m, c->n, 3 * c->gap);
}

static void mix_columns_call(
    const softmax_kernels *kernels, const kernel_case *c, const operand *o) {
  const operand *h = &o[c->variation == 1 ? 0 : 3], *y = &o[c->variation == 3 ? 0 : 4];
  kernels->mix_columns(
      c->m, c->n, FLOATS(0), o[0].stride, FLOATS(1), o[1].stride, FLOATS(2), h->address, h->stride,
      y->address, y->stride);
}

// MARK: Dropout

// The mode and the variation choose the key, the stream and the counter; the first of all are zeros.
static void dropout_mask_operands(const kernel_case *c, operand *o) {
  o[0] = floats(role_output, contents_values, 1, c->n, 0);
}

static void dropout_mask_call(
    const softmax_kernels *kernels, const kernel_case *c, const operand *o) {
  uint64_t number = (uint64_t)c->mode * 4 + (uint64_t)c->variation;
  uint64_t key = number > 0 ? mixed(number) : 0, stream = number > 0 ? mixed(key) : 0;
  // Just below the carry of the counter's lower half.
  uint64_t counter = number > 0 ? mixed(stream) | 0xfffffffe : 0;
  kernels->dropout_mask(
      c->n, (uint32_t)key, (uint32_t)(key >> 32), (uint32_t)stream, (uint32_t)(stream >> 32),
      counter, c->variation == 3 ? 0 : 0x60000000, 1.6f, FLOATS(0));
}

// Variations: 1 in place.
static void dropout_apply_operands(const kernel_case *c, operand *o) {
  bool in_place = c->variation & 1;
  o[0] = floats(role_input, contents_distributions, 1, c->n, 0);
  o[1] = floats(in_place ? role_update : role_input, contents_values, 1, c->n, 0);
  o[2] = floats(unless(in_place, role_output), contents_values, 1, c->n, 0);
}

static void dropout_apply_call(
    const softmax_kernels *kernels, const kernel_case *c, const operand *o) {
  kernels->dropout_apply(c->n, FLOATS(0), FLOATS(1), c->variation & 1 ? FLOATS(1) : FLOATS(2));
}
