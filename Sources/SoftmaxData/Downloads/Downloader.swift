// SPDX-License-Identifier: Apache-2.0
import Foundation
package import SoftmaxCore

/// A function that is called as bytes of a file arrive, with the name of the file, the number of bytes
/// received so far and the number of bytes expected.
public typealias DownloadProgress = (
  _ file: String, _ receivedBytes: Int, _ totalBytes: Int
) -> Void

/// A downloader that fetches each file from the first of several mirrors that provides it correctly.
///
/// A file is written under its name only after all of it has arrived with the expected SHA-256. An
/// existing correct file is not fetched again. One file is fetched at a time.
package struct Downloader: Sendable {
  /// The addresses (http or https) of the mirrors, tried in this order; the name of a file is appended to
  /// them.
  package let mirrors: [String]
  /// The maximum time in seconds that a mirror may send nothing.
  package let idleSeconds: Double
  /// The maximum time in seconds to fetch one file from one mirror.
  package let totalSeconds: Double

  /// Creates a downloader.
  package init(mirrors: [String], idleSeconds: Double = 30, totalSeconds: Double = 1_800) {
    self.mirrors = mirrors
    self.idleSeconds = idleSeconds
    self.totalSeconds = totalSeconds
  }

  /// Fetches the files that a folder lacks, and creates the folder if necessary.
  ///
  /// The call blocks until all files are fetched; `progress` is called on the calling thread.
  ///
  /// - Throws: for a file that no mirror provides, `checksumMismatch` if every mirror sent a wrong one, else
  ///   `networkFailure`, also if there is no mirror; the message lists the failures of all mirrors.
  ///   `ioFailure` if the folder or a file cannot be read or written; `invalidArgument` for a folder whose
  ///   path is empty or contains NUL.
  package func fetch(
    _ files: [RemoteFile], into folder: String, progress: DownloadProgress? = nil
  ) throws(SoftmaxError) {
    try SystemFailure.validate(path: folder)
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw SoftmaxError(
        .ioFailure, "the folder could not be made", remedy: "name one that you may write to",
        at: .file(path: folder, offset: nil), cause: SystemFailure(beneath: error))
    }
    for file in files {
      try fetch(file, to: FolderPath.join(folder, file.name), progress: progress)
    }
  }

  private func fetch(
    _ file: RemoteFile, to path: String, progress: DownloadProgress?
  ) throws(SoftmaxError) {
    if try Self.isThere(file, at: path) { return }
    var failures: [SoftmaxError] = []
    for mirror in mirrors {
      do throws(SoftmaxError) {
        return try fetch(file, from: mirror, to: path, progress: progress)
      } catch {
        // Other errors, such as a full disk, would recur with the next mirror.
        guard error.code == .networkFailure || error.code == .checksumMismatch else { throw error }
        failures.append(error)
      }
    }
    let onlyWrong = !failures.isEmpty && failures.allSatisfy { $0.code == .checksumMismatch }
    let tried = failures.map(\.message).joined(separator: "; ")
    throw SoftmaxError(
      onlyWrong ? .checksumMismatch : .networkFailure,
      "could not be fetched: " + (failures.isEmpty ? "no mirror is known" : tried),
      remedy: "try again later, or put the file there by hand",
      at: .file(path: path, offset: nil))
  }

  private static func isThere(_ file: RemoteFile, at path: String) throws(SoftmaxError) -> Bool {
    guard FileKind(path) == .regular else { return false }
    var source = try ByteSource(path: path)
    guard source.byteCount == file.byteCount else { return false }
    return try SHA256.hexDigest(of: &source) == file.sha256
  }

  private func fetch(
    _ file: RemoteFile, from mirror: String, to path: String, progress: DownloadProgress?
  ) throws(SoftmaxError) {
    let address = mirror.hasSuffix("/") ? mirror + file.name : mirror + "/" + file.name
    guard let url = URL(string: address), let host = url.host(), !host.isEmpty,
      ["http", "https"].contains(url.scheme?.lowercased())
    else { throw Self.failure(address, "is no address of http or https") }
    let download = SessionDownload(url, limit: file.byteCount, idleSeconds: idleSeconds)
    defer { download.stop() }
    let destination = try AtomicFile(replacing: path)
    let digest = try receive(file, from: address, by: download) {
      (bytes, received) throws(SoftmaxError) in
      try destination.write(bytes)
      progress?(file.name, received, file.byteCount)
    }
    guard digest == file.sha256 else {
      throw SoftmaxError(
        .checksumMismatch, "\(address): its SHA-256 is \(digest), expected \(file.sha256)")
    }
    do throws(SoftmaxError) {
      try destination.commit()
    } catch  where error.cause as? AtomicWriteFailure == .durabilityUncertain {
      // A file that a power failure takes is fetched again.
    }
  }

  /// Passes the received bytes to `handOn` and returns their SHA-256.
  ///
  /// - Throws: `networkFailure` unless exactly the expected number of bytes arrives in time.
  private func receive(
    _ file: RemoteFile, from address: String, by download: SessionDownload,
    handOn: ([UInt8], Int) throws(SoftmaxError) -> Void
  ) throws(SoftmaxError) -> String {
    let deadline = ContinuousClock.now + .seconds(totalSeconds)
    var hash = SHA256()
    var received = 0
    while true {
      guard ContinuousClock.now < deadline else {
        throw Self.failure(address, "took more than \(totalSeconds) seconds")
      }
      switch download.next(within: idleSeconds) {
      case nil:
        throw Self.failure(address, "nothing came for \(idleSeconds) seconds")
      case .status(let status):
        guard status == 200 else { throw Self.failure(address, "HTTP status \(status)") }
      case .announced(let count):
        guard count <= file.byteCount else {
          throw Self.failure(
            address, "announces \(count) bytes, more than the \(file.byteCount) bytes expected")
        }
      case .bytes(let bytes):
        received += bytes.count
        guard received <= file.byteCount else {
          throw Self.failure(address, "sends more than the \(file.byteCount) bytes expected")
        }
        hash.update(bytes)
        try handOn(bytes, received)
      case .end(let message?):
        throw Self.failure(
          address, "\(message), after \(received) of \(file.byteCount) bytes")
      case .end(nil):
        guard received == file.byteCount else {
          throw Self.failure(address, "sent \(received) bytes, expected \(file.byteCount)")
        }
        return hash.hexDigest()
      }
    }
  }

  private static func failure(_ address: String, _ message: String) -> SoftmaxError {
    SoftmaxError(.networkFailure, "\(address): \(message)")
  }
}
