// SPDX-License-Identifier: Apache-2.0

import Synchronization

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A listener for SIGINT, SIGTERM and SIGHUP, which the training polls in order to stop cleanly.
///
/// The first signal is recorded. A signal that comes more than a second later ends the process at once.
/// There are only signal handlers and no dispatch queue, because a queue needs a thread, which a tight
/// limit on memory may not allow. Signals are a resource of the process, so there may be one listener at a
/// time.
final class Interruption {
  private static let numbers = [SIGHUP, SIGINT, SIGTERM]
  private let handled: [Int32]

  /// Starts to listen.
  init() {
    requests.clear()
    handled = Interruption.numbers.filter { number in
      // Signals that were ignored at the start stay ignored, as for background jobs of a shell or under
      // nohup.
      guard !Interruption.isIgnored(number) else { return false }
      signal(number) { requests.note($0) }
      return true
    }
    // The parent process may have blocked these signals in the thread that it started this process from.
    var set = sigset_t()
    unsafe sigemptyset(&set)
    for number in handled { unsafe sigaddset(&set, number) }
    unsafe pthread_sigmask(SIG_UNBLOCK, &set, nil)
  }

  /// Whether there was a signal; any thread may ask.
  static var isRequested: Bool { requests.status != nil }

  /// The exit status for the first signal; nil if there was none.
  var requestedStatus: ExitStatus? { requests.status }

  /// Stops listening; afterwards these signals end the process.
  func end() {
    for number in handled { signal(number, SIG_DFL) }
  }

  private static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    unsafe sigaction(number, nil, &action)
    #if canImport(Darwin)
      let handler = unsafe action.__sigaction_u.__sa_handler
    #elseif canImport(Musl)
      let handler = unsafe action.__sa_handler.sa_handler
    #else
      let handler = unsafe action.__sigaction_handler.sa_handler
    #endif
    // C functions cannot be compared in Swift, but their addresses can.
    return unsafe unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}

// A signal handler is a function without a context, so its state is global.
private let requests = Requests()

/// The recorded signals; the methods are safe to call in a signal handler.
private final class Requests: Sendable {
  // The number of the first signal; 0 if there was none.
  private let number = Atomic<Int32>(0)
  // The time of the first signal; `.max` until it is recorded.
  private let nanoseconds = Atomic<Int>(.max)

  /// The conventional exit status of a process that a signal ended: 128 plus the signal's number.
  var status: ExitStatus? {
    let number = number.load(ordering: .acquiring)
    return number == 0 ? nil : ExitStatus(rawValue: 128 + number)
  }

  func clear() {
    nanoseconds.store(.max, ordering: .relaxed)
    number.store(0, ordering: .releasing)
  }

  func note(_ signal: Int32) {
    let error = errno
    defer { errno = error }
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    let now = Int(time.tv_sec) * 1_000_000_000 + Int(time.tv_nsec)
    // Some launchers send the same signal twice, to the process and to its group, so a second signal within
    // a second is ignored.
    if number.compareExchange(expected: 0, desired: signal, ordering: .acquiringAndReleasing)
      .exchanged
    {
      nanoseconds.store(now, ordering: .releasing)
    } else if now - 1_000_000_000 > nanoseconds.load(ordering: .acquiring) {
      _exit(128 + signal)
    }
  }
}
