// SPDX-License-Identifier: Apache-2.0
//
// The sizes over which each family of operations is swept.

#include "sweep.h"

#define COUNT(array) (int)(sizeof(array) / sizeof *(array))

// To the fourth multiple of the longest vector and three beyond it.
#define LONGEST 67

static bool run_variations(sweep *s, kernel_case c, placements placements) {
  for (c.variation = 0; c.variation < s->operation->variations; c.variation++)
    if (!run_case(s, &c, placements)) return false;
  return true;
}

static bool run_modes(sweep *s, kernel_case c, placements placements) {
  for (int mode = 0; mode < mode_count; mode++) {
    c.mode = (enum mode)mode;
    if (!run_variations(s, c, placements)) return false;
  }
  return true;
}

static bool run_vectors(sweep *s) {
  static const ptrdiff_t longer[] = {127, 128, 129, 255, 256, 257, 1000};
  for (ptrdiff_t n = 0; n <= LONGEST; n++)
    if (!run_modes(s, (kernel_case){.m = 1, .n = n}, placements_all)) return false;
  for (int i = 0; i < COUNT(longer); i++)
    if (!run_modes(s, (kernel_case){.m = 1, .n = longer[i]}, placements_few)) return false;
  return run_modes(s, (kernel_case){.m = 1, .n = 20000}, placements_guards);
}

static bool run_gathers(sweep *s) {
  static const ptrdiff_t counts[] = {0, 1, 2, 5};
  static const mode modes[] = {mode_ordinary, mode_minute, mode_bits};
  placements usual = s->options.thorough ? placements_all : placements_few;
  kernel_case c = {0};
  for (int i = 0; i < COUNT(counts); i++) {
    c.m = counts[i];
    for (c.n = 0; c.n <= LONGEST; c.n++) {
      c.gap = c.n % 2 * 3;
      c.mode = modes[c.n % 3];
      if (!run_variations(s, c, i == 2 ? placements_all : usual)) return false;
    }
  }
  for (int i = 0; i < COUNT(modes); i++) {
    c = (kernel_case){.m = 33, .n = 784, .gap = i, .mode = modes[i]};
    if (!run_variations(s, c, placements_few)) return false;
  }
  return true;
}

// Every edge of a block of rows that lie in vector lanes, each kind of row in each of its places, and
// of the groups in which longer rows are worked on.
static bool run_blocks(sweep *s, kernel_case c, placements usual) {
  static const ptrdiff_t counts[] = {3, 4, 7, 9, 15, 16, 17, 31, 33, 48};
  static const ptrdiff_t classes[] = {1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12,
                                      15, 16, 17, 20, 26, 31, 32, 33, 47, 100};
  for (int i = 0; i < COUNT(counts); i++) {
    for (int k = 0; k < COUNT(classes); k++) {
      c.m = counts[i], c.n = classes[k], c.gap = (i + k) % 2 * 3;
      if (!run_variations(s, c, usual)) return false;
    }
  }
  c.gap = 1;
  for (c.m = 1; c.m <= 17; c.m += 16)
    for (c.n = 255; c.n <= 257; c.n++)
      if (!run_variations(s, c, usual)) return false;
  return true;
}

static bool run_rows(sweep *s) {
  static const ptrdiff_t counts[] = {0, 1, 2, 5};
  static const ptrdiff_t classes[] = {127, 128, 129, 1000};
  static const mode modes[] = {mode_ordinary, mode_special, mode_bits};
  placements usual = s->options.thorough ? placements_all : placements_few;
  kernel_case c = {0};
  for (int k = 0; k < COUNT(modes); k++) {
    c.mode = modes[k];
    for (int i = 0; i < COUNT(counts); i++) {
      c.m = counts[i];
      // A label of no classes does not exist, nor does the greatest of none.
      for (c.n = c.m > 0; c.n <= LONGEST; c.n++) {
        c.gap = c.n % 2 * 3;
        if (!run_variations(s, c, c.m == 2 ? placements_all : usual)) return false;
      }
    }
    // Enough rows for each of their characters beside each other, at the usual numbers of classes.
    for (c.m = 64, c.n = 2; c.n <= 10; c.n += c.n == 3 ? 7 : 1)
      if (!run_variations(s, c, usual)) return false;
    for (int i = 0; i < COUNT(classes); i++) {
      c.m = 3, c.n = classes[i];
      if (!run_variations(s, c, usual)) return false;
    }
    if (!run_blocks(s, c, usual)) return false;
  }
  c = (kernel_case){.m = 2, .n = 65537, .gap = 1, .mode = mode_ordinary};
  if (!run_variations(s, c, placements_guards)) return false;
  c.mode = mode_special;
  return !s->options.thorough || run_variations(s, c, placements_all);
}

// Every edge of a tile of outputs, with sums of few steps.
static bool run_tiles(sweep *s) {
  static const ptrdiff_t steps[] = {1, 17, 3, 33, 16, 2, 31};
  static const mode modes[] = {mode_ordinary, mode_special, mode_minute};
  placements usual = s->options.thorough ? placements_all : placements_few;
  int turn = 0;
  // Up to two tiles and the tallest rest where thorough; for the gradient steps, in the same tiles,
  // always.
  for (ptrdiff_t m = 0; m <= (s->options.thorough ? 29 : 19); m++) {
    for (ptrdiff_t n = 0; n <= LONGEST; n++, turn++) {
      kernel_case c = {.m = m, .n = n, .steps = steps[turn % 7], .chunk = turn % 2 ? 16 : 256};
      c.gap = turn % 3;
      c.mode = modes[turn % 3];
      c.variation = turn % s->operation->variations;
      if (!run_case(s, &c, usual)) return false;
      c.variation = (turn + 1) % s->operation->variations;
      if (s->options.thorough && !run_case(s, &c, placements_few)) return false;
    }
  }
  return true;
}

// Every shape of the tree of chunks, and every edge of a chunk.
static bool run_chunks(sweep *s) {
  static const ptrdiff_t lengths[] = {16, 48, 256}, counts[] = {1, 2, 3, 4, 5, 6, 7, 8};
  static const ptrdiff_t sizes[][2] = {{1, 1}, {3, 5}, {9, 18}};
  for (int i = 0; i < COUNT(lengths); i++) {
    for (int k = 0; k < COUNT(counts); k++) {
      for (ptrdiff_t edge = -1; edge <= 1; edge++) {
        kernel_case c = {.steps = lengths[i] * counts[k] + edge, .chunk = lengths[i]};
        for (int size = 0; size < COUNT(sizes); size++) {
          c.m = sizes[size][0], c.n = sizes[size][1];
          bool every_mode = size < 2 || s->options.thorough;
          if (every_mode ? !run_modes(s, c, placements_guards)
                         : !run_variations(s, c, placements_guards))
            return false;
        }
      }
    }
  }
  return true;
}

// Every number of steps around the lanes, and a single chunk of any length.
static bool run_steps(sweep *s) {
  for (ptrdiff_t steps = 0; steps <= LONGEST; steps++) {
    kernel_case c = {.m = 3, .n = 5, .steps = steps, .chunk = steps > 0 ? steps : 1, .gap = 1};
    if (!run_modes(s, c, placements_few)) return false;
    c.chunk = 16;
    if (!run_modes(s, c, placements_few)) return false;
  }
  kernel_case c = {.m = 9, .n = 37, .steps = 37, .chunk = 16, .gap = 5};
  return run_modes(s, c, placements_all);
}

// MARK: Parts of a fused training step

// Around the tiles: of 4 or 2 rows inside blocks of 16, of 5 or 2 columns.
static bool run_lanes_columns(sweep *s) {
  static const ptrdiff_t steps[] = {16, 48, 0, 32, 64}, rows[] = {63, 64, 65, 255, 256};
  static const mode modes[] = {mode_ordinary, mode_special, mode_minute};
  placements usual = s->options.thorough ? placements_all : placements_few;
  int turn = 0;
  for (ptrdiff_t m = 0; m <= 35; m++) {
    for (ptrdiff_t n = 0; n <= 13; n++, turn++) {
      kernel_case c = {.m = m, .n = n, .steps = steps[turn % 5], .gap = turn % 3};
      c.mode = modes[turn % 3];
      c.variation = turn % s->operation->variations;
      if (!run_case(s, &c, usual)) return false;
      c.variation = (turn + 1) % s->operation->variations;
      if (!run_case(s, &c, usual)) return false;
    }
  }
  for (int i = 0; i < COUNT(rows); i++, turn++) {
    kernel_case c = {.m = rows[i], .n = i % 2 ? 10 : 32, .steps = i == 4 ? 400 : 80, .gap = i};
    if (!run_variations(s, c, placements_guards)) return false;
  }
  kernel_case c = {.m = 23, .n = 8, .steps = 32, .gap = 1};
  return run_modes(s, c, placements_all);
}

// Around the tiles, which are one or two vectors wide; then around blocks of rows.
static bool run_gradient_steps(sweep *s) {
  static const ptrdiff_t rows[] = {1, 17, 3, 33, 16, 2, 31, 0};
  static const ptrdiff_t edges[] = {0, 1, 15, 16, 17, 31, 32, 33, 255, 256};
  static const ptrdiff_t sizes[][2] = {{1, 16}, {5, 32}, {10, 48}, {21, 16}};
  static const mode modes[] = {mode_ordinary, mode_special, mode_minute};
  placements usual = s->options.thorough ? placements_all : placements_few;
  int turn = 0;
  for (ptrdiff_t m = 0; m <= 29; m++) {
    for (ptrdiff_t n = 0; n <= 80; n += 16, turn++) {
      kernel_case c = {.m = m, .n = n, .steps = rows[turn % 8], .gap = turn % 3};
      c.mode = modes[turn % 3];
      for (int k = 0; k < 3; k++) {
        c.variation = (turn + 3 * k) % s->operation->variations;
        if (!run_case(s, &c, usual)) return false;
      }
    }
  }
  for (int i = 0; i < COUNT(edges); i++) {
    for (int size = 0; size < COUNT(sizes); size++) {
      kernel_case c = {.m = sizes[size][0], .n = sizes[size][1], .steps = edges[i], .gap = size};
      bool every_mode = size < 2 || s->options.thorough;
      if (every_mode ? !run_modes(s, c, placements_guards)
                     : !run_variations(s, c, placements_guards))
        return false;
    }
  }
  kernel_case c = {.m = 13, .n = 48, .steps = 19, .gap = 5};
  return run_modes(s, c, placements_all);
}

static bool run_sums(sweep *s) {
  static const ptrdiff_t steps[] = {0, 1, 2, 3, 15, 16, 17, 31, 32, 33, 255, 256, 1000};
  placements usual = s->options.thorough ? placements_all : placements_few;
  for (ptrdiff_t m = 0; m <= 35; m++) {
    for (int i = 0; i < COUNT(steps); i++) {
      kernel_case c = {.m = m, .n = 1, .steps = steps[i], .gap = i % 3};
      if (!run_modes(s, c, usual)) return false;
    }
  }
  return true;
}

// Every number of classes, every shape of the tree of chunks.
static bool run_logit_columns(sweep *s) {
  static const mode modes[] = {mode_ordinary, mode_special, mode_bits};
  placements usual = s->options.thorough ? placements_all : placements_few;
  for (int k = 0; k < COUNT(modes); k++) {
    for (ptrdiff_t n = 1; n <= 32; n++) {
      for (ptrdiff_t m = 0; m <= 48; m += 16) {
        kernel_case c = {.m = m, .n = n, .chunk = 1 + (n + m / 16) % 3, .gap = (n + k) % 4};
        c.mode = modes[k];
        if (!run_variations(s, c, usual)) return false;
      }
    }
    for (ptrdiff_t chunk = 1; chunk <= 9; chunk++) {
      kernel_case c = {.m = 32, .n = 2 + chunk, .chunk = chunk, .gap = 1, .mode = modes[k]};
      if (!run_variations(s, c, placements_all)) return false;
    }
    kernel_case c = {.m = 256, .n = 10, .chunk = 2, .mode = modes[k]};
    if (!run_variations(s, c, usual)) return false;
    c = (kernel_case){.m = 256, .n = 32, .chunk = 16, .mode = modes[k]};
    if (!run_variations(s, c, placements_guards)) return false;
  }
  return true;
}

bool run_family(sweep *s) {
  switch (s->operation->family) {
  case family_product: return run_tiles(s) && run_chunks(s) && run_steps(s);
  case family_gather: return run_gathers(s);
  case family_vector: return run_vectors(s);
  case family_row: return run_rows(s);
  case family_lanes_columns: return run_lanes_columns(s);
  case family_gradient_step: return run_gradient_steps(s);
  case family_sum: return run_sums(s);
  case family_logit_columns: return run_logit_columns(s);
  }
}
