// SPDX-License-Identifier: Apache-2.0

#include "CGauge.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FUSED(x, s, y) __builtin_elementwise_fma(x, s, y)
#define PLAIN(x, s, y) ((x) * (s) + (y))

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx512f,avx2,fma"))), apply_to = function)
#define NAME(x) x##_avx512
#define LANES 16
#define CHAINS 12
#define MULTIPLY_ADD FUSED
#include "loops.h"
#pragma clang attribute pop
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define NAME(x) x##_avx2
#define LANES 8
#define CHAINS 12
#define MULTIPLY_ADD FUSED
#include "loops.h"
#pragma clang attribute pop
#endif

#define NAME(x) x##_base
#define LANES 4
#define CHAINS 12
#if defined(__aarch64__)
#define MULTIPLY_ADD FUSED
#else
#define MULTIPLY_ADD PLAIN
#endif
#include "loops.h"

typedef struct {
  float (*multiply_adds)(int64_t rounds);
  float (*reads)(const float *p, int64_t count);
  double operations; // in a round
} loops;

static loops widest(void) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f"))
    return (loops){multiply_adds_avx512, reads_avx512, 2.0 * 16 * 12};
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    return (loops){multiply_adds_avx2, reads_avx2, 2.0 * 8 * 12};
#endif
  return (loops){multiply_adds_base, reads_base, 2.0 * 4 * 12};
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

typedef struct {
  loops with;
  int64_t bytes; // to read; 0: multiply and add
  double seconds;
  atomic_int *waiting; // threads that have not arrived yet
  double rate;
} task;

static void *run(void *argument) {
  task *t = argument;
  float sink = 0;
  float *memory = NULL;
  int64_t count = 0;
  if (t->bytes > 0) {
    count = (t->bytes / 4 + 127) / 128 * 128;
    if (posix_memalign((void **)&memory, 4096, (size_t)count * 4)) abort();
    memset(memory, 0, (size_t)count * 4);
  }
  // All begin together, so that each measures the machine with the others at work.
  atomic_fetch_sub(t->waiting, 1);
  while (atomic_load(t->waiting) > 0) {
  }
  double begin = now(), end = begin, work = 0;
  do {
    if (memory) {
      sink += t->with.reads(memory, count);
      work += (double)count * 4;
    } else {
      sink += t->with.multiply_adds(20000);
      work += 20000 * t->with.operations;
    }
    end = now();
  } while (end - begin < t->seconds);
  t->rate = work / (end - begin);
  __asm__ volatile("" : : "r"(&sink) : "memory");
  free(memory);
  return NULL;
}

static double gauge(int threads, int64_t bytes, double seconds) {
  if (threads < 1 || threads > 256) return 0;
  atomic_int waiting = threads;
  pthread_t handle[256];
  task tasks[256];
  for (int i = 0; i < threads; i++) {
    tasks[i] = (task){widest(), bytes / threads, seconds, &waiting, 0};
    if (i > 0 && pthread_create(&handle[i], NULL, run, &tasks[i])) abort();
  }
  run(&tasks[0]);
  double rate = tasks[0].rate;
  for (int i = 1; i < threads; i++) {
    pthread_join(handle[i], NULL);
    rate += tasks[i].rate;
  }
  return rate;
}

double gauge_multiply_adds(int threads, double seconds) { return gauge(threads, 0, seconds); }

double gauge_reads(int threads, int64_t bytes, double seconds) {
  return gauge(threads, bytes > 0 ? bytes : 1, seconds);
}
