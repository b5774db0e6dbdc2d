// SPDX-License-Identifier: Apache-2.0

#include "operand.h"

#include <string.h>

// Contents must be the same on every machine.
#pragma STDC FP_CONTRACT OFF

typedef struct stream {
  uint64_t seed, position;
} stream;

static uint32_t next_bits(stream *s) { return (uint32_t)(mixed(s->seed + s->position++) >> 32); }

// A number in 0 ..< limit.
static uint32_t next_below(stream *s, uint32_t limit) {
  return (uint32_t)((uint64_t)next_bits(s) * limit >> 32);
}

// A number in -1 ..< 1, a multiple of 2^-23.
static float next_uniform(stream *s) {
  return (float)((int32_t)(next_bits(s) >> 8) - (1 << 23)) * 0x1p-23f;
}

static float from_bits(uint32_t bits) {
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

static const uint32_t specials[] = {
    0x00000000, 0x80000000,              // zeros
    0x00000001, 0x80000001, 0x00400000,  // subnormals
    0x807fffff, 0x00800000, 0x80800000,  // the largest of them and the smallest normal
    0x3f800000, 0xbf800000,              // 1, -1
    0x7f7fffff, 0xff7fffff,              // the largest
    0x7149f2ca, 0xf149f2ca,              // 1e30, -1e30
    0x7f800000, 0xff800000,              // infinities
    0x7fc00000, 0xffc00001,              // NaNs
    0x42b17218, 0xc2cff1b5,              // where exp overflows and underflows
    0x0d800000, 0x0d7fffff,              // 2^-100 and the float below
};

static float next_special(stream *s) {
  return from_bits(specials[next_below(s, sizeof specials / sizeof *specials)]);
}

static float next_value(stream *s, mode mode, int index) {
  uint32_t bits;
  switch (mode) {
  case mode_minute:  // 2^-110 ... 2^-50
    bits = next_bits(s);
    return from_bits((bits & 0x807fffff) | (127 - 110 + next_below(s, 61)) << 23);
  case mode_vanishing:
    return from_bits((next_bits(s) & 0x007fffff) | (index ? 0x8d000000 : 0x0d000000));
  case mode_special:
    return next_below(s, 4) ? next_uniform(s) * 2 : next_special(s);
  case mode_bits:
    return from_bits(next_bits(s));
  default:
    return next_uniform(s) * 2;
  }
}

typedef enum character {
  character_narrow,
  character_wide,
  character_huge,            // 1e30 and -1e30
  character_largest,         // the largest number and its negative
  character_equal,           // one value throughout
  character_zeros,           // of both signs
  character_subnormal,
  character_one_infinity,
  character_one_nan,
  character_impossible,      // -inf throughout
  character_some_impossible,
  character_all_but_one_impossible,
  character_specials,
  character_bits,
  character_count,
} character;

typedef struct row_of_logits {
  character character;
  ptrdiff_t chosen;
  float value;
} row_of_logits;

// Half of the rows are ordinary, so that each kind meets ordinary neighbours.
static row_of_logits next_row(stream *s, mode mode, ptrdiff_t columns) {
  row_of_logits row = {character_narrow, 0, 0};
  if (mode == mode_bits) row.character = character_bits;
  else if (mode == mode_minute || mode == mode_vanishing) row.character = character_subnormal;
  else if (mode == mode_special) row.character = (character)next_below(s, character_count);
  else row.character = next_below(s, 2) ? character_wide : character_narrow;
  row.chosen = columns > 0 ? next_below(s, (uint32_t)columns) : 0;
  row.value = next_below(s, 4) ? next_uniform(s) * 100 : from_bits(0x7f7fffff);
  return row;
}

static float next_logit(stream *s, const row_of_logits *row, ptrdiff_t column) {
  const float infinity = __builtin_inff();
  float uniform = next_uniform(s);
  switch (row->character) {
  case character_wide: return uniform * 120;
  case character_huge: return uniform < 0 ? -1e30f : 1e30f;
  case character_largest: return uniform < 0 ? from_bits(0xff7fffff) : from_bits(0x7f7fffff);
  case character_equal: return row->value;
  case character_zeros: return uniform < 0 ? -0.0f : 0.0f;
  case character_subnormal: return uniform * 0x1p-126f;
  case character_one_infinity: return column == row->chosen ? infinity : uniform * 8;
  case character_one_nan:
    return column == row->chosen ? from_bits(uniform < 0 ? 0xffc00001 : 0x7fc00000) : uniform * 8;
  case character_impossible: return -infinity;
  case character_some_impossible: return uniform < 0 ? -infinity : uniform * 16;
  case character_all_but_one_impossible: return column == row->chosen ? uniform : -infinity;
  case character_specials: return next_special(s);
  case character_bits: return next_value(s, mode_bits, 0);
  default: return uniform * 8;
  }
}

// Multiples of 2^-8: one-hot, smoothed, or with zeros among them.
static float next_weight(stream *s, int kind, bool chosen) {
  if (kind == 0) return chosen ? 1.0f : 0.0f;
  if (kind == 1) return chosen ? 0.75f : 0x1p-8f;
  return next_below(s, 2) ? 0.0f : (float)next_below(s, 256) * 0x1p-8f;
}

static void store_integer(element e, uint8_t *to, int64_t value) {
  if (e == element_byte) {
    *to = (uint8_t)value;
  } else if (e == element_int16) {
    uint16_t narrow = (uint16_t)value;
    memcpy(to, &narrow, sizeof narrow);
  } else if (e == element_int32) {
    int32_t narrow = (int32_t)value;
    memcpy(to, &narrow, sizeof narrow);
  } else {
    memcpy(to, &value, sizeof value);
  }
}

static bool has_columns(contents contents) {
  return contents == contents_logit_columns || contents == contents_distribution_columns;
}

void operand_fill(const operand *o, int index, mode mode, uint64_t seed, uint8_t *bytes) {
  stream s = {mixed(seed + (uint64_t)index), 0};
  size_t size = element_size(o->element);
  bool transposed = has_columns(o->contents);
  ptrdiff_t rows = transposed ? o->columns : o->rows, columns = transposed ? o->rows : o->columns;
  ptrdiff_t row_step = transposed ? 1 : o->stride, column_step = transposed ? o->stride : 1;
  ptrdiff_t period = transposed ? o->limit : columns;
  for (ptrdiff_t i = 0; i < rows; i++) {
    row_of_logits row = next_row(&s, mode, period);
    int kind = (int)next_below(&s, 3);
    for (ptrdiff_t j = 0; j < columns; j++) {
      uint8_t *to = bytes + (size_t)(i * row_step + j * column_step) * size;
      float x = 0;
      switch (o->contents) {
      case contents_integers:
        store_integer(o->element, to, next_below(&s, (uint32_t)o->limit));
        continue;
      case contents_logits: x = next_logit(&s, &row, j); break;
      case contents_logit_columns: x = next_logit(&s, &row, j % period); break;
      case contents_distributions:
      case contents_distribution_columns: x = next_weight(&s, kind, j == row.chosen); break;
      case contents_moments: x = __builtin_fabsf(next_value(&s, mode, index)); break;
      case contents_values: x = next_value(&s, mode, index); break;
      }
      if (o->element == element_double) {
        double wide = x;
        memcpy(to, &wide, sizeof wide);
      } else {
        memcpy(to, &x, sizeof x);
      }
    }
  }
}
