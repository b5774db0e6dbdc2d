// SPDX-License-Identifier: Apache-2.0
import Foundation

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A request over plain HTTP/1.1, read at the pace of its caller.
///
/// Foundation's loading system takes in whatever a server sends, as fast as it
/// sends it, and on Linux cannot even be stopped by a sender that never pauses:
/// over an unprotected line anybody on the way could fill the memory. Here
/// nothing is read that was not asked for. It knows files with or without an
/// announced length, and neither redirections nor chunks, which mirrors of files
/// have no need of.
final class PlainDownload: DownloadTransport {
  private enum Phase {
    case unconnected
    case header
    // With the bytes that are still to come, where the length was announced.
    case body(Int?)
    case ended
  }

  private static let greatestHeaderByteCount = 1 << 14

  private let host: String
  private let port: Int
  private let request: [UInt8]
  private var phase = Phase.unconnected
  private var descriptor: Int32 = -1
  // What arrived behind the header's end.
  private var pending: [UInt8] = []

  /// Prepares a request; nil if the address is none that can be asked for.
  init?(_ url: URL) {
    guard let host = url.host(percentEncoded: false), !host.isEmpty else { return nil }
    let path = url.path(percentEncoded: true)
    let target =
      (path.isEmpty ? "/" : path) + (url.query(percentEncoded: true).map { "?" + $0 } ?? "")
    let port = url.port ?? 80
    // Nothing in the address may begin a line of its own.
    guard (host + target).utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }), (1...65_535).contains(port)
    else { return nil }
    self.host = host
    self.port = port
    let name = host.contains(":") ? "[\(host)]" : host
    request = Array(
      """
      GET \(target) HTTP/1.1\r
      Host: \(name)\(port == 80 ? "" : ":\(port)")\r
      User-Agent: swift-softmax\r
      Accept: */*\r
      Accept-Encoding: identity\r
      Connection: close\r
      \r

      """.utf8)
  }

  deinit { stop() }

  func stop() {
    phase = .ended
    if descriptor >= 0 { close(descriptor) }
    descriptor = -1
  }

  func next(within seconds: Double) -> DownloadEvent? {
    let deadline = ContinuousClock.now + .seconds(seconds)
    switch phase {
    case .unconnected:
      if let failure = connect(until: deadline) { return end(failure) }
      phase = .header
      return header(until: deadline)
    case .header:
      return header(until: deadline)
    case .body(0):
      return end(nil)
    case .body(let rest):
      return body(rest, until: deadline)
    case .ended:
      return .end(nil)
    }
  }

  private func end(_ message: String?) -> DownloadEvent {
    stop()
    return .end(message)
  }

  /// Finds the host, connects and sends the request; returns what failed.
  private func connect(until deadline: ContinuousClock.Instant) -> String? {
    var hints = unsafe addrinfo()
    unsafe hints.ai_family = AF_UNSPEC
    #if canImport(Glibc)
      unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    #else
      unsafe hints.ai_socktype = SOCK_STREAM
    #endif
    var list: UnsafeMutablePointer<addrinfo>?
    let code = unsafe getaddrinfo(host, "\(port)", &hints, &list)
    guard code == 0 else { return unsafe String(cString: gai_strerror(code)) }
    defer { unsafe freeaddrinfo(list) }
    var failure = "no address"
    var candidate = unsafe list
    while let address = unsafe candidate {
      guard let message = unsafe connect(to: address.pointee, until: deadline) else {
        return send(until: deadline)
      }
      failure = message
      unsafe candidate = address.pointee.ai_next
    }
    return failure
  }

  private func connect(
    to address: addrinfo, until deadline: ContinuousClock.Instant
  ) -> String? {
    if descriptor >= 0 { close(descriptor) }
    descriptor = unsafe socket(address.ai_family, address.ai_socktype, address.ai_protocol)
    guard descriptor >= 0 else { return SystemFailure(number: errno).description }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    guard fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0 else {
      return SystemFailure(number: errno).description
    }
    #if canImport(Darwin)
      var on: Int32 = 1
      unsafe setsockopt(
        descriptor, SOL_SOCKET, SO_NOSIGPIPE, &on, socklen_t(MemoryLayout<Int32>.size))
    #endif
    if unsafe systemConnect(descriptor, address.ai_addr, address.ai_addrlen) == 0 { return nil }
    guard errno == EINPROGRESS else { return SystemFailure(number: errno).description }
    guard isReady(Int16(POLLOUT), until: deadline) else { return "no connection in time" }
    var number: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    guard unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &number, &length) == 0, number == 0
    else { return SystemFailure(number: number).description }
    return nil
  }

  private func send(until deadline: ContinuousClock.Instant) -> String? {
    #if canImport(Darwin)
      let flags: Int32 = 0
    #else
      let flags = Int32(MSG_NOSIGNAL)
    #endif
    var sent = 0
    while sent < request.count {
      guard isReady(Int16(POLLOUT), until: deadline) else { return "the request was not taken" }
      let count = unsafe request[sent...].withUnsafeBytes { bytes in
        unsafe systemSend(descriptor, bytes.baseAddress, bytes.count, flags)
      }
      guard count > 0 || errno == EAGAIN || errno == EINTR else {
        return SystemFailure(number: errno).description
      }
      sent += max(0, count)
    }
    return nil
  }

  /// Whether reading or writing will do something, a failure included, before the time is up.
  private func isReady(_ events: Int16, until deadline: ContinuousClock.Instant) -> Bool {
    while true {
      let left = (deadline - ContinuousClock.now) / .milliseconds(1)
      guard left > 0 else { return false }
      var request = pollfd(fd: descriptor, events: events, revents: 0)
      let count = unsafe poll(&request, 1, Int32(clamping: Int(min(left.rounded(.up), 1e9))))
      if count > 0 { return true }
      if count < 0, errno != EINTR { return true }
    }
  }

  private enum Arrival {
    case bytes([UInt8])
    case close
    case failure(String)
    case nothing
  }

  private func receive(until deadline: ContinuousClock.Instant) -> Arrival {
    while isReady(Int16(POLLIN), until: deadline) {
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
      if count > 0 { return .bytes(Array(buffer[..<count])) }
      if count == 0 { return .close }
      guard errno == EAGAIN || errno == EINTR else {
        return .failure(SystemFailure(number: errno).description)
      }
    }
    return .nothing
  }

  private func header(until deadline: ContinuousClock.Instant) -> DownloadEvent? {
    let mark = Array("\r\n\r\n".utf8)
    while pending.count < Self.greatestHeaderByteCount {
      switch receive(until: deadline) {
      case .nothing: return nil
      case .close: return end("the connection was closed before an answer came")
      case .failure(let message): return end(message)
      case .bytes(let bytes):
        pending += bytes
        let limit = min(pending.count, Self.greatestHeaderByteCount)
        for start in 0..<max(0, limit - 3) where pending[start..<start + 4].elementsEqual(mark) {
          let text = String(decoding: pending[..<start], as: UTF8.self)
          pending.removeFirst(start + 4)
          return answer(text)
        }
      }
    }
    return end("the answer's header is longer than \(Self.greatestHeaderByteCount) bytes")
  }

  /// Reads the lines of the header: RFC 9112, sections 4 and 6.3.
  private func answer(_ header: String) -> DownloadEvent {
    let lines = header.split(separator: "\r\n", omittingEmptySubsequences: false)
    let words = lines[0].split(separator: " ", maxSplits: 2)
    guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]) else {
      return end("the answer is none of HTTP")
    }
    var length: Int?
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      let value = parts.count == 2 ? parts[1].trimmingPrefix(while: \.isWhitespace) : ""
      switch parts[0].lowercased() {
      case "content-length":
        guard let announced = Int(value), announced >= 0, length == nil || length == announced
        else { return end("the length of the file is not clear") }
        length = announced
      case "transfer-encoding", "content-encoding":
        guard value.lowercased() == "identity" else { return end("the file comes as \(value)") }
      default: break
      }
    }
    phase = .body(length)
    return .status(status)
  }

  private func body(_ rest: Int?, until deadline: ContinuousClock.Instant) -> DownloadEvent? {
    var arrival = Arrival.bytes(pending)
    if pending.isEmpty { arrival = receive(until: deadline) }
    pending = []
    switch arrival {
    case .nothing: return nil
    case .failure(let message): return end(message)
    case .close: return end(rest == nil ? nil : "the connection was closed")
    case .bytes(let bytes):
      // What follows the announced length is not part of the file.
      let taken = Array(bytes.prefix(rest ?? .max))
      phase = .body(rest.map { $0 - taken.count })
      return .bytes(taken)
    }
  }
}

// Within the type the methods' names hide the system's.
private func systemConnect(
  _ descriptor: Int32, _ address: UnsafePointer<sockaddr>?, _ length: socklen_t
) -> Int32 {
  unsafe connect(descriptor, address, length)
}

private func systemSend(
  _ descriptor: Int32, _ start: UnsafeRawPointer?, _ count: Int, _ flags: Int32
) -> Int {
  unsafe send(descriptor, start, count, flags)
}
