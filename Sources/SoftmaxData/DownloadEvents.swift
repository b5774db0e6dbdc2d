// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Foundation
import Synchronization

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// What happens to a download, queued up for the thread that waits for it.
final class DownloadEvents: NSObject, URLSessionDataDelegate, Sendable {
  enum Event: Sendable {
    /// The mirror's answer began, with its HTTP status.
    case status(Int)
    /// Some of the file arrived.
    case bytes(Data)
    /// Nothing more will come; with a message, because of a failure.
    case end(String?)
  }

  private struct State {
    var waiting: [Event] = []
    var receivedBytes = 0
  }

  private let limit: Int
  private let state = Mutex(State())
  private let count = DispatchSemaphore(value: 0)

  /// Collects the events of a download of which no more than `limit` bytes are wanted.
  init(limit: Int) {
    self.limit = limit
  }

  /// The next event; nil if none comes within so many seconds.
  func next(within seconds: Double) -> Event? {
    guard count.wait(timeout: .now() + seconds) == .success else { return nil }
    return state.withLock { $0.waiting.removeFirst() }
  }

  private func add(_ event: Event) {
    state.withLock { $0.waiting.append(event) }
    count.signal()
  }

  func urlSession(
    _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
    completionHandler: @escaping @Sendable (URLSession.ResponseDisposition) -> Void
  ) {
    add(.status((response as? HTTPURLResponse)?.statusCode ?? 0))
    completionHandler(.allow)
  }

  // The session does not wait for whoever takes the events, so what comes beyond the limit is dropped
  // here: one piece more says that there was too much.
  func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
    let before = state.withLock { state in
      defer { state.receivedBytes += data.count }
      return state.receivedBytes
    }
    if before <= limit { add(.bytes(data)) }
    if before + data.count > limit { dataTask.cancel() }
  }

  func urlSession(
    _ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?
  ) {
    add(.end(error?.localizedDescription))
  }
}
