// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// An HTTP server on a free port of this machine that answers as a test tells it to.
///
/// ```swift
/// let server = try LocalServer(["/hello": .file(Array("hello".utf8))])
/// defer { server.stop() }
/// fetch(server.address + "hello")
/// ```
public final class LocalServer: Sendable {
  /// What is answered to the request for a path; other paths get status 404.
  public enum Reply: Sendable {
    /// The whole file with its length.
    case file([UInt8])
    /// A file whose announced length is greater than what comes.
    case cutOff([UInt8], announced: Int)
    /// A file whose length is not announced.
    case withoutLength([UInt8])
    /// Only a status.
    case status(Int)
    /// Zeros, as fast as they are taken, until the client hangs up.
    case endless
    /// Zeros until the client hangs up, with a pause now and then.
    case endlessWithPauses
    /// These bytes in the place of an answer, header and all.
    case raw([UInt8])
    /// Nothing at all, without hanging up.
    case silent
  }

  private struct State {
    var stopped = false
    var requests: [String] = []
  }

  private final class Shared: Sendable {
    let state = Mutex(State())
    let replies: [String: Reply]
    init(replies: [String: Reply]) { self.replies = replies }
    var isStopped: Bool { state.withLock { $0.stopped } }
  }

  private let shared: Shared
  private let port: UInt16

  /// Starts to listen.
  public init(_ replies: [String: Reply]) throws {
    #if canImport(Glibc)
      let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    #else
      let descriptor = socket(AF_INET, SOCK_STREAM, 0)
    #endif
    guard descriptor >= 0 else { throw Self.failure }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(UInt32(0x7f00_0001).bigEndian)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        guard unsafe bind(descriptor, generic, length) == 0, listen(descriptor, 16) == 0 else {
          return Int32(-1)
        }
        return unsafe getsockname(descriptor, generic, &length)
      }
    }
    guard code == 0 else {
      let error = Self.failure
      close(descriptor)
      throw error
    }
    port = UInt16(bigEndian: address.sin_port)
    let shared = Shared(replies: replies)
    self.shared = shared
    Thread.detachNewThread { Self.serve(descriptor, shared) }
  }

  deinit { stop() }

  /// What the server's paths are appended to, with a slash at its end.
  public var address: String { "http://127.0.0.1:\(port)/" }

  /// The paths that were asked for so far.
  public var requests: [String] { shared.state.withLock { $0.requests } }

  /// Hangs up and listens no more.
  public func stop() { shared.state.withLock { $0.stopped = true } }

  private static var failure: POSIXError { POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }

  private static func serve(_ descriptor: Int32, _ shared: Shared) {
    defer { close(descriptor) }
    while !shared.isStopped {
      guard waits(descriptor) else { continue }
      let connection = accept(descriptor, nil, nil)
      guard connection >= 0 else { continue }
      #if canImport(Darwin)
        var on: Int32 = 1
        unsafe setsockopt(
          connection, SOL_SOCKET, SO_NOSIGPIPE, &on, socklen_t(MemoryLayout<Int32>.size))
      #endif
      Thread.detachNewThread {
        answer(connection, shared)
        close(connection)
      }
    }
  }

  /// Whether there is something to read within 20 milliseconds.
  private static func waits(_ descriptor: Int32) -> Bool {
    var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return unsafe poll(&request, 1, 20) > 0
  }

  private static func answer(_ connection: Int32, _ shared: Shared) {
    guard let path = requestedPath(connection, shared) else { return }
    shared.state.withLock { $0.requests.append(path) }
    switch shared.replies[path] ?? .status(404) {
    case .file(let bytes):
      send(header(200, "Content-Length: \(bytes.count)\r\n") + bytes, to: connection)
    case .cutOff(let bytes, let announced):
      send(header(200, "Content-Length: \(announced)\r\n") + bytes, to: connection)
    case .withoutLength(let bytes):
      send(header(200, "") + bytes, to: connection)
    case .status(let status):
      send(header(status, "Content-Length: 0\r\n"), to: connection)
    case .endless:
      send(header(200, ""), to: connection)
      while !shared.isStopped, send([UInt8](repeating: 0, count: 1 << 14), to: connection) {}
    case .endlessWithPauses:
      send(header(200, ""), to: connection)
      while !shared.isStopped, send([UInt8](repeating: 0, count: 1 << 14), to: connection) {
        _ = usleep(1_000)
      }
    case .raw(let bytes):
      send(bytes, to: connection)
    case .silent:
      while !shared.isStopped { _ = usleep(20_000) }
    }
  }

  private static func header(_ status: Int, _ length: String) -> [UInt8] {
    Array("HTTP/1.1 \(status) Test\r\nConnection: close\r\n\(length)\r\n".utf8)
  }

  /// Reads the request up to its empty line and returns the path in its first.
  private static func requestedPath(_ connection: Int32, _ shared: Shared) -> String? {
    var request: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4_096)
    while !request.suffix(4).elementsEqual("\r\n\r\n".utf8) {
      guard !shared.isStopped, request.count < 1 << 16 else { return nil }
      guard waits(connection) else { continue }
      let count = unsafe recv(connection, &buffer, buffer.count, 0)
      guard count > 0 else { return nil }
      request += buffer[..<count]
    }
    let words = String(decoding: request, as: UTF8.self).split(separator: " ")
    return words.count > 1 ? String(words[1]) : nil
  }

  /// Sends everything; false if the client hung up.
  @discardableResult
  private static func send(_ bytes: [UInt8], to connection: Int32) -> Bool {
    #if canImport(Darwin)
      let flags: Int32 = 0
    #else
      let flags = Int32(MSG_NOSIGNAL)
    #endif
    var sent = 0
    while sent < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { buffer in
        unsafe systemSend(
          connection, buffer.baseAddress?.advanced(by: sent), buffer.count - sent, flags)
      }
      guard count > 0 else { return false }
      sent += count
    }
    return true
  }
}

// Within the type the method's name hides the system's.
private func systemSend(
  _ connection: Int32, _ start: UnsafeRawPointer?, _ count: Int, _ flags: Int32
) -> Int {
  unsafe send(connection, start, count, flags)
}
