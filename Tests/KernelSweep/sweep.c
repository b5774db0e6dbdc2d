// SPDX-License-Identifier: Apache-2.0

#include "sweep.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define MARGIN 64           // bytes watched on either side of an operand
#define CAPACITY (1 << 22)  // of the memory of an operand; a multiple of every page size
#define MISALIGNMENTS 64
#define CANONICAL_NAN 0x7fc00000u

// MARK: Messages

static _Thread_local const sweep *running;

static int describe(const sweep *s, char *to, size_t capacity) {
  const kernel_case *c = s->current;
  return snprintf(to, capacity,
                  "%s of %s: m %td, n %td, steps %td, chunk %td, gap %td, variation %d, mode %d, "
                  "placement %d",
                  s->operation->name, s->variant->name, c->m, c->n, c->steps, c->chunk, c->gap,
                  c->variation, (int)c->mode, s->placement);
}

void kernel_sweep_current(char *message, size_t capacity) {
  if (running && running->current) describe(running, message, capacity);
  else snprintf(message, capacity, "no kernel");
}

bool failed(sweep *s, const char *format, ...) {
  int length = describe(s, s->message, s->capacity);
  if (length < 0 || (size_t)length >= s->capacity) return false;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(s->message + length, s->capacity - (size_t)length, format, arguments);
  va_end(arguments);
  return false;
}

// MARK: Memory

static bool is_nan(uint32_t bits) { return (bits & 0x7fffffff) > 0x7f800000; }

static uint32_t word_at(const uint8_t *p) {
  uint32_t bits;
  memcpy(&bits, p, sizeof bits);
  return bits;
}

static bool is_nan_double_at(const uint8_t *p) {
  uint64_t bits;
  memcpy(&bits, p, sizeof bits);
  return (bits & 0x7fffffffffffffff) > 0x7ff0000000000000;
}

static bool is_output(const operand *o) { return o->role == role_output || o->role == role_update; }

static void fill_sentinels(uint8_t *to, size_t size) {
  static const uint32_t sentinel = SENTINEL;
  for (size_t i = 0; i < size; i += sizeof sentinel)
    memcpy(to + i, &sentinel, size - i < sizeof sentinel ? size - i : sizeof sentinel);
}

// CAPACITY bytes between two pages that must not be touched; null where there is no memory.
static uint8_t *map_guarded(void) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  uint8_t *map = mmap(NULL, CAPACITY + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANON, -1, 0);
  if (map == MAP_FAILED) return NULL;
  if (mprotect(map + page, CAPACITY, PROT_READ | PROT_WRITE) == 0) return map + page;
  munmap(map, CAPACITY + 2 * page);
  return NULL;
}

static void unmap_guarded(uint8_t *memory) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  if (memory) munmap(memory - page, CAPACITY + 2 * page);
}

// MARK: The specification

// Nothing but outputs may have changed, and all of those must have: then the bytes around a
// variant's operands need only be compared with these.
static bool check_reference(sweep *s, const operand *o, int k) {
  const uint8_t *before = s->pristine[k] + MARGIN, *after = s->reference[k] + MARGIN;
  size_t size = element_size(o->element), row = (size_t)o->columns * size;
  if (!is_output(o)) {
    if (memcmp(s->pristine[k], s->reference[k], operand_size(o) + 2 * MARGIN) == 0) return true;
    return failed(s, ": the specification changes operand %d", k);
  }
  size_t at = 0, total = operand_size(o);
  bool kept = memcmp(before - MARGIN, after - MARGIN, MARGIN) == 0 &&
              memcmp(before + total, after + total, MARGIN) == 0;
  for (ptrdiff_t i = 0; i < o->rows && total > 0; i++) {
    at = (size_t)(i * o->stride) * size;
    size_t gap = i + 1 < o->rows ? (size_t)(o->stride - o->columns) * size : 0;
    kept = kept && memcmp(before + at + row, after + at + row, gap) == 0;
    for (ptrdiff_t j = 0; j < o->columns; j++, at += size) {
      uint32_t bits = word_at(after + at);
      if (o->role == role_output && bits == SENTINEL)
        return failed(s, ": the specification leaves out operand %d [%td, %td]", k, i, j);
      if (o->element == element_float && is_nan(bits)) {
        if (s->operation->canonical_nan && bits != CANONICAL_NAN)
          return failed(s, ": operand %d [%td, %td] is the NaN %08x", k, i, j, bits);
        bits = CANONICAL_NAN;
      }
      if (o->element == element_double && is_nan_double_at(after + at)) continue;
      // FNV-1a, over words instead of bytes.
      s->result->digest = (s->result->digest ^ bits) * 0x100000001b3u;
      if (size > sizeof bits)
        s->result->digest =
            (s->result->digest ^ word_at(after + at + sizeof bits)) * 0x100000001b3u;
    }
  }
  return kept || failed(s, ": the specification writes beside operand %d", k);
}

static bool run_specification(sweep *s, const kernel_case *c, operand *o) {
  for (int k = 0; k < OPERANDS; k++) {
    if (o[k].role == role_absent) continue;
    size_t size = operand_size(&o[k]);
    if (size + 4 * MARGIN > CAPACITY) return failed(s, ": operand %d is too large", k);
    fill_sentinels(s->pristine[k], size + 2 * MARGIN);
    if (o[k].role != role_output)
      operand_fill(&o[k], k, c->mode, s->options.seed + (s->ordinal << 8),
                   s->pristine[k] + MARGIN);
    memcpy(s->reference[k], s->pristine[k], size + 2 * MARGIN);
    o[k].address = s->reference[k] + MARGIN;
  }
  s->operation->call(s->specification, c, o);
  for (int k = 0; k < OPERANDS; k++)
    if (o[k].role != role_absent && !check_reference(s, &o[k], k)) return false;
  return true;
}

// MARK: The variant

// Placement 0 ends at the guard page, 1 begins at the other one, with null pointers where there is
// nothing to compute; the others are the misalignments, which differ from operand to operand.
static uint8_t *place(const sweep *s, const operand *o, int k, int placement) {
  bool nothing = s->current->m == 0 || s->current->n == 0;
  size_t size = operand_size(o), unit = element_size(o->element);
  if (placement == 0) return s->guarded[k] + CAPACITY - size;
  if (placement == 1) return size == 0 && nothing ? NULL : s->guarded[k];
  return s->guarded[k] + 2 * MARGIN + ((size_t)(placement - 2 + 5 * k) * unit) % MISALIGNMENTS;
}

static bool compare(sweep *s, const operand *o, int k, size_t before, size_t after) {
  const uint8_t *actual = o->address, *expected = s->reference[k] + MARGIN;
  size_t total = operand_size(o), size = element_size(o->element);
  size_t stride = (size_t)o->stride * size, row = (size_t)o->columns * size;
  if (is_output(o) && total > 0) s->result->values += o->rows * o->columns;
  if (memcmp(actual - before, expected - before, before + total + after) == 0) return true;
  if (memcmp(actual - before, expected - before, before) != 0 ||
      memcmp(actual + total, expected + total, after) != 0)
    return failed(s, ": operand %d is overrun", k);
  for (size_t at = 0; at < total; at += size) {
    if (memcmp(actual + at, expected + at, size) == 0) continue;
    if (!is_output(o) || at % stride >= row)
      return failed(s, ": operand %d is changed where it is no output, at byte %zu", k, at);
    uint32_t a = word_at(actual + at), e = word_at(expected + at);
    if (o->element == element_float && !s->operation->canonical_nan && is_nan(a) && is_nan(e))
      continue;
    if (o->element == element_double && is_nan_double_at(actual + at) &&
        is_nan_double_at(expected + at))
      continue;
    return failed(s, ": operand %d [%zu, %zu], at address %% 64 = %d, is %08x, not %08x", k,
                  at / stride, at % stride / size, (int)((uintptr_t)(actual + at) % 64), a, e);
  }
  return true;
}

static bool run_placement(sweep *s, const kernel_case *c, operand *o, int placement) {
  size_t before[OPERANDS], after[OPERANDS];
  s->placement = placement;
  for (int k = 0; k < OPERANDS; k++) {
    if (o[k].role == role_absent) continue;
    uint8_t *address = place(s, &o[k], k, placement);
    o[k].address = address;
    if (!address) continue;
    size_t begin = (size_t)(address - s->guarded[k]), size = operand_size(&o[k]);
    size_t end = CAPACITY - begin - size;
    before[k] = begin < MARGIN ? begin : MARGIN;
    after[k] = end < MARGIN ? end : MARGIN;
    memcpy(address - before[k], s->pristine[k] + MARGIN - before[k], before[k] + size + after[k]);
  }
  s->operation->call(s->variant, c, o);
  s->result->cases++;
  for (int k = 0; k < OPERANDS; k++)
    if (o[k].address && !compare(s, &o[k], k, before[k], after[k])) return false;
  return true;
}

bool run_case(sweep *s, const kernel_case *c, placements placements) {
  operand o[OPERANDS] = {0};
  s->current = c;
  s->placement = -1;
  s->ordinal++;
  s->operation->operands(c, o);
  if (!run_specification(s, c, o)) return false;
  if (!run_placement(s, c, o, 0) || !run_placement(s, c, o, 1)) return false;
  // Bytes may lie anywhere, other elements at multiples of their size.
  int size = (int)element_size(o[0].element), step = size < 4 ? size : 4;
  int count = MISALIGNMENTS / step;
  if (placements == placements_few)
    return run_placement(s, c, o, 2 + (int)(s->ordinal % (unsigned)count));
  for (int p = 0; placements == placements_all && p < count; p++)
    if (!run_placement(s, c, o, 2 + p)) return false;
  return true;
}

// MARK: The whole sweep

bool kernel_sweep_run(
    int operation, softmax_isa isa, kernel_sweep_options options, kernel_sweep_result *result,
    char *message, size_t capacity) {
  sweep s = {.operation = &operations[operation], .options = options, .result = result};
  s.message = message, s.capacity = capacity;
  s.specification = softmax_kernels_for(softmax_isa_scalar);
  s.variant = softmax_kernels_for(isa);
  *result = (kernel_sweep_result){.digest = 0xcbf29ce484222325u};
  snprintf(message, capacity, "%s", s.variant ? "no memory" : "no such instruction set");
  bool passed = s.variant != NULL;
  for (int k = 0; k < OPERANDS; k++) {
    s.guarded[k] = map_guarded();
    s.pristine[k] = aligned_alloc(64, CAPACITY);
    s.reference[k] = aligned_alloc(64, CAPACITY);
    passed = passed && s.guarded[k] && s.pristine[k] && s.reference[k];
  }
  running = &s;
  passed = passed && run_family(&s);
  running = NULL;
  for (int k = 0; k < OPERANDS; k++) {
    unmap_guarded(s.guarded[k]);
    free(s.pristine[k]);
    free(s.reference[k]);
  }
  if (passed) message[0] = 0;
  return passed;
}
