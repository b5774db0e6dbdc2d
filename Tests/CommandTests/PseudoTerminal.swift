// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxTestSupport

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A terminal of the kernel's, with nobody in front of it.
enum PseudoTerminal {
  /// Runs the command with both of its streams on a terminal and returns all that it wrote.
  static func run(
    _ arguments: [String], columns: Int, environment: [String: String], in directory: URL
  ) throws -> String {
    var master: Int32 = -1
    var end: Int32 = -1
    var size = winsize(ws_row: 24, ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    guard unsafe openpty(&master, &end, nil, nil, &size) == 0 else {
      throw CocoaError(.fileReadUnknown)
    }
    let process = Process()
    process.executableURL = BuiltCommand.url
    process.arguments = arguments
    process.currentDirectoryURL = directory
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let stream = FileHandle(fileDescriptor: end, closeOnDealloc: true)
    process.standardOutput = stream
    process.standardError = stream
    try process.run()
    try stream.close()

    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      // Linux says with an error, others with the end of the file that nobody writes any more.
      let count = unsafe read(master, &buffer, buffer.count)
      guard count > 0 else { break }
      bytes += buffer[..<count]
    }
    close(master)
    process.waitUntilExit()
    // The kernel writes CR LF for LF, as terminals want it.
    return String(decoding: bytes, as: UTF8.self).replacing("\r\n", with: "\n")
  }
}
