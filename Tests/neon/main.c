// SPDX-License-Identifier: Apache-2.0
//
// Runs the kernel sweep without Swift: under an emulator or valgrind.
//
//   sweep             every operation on every instruction set that the machine has
//   sweep --thorough  the same with every placement in memory at every size
//   sweep --digests   the digest of each operation's results by the specification

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "KernelSweep.h"

static const softmax_isa sets[] = {
    softmax_isa_scalar, softmax_isa_avx2, softmax_isa_avx512, softmax_isa_neon};

static void report_fault(int signal) {
  char message[512];
  (void)signal;
  kernel_sweep_current(message, sizeof message);
  printf("not ok: a fault in %s\n", message);
  fflush(stdout);
  _exit(1);
}

int main(int count, char **arguments) {
  bool digests = count > 1 && strcmp(arguments[1], "--digests") == 0;
  bool thorough = count > 1 && strcmp(arguments[1], "--thorough") == 0;
  int passed = 0, failed = 0;
  int64_t cases = 0, values = 0;
  signal(SIGSEGV, report_fault);
  signal(SIGBUS, report_fault);
  for (int operation = 0; operation < kernel_sweep_operation_count(); operation++) {
    for (int i = 0; i < (digests ? 1 : (int)(sizeof sets / sizeof *sets)); i++) {
      const softmax_kernels *kernels = softmax_kernels_for(sets[i]);
      if (!kernels) continue;
      kernel_sweep_result result;
      char message[512];
      const char *name = kernel_sweep_operation_name(operation);
      kernel_sweep_options options = {.seed = 1, .thorough = thorough};
      bool ok = kernel_sweep_run(operation, sets[i], options, &result, message, sizeof message);
      ok ? passed++ : failed++;
      cases += result.cases;
      values += result.values;
      if (!ok) printf("not ok: %s\n", message);
      else if (digests) printf("%s %016llx\n", name, (unsigned long long)result.digest);
      else printf("ok: %s of %s, %lld cases\n", name, kernels->name, (long long)result.cases);
      fflush(stdout);
    }
  }
  if (!digests) {
    printf("%lld cases, %lld values\n", (long long)cases, (long long)values);
    printf("%d passed, %d failed\n", passed, failed);
  }
  return failed > 0;
}
