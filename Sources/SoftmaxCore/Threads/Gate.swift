// SPDX-License-Identifier: Apache-2.0

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A mutex with a condition variable.
///
/// The pthread objects are allocated separately because they must not move in memory. The calls have the
/// semantics of pthreads: `wait` may return without a broadcast, so the caller must check its condition
/// in a loop.
@safe
package final class Gate: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  /// Creates a gate whose mutex is unlocked.
  package init() {
    unsafe pthread_mutex_init(mutex, nil)
    unsafe pthread_cond_init(condition, nil)
  }

  deinit {
    unsafe pthread_cond_destroy(condition)
    unsafe pthread_mutex_destroy(mutex)
    unsafe condition.deallocate()
    unsafe mutex.deallocate()
  }

  /// Locks the mutex, after waiting if necessary.
  package func lock() { unsafe pthread_mutex_lock(mutex) }
  /// Unlocks the mutex.
  package func unlock() { unsafe pthread_mutex_unlock(mutex) }
  /// Unlocks the mutex, waits for a broadcast or a spurious wakeup, and locks the mutex again.
  package func wait() { unsafe pthread_cond_wait(condition, mutex) }
  /// Wakes all waiting threads.
  package func broadcast() { unsafe pthread_cond_broadcast(condition) }
}
