// SPDX-License-Identifier: Apache-2.0

/// What happens to a download.
enum DownloadEvent: Sendable {
  /// The mirror's answer began, with its HTTP status.
  case status(Int)
  /// Some of the file arrived.
  case bytes([UInt8])
  /// Nothing more will come; with a message, because of a failure.
  case end(String?)
}

/// A request under way to one mirror.
protocol DownloadTransport {
  /// The next event; nil if none comes within so many seconds.
  func next(within seconds: Double) -> DownloadEvent?

  /// Ends the request, wherever it is; the caller does not wait for that.
  func stop()
}
