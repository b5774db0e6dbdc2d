// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Synchronization

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Turns the first Control-C, or the first request of a scheduler to end, into one that the work asks
/// for; one that comes a second later ends the process.
final class Interruption {
  private let requests: Requests
  private let sources: [any DispatchSourceSignal]

  private final class Requests: Sendable {
    // The exit status; 0 where nobody has asked.
    let status = Atomic<Int32>(0)
    let time = Atomic<UInt64>(0)
  }

  /// Begins to listen.
  init() {
    let requests = Requests()
    self.requests = requests
    let queue = DispatchQueue(label: "interruption")
    let kinds = [(SIGINT, ExitStatus.interrupted), (SIGTERM, .terminated)]
    sources = kinds.compactMap { number, status in
      // The source sees a signal only if its default action does not end the process first. What was
      // ignored from the start, as in a shell's background, stays so.
      guard !Interruption.ignore(number) else { return nil }
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler {
        let now = DispatchTime.now().uptimeNanoseconds
        let (isFirst, _) = requests.status.compareExchange(
          expected: 0, desired: status.rawValue, ordering: .relaxed)
        // Some launchers send the same request twice: to the process, and to its group.
        if isFirst {
          requests.time.store(now, ordering: .relaxed)
        } else if now > requests.time.load(ordering: .relaxed) + 1_000_000_000 {
          _exit(status.rawValue)
        }
      }
      source.resume()
      return source
    }
  }

  /// What the process has been asked to end with, if it has.
  var requestedStatus: ExitStatus? {
    ExitStatus(rawValue: requests.status.load(ordering: .relaxed)).flatMap {
      $0 == .done ? nil : $0
    }
  }

  /// Stops listening: from here on the signals end the process.
  func end() {
    // A source blocks its signal in the thread that got it.
    var numbers = sigset_t()
    unsafe sigemptyset(&numbers)
    for source in sources {
      source.cancel()
      signal(Int32(source.handle), SIG_DFL)
      unsafe sigaddset(&numbers, Int32(source.handle))
    }
    unsafe pthread_sigmask(SIG_UNBLOCK, &numbers, nil)
  }

  // Whether it was ignored before.
  private static func ignore(_ number: Int32) -> Bool {
    var old = sigaction()
    unsafe sigaction(number, nil, &old)
    signal(number, SIG_IGN)
    #if canImport(Darwin)
      let handler = unsafe old.__sigaction_u.__sa_handler
    #elseif canImport(Musl)
      let handler = unsafe old.__sa_handler.sa_handler
    #else
      let handler = unsafe old.__sigaction_handler.sa_handler
    #endif
    // Functions of C cannot be compared; their addresses can.
    return unsafe unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}
