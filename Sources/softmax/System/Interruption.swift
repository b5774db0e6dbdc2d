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
/// for; the second ends the process.
final class Interruption {
  private let requests: Requests
  private let sources: [any DispatchSourceSignal]

  private final class Requests: Sendable {
    // The exit status; 0 where nobody has asked.
    let status = Atomic<Int32>(0)
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
        let (isFirst, _) = requests.status.compareExchange(
          expected: 0, desired: status.rawValue, ordering: .relaxed)
        if !isFirst { _exit(status.rawValue) }
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
    for source in sources {
      source.cancel()
      signal(Int32(source.handle), SIG_DFL)
    }
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
