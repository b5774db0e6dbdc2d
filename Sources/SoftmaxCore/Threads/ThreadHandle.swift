// SPDX-License-Identifier: Apache-2.0

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A thread that runs one closure.
///
/// The thread must be joined exactly once, because its resources are not released otherwise.
@safe
package struct ThreadHandle: @unchecked Sendable {
  private final class Start: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  private let thread: pthread_t

  /// Starts a thread that runs `body`; returns nil if the system cannot create a thread.
  package static func start(_ body: @escaping @Sendable () -> Void) -> ThreadHandle? {
    let start = unsafe Unmanaged.passRetained(Start(body))
    #if canImport(Darwin)
      var thread: pthread_t?
      let status = unsafe pthread_create(
        &thread, nil,
        { argument in
          unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().body()
          return nil
        }, start.toOpaque())
    #else
      var thread = pthread_t()
      let status = unsafe pthread_create(
        &thread, nil,
        { argument in
          if let argument = unsafe argument {
            unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().body()
          }
          return nil
        }, start.toOpaque())
    #endif
    guard status == 0 else {
      unsafe start.release()
      return nil
    }
    #if canImport(Darwin)
      return unsafe thread.map { unsafe ThreadHandle(thread: $0) }
    #else
      return ThreadHandle(thread: thread)
    #endif
  }

  /// Waits until the closure has returned; must be called exactly once.
  package func join() {
    #if canImport(Darwin)
      unsafe pthread_join(thread, nil)
    #else
      pthread_join(thread, nil)
    #endif
  }
}
