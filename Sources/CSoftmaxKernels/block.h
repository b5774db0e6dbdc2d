// SPDX-License-Identifier: Apache-2.0
//
// Transposed blocks of LANES short rows: element j of row i is lane i of column[j], so each row has
// its own lane. A kernel that works along a row then works on whole vectors, and no lane is unused
// because a row is shorter than a vector. A block with fewer than LANES rows repeats its last row.
// Included once for each variant with more than one lane.

#undef SHUFFLE
#undef block_turn
#undef block_four
#undef block_rows
#undef block_put
#undef block_load_four
#undef block_store_four
#undef block_load
#undef block_store
#undef block_labels
#undef block_tree
#undef block_sum
#undef block_max
#undef block_exp
#undef block_void
#define block_turn NAME(block_turn)
#define block_four NAME(block_four)
#define block_rows NAME(block_rows)
#define block_put NAME(block_put)
#define block_load_four NAME(block_load_four)
#define block_store_four NAME(block_store_four)
#define block_load NAME(block_load)
#define block_store NAME(block_store)
#define block_labels NAME(block_labels)
#define block_tree NAME(block_tree)
#define block_sum NAME(block_sum)
#define block_max NAME(block_max)
#define block_exp NAME(block_exp)
#define block_void NAME(block_void)

#ifndef BLOCK_COLUMNS
// The maximum number of elements of a row that is transposed.
#define BLOCK_COLUMNS 32
#define JOIN_4_(a, b) __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7)
#define JOIN_8_(a, b)                                                                           \
  __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
#define PICK_(i, group) ((i) < 4 ? (i) + 4 * (group) : (i) - 4 + LANES + 4 * (group))
#endif

// SHUFFLE(a, b, i, j, k, l) fills each group of four lanes with the elements i, j, k and l of the same
// group of a and b: 0...3 selects an element of a, 4...7 one of b.
#if LANES == 16
#define SHUFFLE(a, b, i, j, k, l)                                                               \
  __builtin_shufflevector(                                                                      \
      a, b, PICK_(i, 0), PICK_(j, 0), PICK_(k, 0), PICK_(l, 0), PICK_(i, 1), PICK_(j, 1),       \
      PICK_(k, 1), PICK_(l, 1), PICK_(i, 2), PICK_(j, 2), PICK_(k, 2), PICK_(l, 2), PICK_(i, 3), \
      PICK_(j, 3), PICK_(k, 3), PICK_(l, 3))
#elif LANES == 8
#define SHUFFLE(a, b, i, j, k, l)                                                               \
  __builtin_shufflevector(                                                                      \
      a, b, PICK_(i, 0), PICK_(j, 0), PICK_(k, 0), PICK_(l, 0), PICK_(i, 1), PICK_(j, 1),       \
      PICK_(k, 1), PICK_(l, 1))
#else
#define SHUFFLE(a, b, i, j, k, l) __builtin_shufflevector(a, b, i, j, k, l)
#endif

// Transposes four vectors in groups of four lanes. Each group of the four vectors is a 4 x 4 matrix.
INLINE void block_turn(vf *v) {
  vf a = SHUFFLE(v[0], v[1], 0, 4, 1, 5), b = SHUFFLE(v[0], v[1], 2, 6, 3, 7);
  vf c = SHUFFLE(v[2], v[3], 0, 4, 1, 5), d = SHUFFLE(v[2], v[3], 2, 6, 3, 7);
  v[0] = SHUFFLE(a, c, 0, 1, 4, 5);
  v[1] = SHUFFLE(a, c, 2, 3, 6, 7);
  v[2] = SHUFFLE(b, d, 0, 1, 4, 5);
  v[3] = SHUFFLE(b, d, 2, 3, 6, 7);
}

INLINE four block_four(const float *x) {
  four v;
  __builtin_memcpy(&v, x, sizeof v);
  return v;
}

// Loads four elements of every fourth row, starting at row k. Rows past the last repeat the last.
INLINE vf block_rows(ptrdiff_t rows, ptrdiff_t k, const float *x, ptrdiff_t ldx) {
#define ROW_OF(group) block_four(x + smaller(k + 4 * group, rows - 1) * ldx)
#if LANES == 16
  return JOIN_8_(JOIN_4_(ROW_OF(0), ROW_OF(1)), JOIN_4_(ROW_OF(2), ROW_OF(3)));
#elif LANES == 8
  return JOIN_4_(ROW_OF(0), ROW_OF(1));
#else
  return ROW_OF(0);
#endif
#undef ROW_OF
}

// Stores a vector to the rows from which block_rows loads it. Rows past the last write to the last,
// which they repeat.
INLINE void block_put(ptrdiff_t rows, ptrdiff_t k, vf v, float *y, ptrdiff_t ldy) {
  four part[] = {
#if LANES == 16
      v.lo.lo, v.lo.hi, v.hi.lo, v.hi.hi,
#elif LANES == 8
      v.lo, v.hi,
#else
      v,
#endif
  };
  for (int group = 0; group < LANES / 4; group++)
    __builtin_memcpy(y + smaller(k + 4 * group, rows - 1) * ldy, &part[group], sizeof part[0]);
}

// Loads four columns of the block's rows.
INLINE void block_load_four(ptrdiff_t rows, const float *x, ptrdiff_t ldx, vf *column) {
  for (int k = 0; k < 4; k++) column[k] = block_rows(rows, k, x, ldx);
  block_turn(column);
}

INLINE void block_store_four(ptrdiff_t rows, const vf *column, float *y, ptrdiff_t ldy) {
  vf row[4] = {column[0], column[1], column[2], column[3]};
  block_turn(row);
  for (int k = 0; k < 4; k++) block_put(rows, k, row[k], y, ldy);
}

// Loads a block of 1...LANES rows with 1...BLOCK_COLUMNS elements each. If n is not a multiple of 4,
// the last group of four columns overlaps the group before it.
INLINE void block_load(ptrdiff_t rows, ptrdiff_t n, const float *x, ptrdiff_t ldx, vf *column) {
  if (n >= 4) {
    for (ptrdiff_t j = 0; j < n - 4; j += 4) block_load_four(rows, x + j, ldx, column + j);
    block_load_four(rows, x + n - 4, ldx, column + n - 4);
  } else {
    for (ptrdiff_t j = 0; j < n; j++)
      for (int i = 0; i < LANES; i++) column[j][i] = x[smaller(i, rows - 1) * ldx + j];
  }
}

INLINE void block_store(
    ptrdiff_t rows, ptrdiff_t n, const vf *column, float *y, ptrdiff_t ldy) {
  if (n >= 4) {
    for (ptrdiff_t j = 0; j < n - 4; j += 4) block_store_four(rows, column + j, y + j, ldy);
    block_store_four(rows, column + n - 4, y + n - 4, ldy);
  } else {
    for (int i = 0; i < LANES && i < rows; i++)
      for (ptrdiff_t j = 0; j < n; j++) y[i * ldy + j] = column[j][i];
  }
}

INLINE vi block_labels(ptrdiff_t rows, const int32_t *labels) {
  vi v;
  for (int i = 0; i < LANES; i++) v[i] = labels[smaller(i, rows - 1)];
  return v;
}

// Returns the sum of the 16 virtual lanes of each row by the lane tree. A row of n < 16 elements uses
// only n lanes. The others would hold +0 and are skipped. The result is the same unless the sum is
// -0, which adding +0 would change to +0.
INLINE vf block_tree(ptrdiff_t n, vf *lane) {
  for (int half = 8; half > 0; half /= 2)
    for (int i = 0; i < half; i++)
      if (i + half < n) lane[i] += lane[i + half];
  return lane[0];
}

// Returns the sum of the n elements of each row. No element may be -0.
INLINE vf block_sum(ptrdiff_t n, const vf *column) {
  vf lane[16];
  for (ptrdiff_t j = 0; j < 16 && j < n; j++) lane[j] = column[j];
  for (ptrdiff_t j = 16; j < n; j++) lane[j % 16] += column[j];
  return block_tree(n, lane);
}

// Returns the maximum of each row. NaN elements are ignored.
INLINE vf block_max(ptrdiff_t n, const vf *column) {
  vf max = -__builtin_inff();
  for (ptrdiff_t j = 0; j < n; j++) max = column[j] > max ? column[j] : max;
  return max;
}

// Computes term = exp(column - max), four columns at a time. `term` may be `column`.
INLINE void block_exp(ptrdiff_t n, const vf *column, vf max, vf *term) {
  ptrdiff_t j = 0;
  for (; j + 4 <= n; j += 4) {
    for (int k = 0; k < 4; k++) term[j + k] = column[j + k] - max;
    exp_nonpositive_(4, term + j);
  }
  for (; j < n; j++) {
    term[j] = column[j] - max;
    exp_nonpositive_(1, term + j);
  }
}

// Fills rows whose sum is NaN with the canonical NaN, __builtin_nanf("").
INLINE void block_void(ptrdiff_t n, vf sum, vf *column) {
  if (!__builtin_reduce_or(sum != sum)) return;
  for (ptrdiff_t j = 0; j < n; j++) column[j] = sum != sum ? (vf)__builtin_nanf("") : column[j];
}

// Executes the statement for each block of rows i ..< i + rows of the m rows. Full blocks, and full
// blocks of ten columns, are compiled separately with constant shapes. Ten columns, as of ten classes,
// then stay in registers.
#undef FOR_BLOCKS
#define FOR_BLOCKS(...)                                                                         \
  do {                                                                                          \
    ptrdiff_t i = 0;                                                                            \
    if (n == 10) {                                                                              \
      const ptrdiff_t rows = LANES, n = 10;                                                     \
      for (; i + LANES <= m; i += LANES) __VA_ARGS__;                                           \
    } else {                                                                                    \
      const ptrdiff_t rows = LANES;                                                             \
      for (; i + LANES <= m; i += LANES) __VA_ARGS__;                                           \
    }                                                                                           \
    if (i < m) {                                                                                \
      const ptrdiff_t rows = m - i;                                                             \
      __VA_ARGS__;                                                                              \
    }                                                                                           \
  } while (0)
