// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Foundation
import Synchronization

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// What happens to a download.
enum DownloadEvent: Sendable {
  /// The mirror's answer began, with its HTTP status.
  case status(Int)
  /// The mirror says how many bytes it will send.
  case announced(Int)
  /// Some of the file arrived.
  case bytes([UInt8])
  /// Nothing more will come; with a message, because of a failure.
  case end(String?)
}

/// A request by Foundation's loading system, which knows TLS and the system's proxies.
///
/// It takes in what a server sends as fast as that comes, but keeps no more than the caller wants: memory is
/// bounded by the size of the file.
final class SessionDownload {
  private let events: Events
  private let session: URLSession

  /// Sends the request for a file of which no more than `limit` bytes are wanted.
  init(_ url: URL, limit: Int, idleSeconds: Double) {
    events = Events(limit: limit)
    var request = URLRequest(url: url)
    // Otherwise a server may pack the file once more on its way, and its size says nothing.
    request.setValue("identity", forHTTPHeaderField: "Accept-Encoding")
    let configuration = URLSessionConfiguration.ephemeral
    configuration.timeoutIntervalForRequest = idleSeconds
    configuration.urlCache = nil
    session = URLSession(configuration: configuration, delegate: events, delegateQueue: nil)
    session.dataTask(with: request).resume()
  }

  /// The next event; nil if none comes within so many seconds.
  func next(within seconds: Double) -> DownloadEvent? { events.next(within: seconds) }

  /// Ends the request, wherever it is; the caller does not wait for that.
  func stop() {
    events.close()
    // On Linux this waits until the sender pauses, which one that is fast enough never does.
    let session = session
    Thread.detachNewThread { session.invalidateAndCancel() }
  }
}

/// The delegate of a request: what it is told is queued up for the thread that waits for it.
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
    // Negative where nothing is announced.
    if announced >= 0 { add(.announced(announced)) }
    completionHandler(announced <= limit ? .allow : .cancel)
  }

  func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
    // The session does not wait for whoever takes the events, so what comes beyond the limit is
    // dropped here: one piece more says that there was too much.
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
