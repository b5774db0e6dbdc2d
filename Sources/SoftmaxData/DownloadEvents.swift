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

  private let waiting = Mutex<[Event]>([])
  private let count = DispatchSemaphore(value: 0)

  /// The next event; nil if none comes within so many seconds.
  func next(within seconds: Double) -> Event? {
    guard count.wait(timeout: .now() + seconds) == .success else { return nil }
    return waiting.withLock { $0.removeFirst() }
  }

  private func add(_ event: Event) {
    waiting.withLock { $0.append(event) }
    count.signal()
  }

  func urlSession(
    _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
    completionHandler: @escaping @Sendable (URLSession.ResponseDisposition) -> Void
  ) {
    add(.status((response as? HTTPURLResponse)?.statusCode ?? 0))
    completionHandler(.allow)
  }

  func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
    add(.bytes(data))
  }

  func urlSession(
    _ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?
  ) {
    add(.end(error?.localizedDescription))
  }
}
