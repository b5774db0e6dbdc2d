// SPDX-License-Identifier: Apache-2.0
//
// The register tile of products whose columns lie in vector lanes: a few rows of one or two
// vectors. Included once for each variant with vectors.

// A loop over a tile, whose sums are registers only when it is gone.
#undef UNROLLED
#define UNROLLED _Pragma("clang loop unroll(full)")

#undef accumulate
#define accumulate NAME(accumulate)

// sum[i, v] += A(i, t) B[t, v] for t in begin..<end, ascending, with A(i, t) = a[i a_row + t a_step];
// where `vectors` is 0, of the first `part` columns of one.
INLINE void accumulate(
    int height, int vectors, ptrdiff_t part, ptrdiff_t begin, ptrdiff_t end, const float *a,
    ptrdiff_t a_row, ptrdiff_t a_step, const float *b, ptrdiff_t ldb, vf *sum) {
  int width = vectors > 0 ? vectors : 1;
  for (ptrdiff_t t = begin; t < end; t++) {
    vf bv[2];
    UNROLLED for (int v = 0; v < width; v++)
      bv[v] = vectors == 0 ? load_part(b + t * ldb, part, 0) : load(b + t * ldb + v * LANES);
    UNROLLED for (int i = 0; i < height; i++) {
      vf av = (vf)a[i * a_row + t * a_step];
      UNROLLED for (int v = 0; v < width; v++)
        sum[i * width + v] = __builtin_elementwise_fma(av, bv[v], sum[i * width + v]);
    }
  }
}

// A kernel walks its output in columns of one or two vectors, or of less than one, and each column
// in tiles of TILE_HEIGHT rows and one of what is left, which is taller rather than much lower, so
// that the multipliers stay busy. A line of the cache holds whole tiles of 8, should A run along
// memory; AVX2 has registers for 6.
#undef TALLEST
#undef TILE_HEIGHT
#undef EACH_HEIGHT
#if LANES == 8
#define TALLEST 6
#define TILE_HEIGHT 6
#define EACH_HEIGHT(X, ...)                                                                     \
  X(1, __VA_ARGS__) X(2, __VA_ARGS__) X(3, __VA_ARGS__) X(4, __VA_ARGS__) X(5, __VA_ARGS__)     \
  X(6, __VA_ARGS__)
#else
#define TALLEST 12
#define TILE_HEIGHT 8
#define EACH_HEIGHT(X, ...)                                                                     \
  X(1, __VA_ARGS__) X(2, __VA_ARGS__) X(3, __VA_ARGS__) X(4, __VA_ARGS__) X(5, __VA_ARGS__)     \
  X(6, __VA_ARGS__) X(7, __VA_ARGS__) X(8, __VA_ARGS__) X(9, __VA_ARGS__) X(10, __VA_ARGS__)    \
  X(11, __VA_ARGS__) X(12, __VA_ARGS__)
#endif

// COLUMNS(kernel, state) defines kernel_columns(state, m, n), which calls
// kernel_tile(height, vectors, state, i, j) with constants for all of m x n; 0 vectors are part of
// one. Each height is a function of its own: in one large one the sums would leave the registers.
#undef COLUMNS
#undef COLUMN
#undef COLUMN_OF_HEIGHT
#undef COLUMN_IN_TABLE
#define COLUMN(height, vectors, kernel, state)                                                  \
  static __attribute__((noinline)) void NAME(kernel##_column_##height##_##vectors)(             \
      state *s, ptrdiff_t i, ptrdiff_t end, ptrdiff_t j) {                                      \
    for (; i < end; i += height) NAME(kernel##_tile)(height, vectors, s, i, j);                 \
  }
#define COLUMN_OF_HEIGHT(height, kernel, state)                                                 \
  COLUMN(height, 0, kernel, state)                                                              \
  COLUMN(height, 1, kernel, state)                                                              \
  COLUMN(height, 2, kernel, state)
#define COLUMN_IN_TABLE(height, kernel, vectors) NAME(kernel##_column_##height##_##vectors),
#define COLUMNS(kernel, state)                                                                  \
  EACH_HEIGHT(COLUMN_OF_HEIGHT, kernel, state)                                                  \
  static void NAME(kernel##_columns)(state *s, ptrdiff_t m, ptrdiff_t n) {                      \
    static void (*const column[3][TALLEST])(state *, ptrdiff_t, ptrdiff_t, ptrdiff_t) = {       \
        {EACH_HEIGHT(COLUMN_IN_TABLE, kernel, 0)},                                              \
        {EACH_HEIGHT(COLUMN_IN_TABLE, kernel, 1)},                                              \
        {EACH_HEIGHT(COLUMN_IN_TABLE, kernel, 2)},                                              \
    };                                                                                          \
    ptrdiff_t rest = m;                                                                         \
    while (rest > TALLEST) rest -= TILE_HEIGHT;                                                 \
    for (ptrdiff_t j = 0, left = n; left > 0;) {                                                \
      int vectors = left >= 2 * LANES ? 2 : left >= LANES;                                      \
      if (rest < m) column[vectors][TILE_HEIGHT - 1](s, 0, m - rest, j);                        \
      if (rest > 0) column[vectors][rest - 1](s, m - rest, m, j);                               \
      j += vectors > 0 ? vectors * LANES : left;                                                \
      left = n - j;                                                                             \
    }                                                                                           \
  }
