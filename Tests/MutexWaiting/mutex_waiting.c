// SPDX-License-Identifier: Apache-2.0
//
// How a thread waits for a `Mutex` that another one holds, in the tests under ThreadSanitizer.
//
// Swift's library, which is not instrumented, lets it sleep in the kernel: ThreadSanitizer does not see that
// the one thread waited for the other, and reports whatever the mutex guards as a race. This function has
// the name of the library's, which the linker therefore leaves aside, and tries again until the mutex is free.
// (Nobody sleeps, so nobody needs to be woken.)

#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>

// Synchronization._MutexHandle._lockSlow(UInt32); the handle is one word, 0 where nobody holds the mutex.
__attribute__((swiftcall)) void softmax_wait_for_mutex(
    uint32_t thread, __attribute__((swift_context)) _Atomic uint32_t *word)
    __asm__("$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF");

__attribute__((swiftcall)) void softmax_wait_for_mutex(
    uint32_t thread, __attribute__((swift_context)) _Atomic uint32_t *word) {
  uint32_t nobody = 0;
  while (!atomic_compare_exchange_weak_explicit(
      word, &nobody, thread, memory_order_acquire, memory_order_relaxed)) {
    nobody = 0;
    sched_yield();
  }
}
