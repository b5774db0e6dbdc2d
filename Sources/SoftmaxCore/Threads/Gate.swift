// SPDX-License-Identifier: Apache-2.0

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A mutex and a condition that live at one address.
@safe
package final class Gate: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  /// Creates an open gate.
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

  /// Waits for its turn and takes it.
  package func lock() { unsafe pthread_mutex_lock(mutex) }
  /// Gives the turn back.
  package func unlock() { unsafe pthread_mutex_unlock(mutex) }
  /// Gives the turn back, waits for a broadcast, and takes a turn again; may also return without one.
  package func wait() { unsafe pthread_cond_wait(condition, mutex) }
  /// Wakes all who wait.
  package func broadcast() { unsafe pthread_cond_broadcast(condition) }
}
