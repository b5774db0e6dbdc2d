// SPDX-License-Identifier: Apache-2.0
import Foundation
public import SoftmaxCore

/// Fetches files from the first of several mirrors that has them right.
///
/// A file appears under its name only when it is complete and has the expected
/// SHA-256. What is there and right is not fetched again. Plain http is read
/// piece by piece; https goes through Foundation, which knows TLS and proxies.
///
/// ```swift
/// let downloader = Downloader(mirrors: ["https://example.org/data/"])
/// try downloader.fetch(manifest, into: "/home/me/data")
/// ```
public struct Downloader: Sendable {
  /// Called as bytes arrive: the file's name, the bytes so far and the bytes expected in all.
  public typealias Progress = (_ file: String, _ receivedBytes: Int, _ totalBytes: Int) -> Void

  /// Where to look, in this order: addresses (http or https) that a file's name is appended to.
  public let mirrors: [String]
  /// The longest that a mirror may stay silent, in seconds.
  public let idleSeconds: Double
  /// The longest that one file may take from one mirror, in seconds.
  public let totalSeconds: Double
  // So that tests reach the way for https with a server that has no certificate.
  var usesFoundationForHTTP = false

  /// Creates a downloader.
  public init(mirrors: [String], idleSeconds: Double = 30, totalSeconds: Double = 1_800) {
    self.mirrors = mirrors
    self.idleSeconds = idleSeconds
    self.totalSeconds = totalSeconds
  }

  /// Fetches the files that a folder lacks, and makes the folder where needed.
  ///
  /// The calling thread waits, and is the one that `progress` is called on.
  ///
  /// - Throws: `networkFailure`, or `checksumMismatch` where only wrong files were to be had,
  ///   listing what was tried; `ioFailure` where the folder cannot be written.
  public func fetch(
    _ files: [RemoteFile], into folder: String, progress: Progress? = nil
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
      try fetch(file, to: IDXFolder.join(folder, file.name), progress: progress)
    }
  }

  private func fetch(
    _ file: RemoteFile, to path: String, progress: Progress?
  ) throws(SoftmaxError) {
    if try Self.isThere(file, at: path) { return }
    var failures: [SoftmaxError] = []
    for mirror in mirrors {
      do throws(SoftmaxError) {
        return try fetch(file, from: mirror, to: path, progress: progress)
      } catch {
        // Another mirror does not mend a full disk.
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
    _ file: RemoteFile, from mirror: String, to path: String, progress: Progress?
  ) throws(SoftmaxError) {
    let address = mirror.hasSuffix("/") ? mirror + file.name : mirror + "/" + file.name
    let transport = try transport(to: address, limit: file.byteCount)
    defer { transport.stop() }
    let destination = try AtomicFile(replacing: path)
    let digest = try receive(file, from: address, by: transport) {
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

  private func transport(
    to address: String, limit: Int
  ) throws(SoftmaxError) -> any DownloadTransport {
    if let url = URL(string: address) {
      let scheme = url.scheme?.lowercased()
      if scheme == "https" || scheme == "http" && usesFoundationForHTTP {
        return SessionDownload(url, limit: limit, idleSeconds: idleSeconds)
      }
      if scheme == "http", let transport = PlainDownload(url) { return transport }
    }
    throw Self.failure(address, "is no address of http or https")
  }

  /// Hands on what arrives and returns its SHA-256; exactly the expected number of bytes.
  private func receive(
    _ file: RemoteFile, from address: String, by transport: any DownloadTransport,
    handOn: ([UInt8], Int) throws(SoftmaxError) -> Void
  ) throws(SoftmaxError) -> String {
    let deadline = ContinuousClock.now + .seconds(totalSeconds)
    var hash = SHA256()
    var received = 0
    while true {
      guard ContinuousClock.now < deadline else {
        throw Self.failure(address, "took more than \(totalSeconds) seconds")
      }
      switch transport.next(within: idleSeconds) {
      case nil:
        throw Self.failure(address, "nothing came for \(idleSeconds) seconds")
      case .status(let status):
        guard status == 200 else { throw Self.failure(address, "HTTP status \(status)") }
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
