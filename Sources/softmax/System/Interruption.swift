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

/// Turns the first Control-C into a request that the work asks for; the second ends the process.
final class Interruption {
  private let requests: Requests
  private let source: any DispatchSourceSignal

  private final class Requests: Sendable {
    let count = Atomic<Int>(0)
  }

  /// Begins to listen.
  init() {
    let requests = Requests()
    self.requests = requests
    // The source sees the signal only if its default action does not end the process first.
    signal(SIGINT, SIG_IGN)
    source = DispatchSource.makeSignalSource(
      signal: SIGINT, queue: DispatchQueue(label: "interruption"))
    source.setEventHandler {
      guard requests.count.add(1, ordering: .relaxed).newValue > 1 else { return }
      _exit(ExitStatus.interrupted.rawValue)
    }
    source.resume()
  }

  /// Whether the user has asked for an end.
  var isRequested: Bool { requests.count.load(ordering: .relaxed) > 0 }

  /// Stops listening: from here on Control-C ends the process.
  func end() {
    source.cancel()
    signal(SIGINT, SIG_DFL)
  }
}
