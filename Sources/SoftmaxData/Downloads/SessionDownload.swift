// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Foundation
import Synchronization

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// An event of a download.
enum DownloadEvent: Sendable {
  /// The response has started, with its HTTP status; 0 if it is not an HTTP response.
  case status(Int)
  /// The mirror has announced the number of bytes that it will send.
  case announced(Int)
  /// Bytes of the file have arrived.
  case bytes([UInt8])
  /// The download has ended; the message is nil unless it failed.
  case end(String?)
}

/// A request by Foundation's loading system, which supports TLS and the system's proxy settings.
///
/// It receives bytes as fast as the server sends them and queues them for the caller. Bytes after the
/// first piece beyond the expected size are dropped, so memory is bounded by about the size of the file.
final class SessionDownload {
  private let events: Events
  private let session: URLSession

  /// Sends a request for a file that has at most `limit` bytes.
  init(_ url: URL, limit: Int, idleSeconds: Double) {
    events = Events(limit: limit)
    var request = URLRequest(url: url)
    // With another encoding, the announced size would be that of the compressed bytes.
    request.setValue("identity", forHTTPHeaderField: "Accept-Encoding")
    let configuration = URLSessionConfiguration.ephemeral
    configuration.timeoutIntervalForRequest = idleSeconds
    configuration.urlCache = nil
    session = URLSession(configuration: configuration, delegate: events, delegateQueue: nil)
    session.dataTask(with: request).resume()
  }

  /// Returns the next event; nil if there is none within `seconds`.
  func next(within seconds: Double) -> DownloadEvent? { events.next(within: seconds) }

  /// Cancels the request at any time, without waiting for its end.
  func stop() {
    events.close()
    // On Linux the call waits until the server pauses, which a fast server never does. It therefore runs
    // on another thread.
    let session = session
    Thread.detachNewThread { session.invalidateAndCancel() }
  }
}

/// The delegate of a request, which queues its events for the thread that waits for them.
private final class Events: NSObject, URLSessionDataDelegate, Sendable {
  private struct State {
    var waiting: [DownloadEvent] = []
    var receivedBytes = 0
    var isClosed = false
  }

  private let limit: Int
  private let state = Mutex(State())
  private let count = DispatchSemaphore(value: 0)

  init(limit: Int) { self.limit = limit }

  func next(within seconds: Double) -> DownloadEvent? {
    guard count.wait(timeout: .now() + seconds) == .success else { return nil }
    return state.withLock { $0.waiting.isEmpty ? nil : $0.waiting.removeFirst() }
  }

  func close() {
    state.withLock {
      $0.isClosed = true
      $0.waiting = []
    }
  }

  private func add(_ event: DownloadEvent) {
    state.withLock { if !$0.isClosed { $0.waiting.append(event) } }
    count.signal()
  }

  func urlSession(
    _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
    completionHandler: @escaping @Sendable (URLSession.ResponseDisposition) -> Void
  ) {
    add(.status((response as? HTTPURLResponse)?.statusCode ?? 0))
    let announced = Int(clamping: response.expectedContentLength)
    // The count is negative if the response announces none.
    if announced >= 0 { add(.announced(announced)) }
    completionHandler(announced <= limit ? .allow : .cancel)
  }

  func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
    // The session does not wait until queued events are taken, so bytes beyond the limit must be dropped
    // here. The first bytes beyond the limit are still queued; from them the caller sees that the file is
    // too large.
    let before = state.withLock { state in
      defer { state.receivedBytes += data.count }
      return state.receivedBytes
    }
    if before <= limit { add(.bytes(Array(data))) } else { dataTask.cancel() }
  }

  func urlSession(
    _ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?
  ) {
    add(.end(error?.localizedDescription))
  }
}
