// SPDX-License-Identifier: Apache-2.0
//
// The register tile of products whose columns lie in vector lanes. A tile has a few rows and one or two
// vectors of columns. Included once for each variant with more than one lane.

// Unrolls a loop over a tile completely. The compiler keeps the sums in registers only if no loop over
// them remains.
#undef UNROLLED
#define UNROLLED _Pragma("clang loop unroll(full)")

#undef accumulate
#define accumulate NAME(accumulate)

// Computes sum[i, v] += A(i, t) B[t, v] for t in begin..<end in ascending order, with A(i, t) =
// a[i * a_row + t * a_step]. If `vectors` is 0, the tile is one vector wide and only the first `part`
// columns exist.
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

// A kernel divides its output into columns that are two vectors, one vector or less than one vector
// wide. It divides each column into tiles of TILE_HEIGHT rows and a last tile of the remaining rows. The
// last tile may have up to TALLEST rows, because a tile of only a few rows would not keep the
// multipliers busy. TILE_HEIGHT is 8 because a cache line then holds whole tiles if a_row is 1. AVX2 has
// registers for only 6 rows.
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

// COLUMNS(kernel, state) defines kernel_columns(state, m, n), which covers the m x n output with calls
// of kernel_tile(height, vectors, state, i, j), where height and vectors are constants. vectors = 0 means
// less than one vector. There is a separate function for each height and width, because in one large
// function the compiler would spill the sums to memory.
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
