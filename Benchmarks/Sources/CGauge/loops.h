// SPDX-License-Identifier: Apache-2.0
//
// The gauges' inner loops at one vector width; included once for each (gauge.c). LANES is the number
// of floats in a vector, CHAINS that of independent sums: enough to hide the latency of a multiply-add
// on two ports, few enough to stay in registers.

typedef float NAME(vector) __attribute__((ext_vector_type(LANES)));

static float NAME(multiply_adds)(int64_t rounds) {
  NAME(vector) sum[CHAINS];
  NAME(vector) x = 1.0f, y = 1e-9f;
  // Nothing known about them at compile time.
  __asm__ volatile("" : "+m"(x), "+m"(y));
  for (int c = 0; c < CHAINS; c++) sum[c] = (float)c;
  for (int64_t r = 0; r < rounds; r++) {
#pragma clang loop unroll(full)
    for (int c = 0; c < CHAINS; c++) sum[c] = MULTIPLY_ADD(x, sum[c], y);
  }
  NAME(vector) total = 0.0f;
  for (int c = 0; c < CHAINS; c++) total += sum[c];
  return total[0];
}

// count is a multiple of 8 vectors.
static float NAME(reads)(const float *p, int64_t count) {
  NAME(vector) sum[8];
  for (int c = 0; c < 8; c++) sum[c] = 0.0f;
  for (int64_t i = 0; i < count; i += 8 * LANES) {
#pragma clang loop unroll(full)
    for (int c = 0; c < 8; c++) {
      NAME(vector) v;
      __builtin_memcpy(&v, p + i + c * LANES, sizeof v);
      sum[c] += v;
    }
  }
  NAME(vector) total = 0.0f;
  for (int c = 0; c < 8; c++) total += sum[c];
  return total[0];
}

#undef NAME
#undef LANES
#undef CHAINS
#undef MULTIPLY_ADD
