// SPDX-License-Identifier: Apache-2.0

import Synchronization

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Turns the first Control-C, the first request of a scheduler to end, or the terminal's going away into
/// a request that the work asks for; one that comes a second later ends the process.
///
/// Handlers of signals alone: a queue would need a thread, which a tight limit on memory does not
/// grant.
final class Interruption {
  private static let numbers = [SIGHUP, SIGINT, SIGTERM]
  private let handled: [Int32]

  /// Begins to listen.
  init() {
    requests.clear()
    handled = Interruption.numbers.filter { number in
      // What was ignored from the start, as in a shell's background or under nohup, stays so.
      guard !Interruption.isIgnored(number) else { return false }
      signal(number) { requests.note($0) }
      return true
    }
    // A parent may have blocked them in the thread that started this process.
    var set = sigset_t()
    unsafe sigemptyset(&set)
    for number in handled { unsafe sigaddset(&set, number) }
    unsafe pthread_sigmask(SIG_UNBLOCK, &set, nil)
  }

  /// What the process has been asked to end with, if it has.
  var requestedStatus: ExitStatus? { requests.status }

  /// Stops listening: from here on the signals end the process.
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
    // Functions of C cannot be compared; their addresses can.
    return unsafe unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}

// A handler of a signal is a function without a context: it finds what it writes to here.
private let requests = Requests()

/// What signals have asked for; a handler may call all of it.
private final class Requests: Sendable {
  // The number of the first signal; 0 where none came.
  private let number = Atomic<Int32>(0)
  // When it came; `.max` where that is not noted yet.
  private let nanoseconds = Atomic<Int>(.max)

  /// The usual status of a process that a signal ended: 128 and its number.
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
    // Some launchers send the same request twice: to the process, and to its group.
    if number.compareExchange(expected: 0, desired: signal, ordering: .acquiringAndReleasing)
      .exchanged
    {
      nanoseconds.store(now, ordering: .releasing)
    } else if now - 1_000_000_000 > nanoseconds.load(ordering: .acquiring) {
      _exit(128 + signal)
    }
  }
}
