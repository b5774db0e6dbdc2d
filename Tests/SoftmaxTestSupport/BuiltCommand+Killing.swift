// SPDX-License-Identifier: Apache-2.0

public import Foundation

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

extension BuiltCommand {
  /// Runs the command and kills it, as by `kill -9`, as soon as it is time to.
  ///
  /// - Parameter isTime: asked again and again; given the seconds since the start.
  /// - Returns: whether it was killed before it came to its end.
  public static func runAndKill(
    _ arguments: [String], in directory: URL, when isTime: (Double) -> Bool
  ) throws -> Bool {
    let process = Process()
    process.executableURL = url
    process.arguments = arguments
    process.currentDirectoryURL = directory
    process.environment = ["SOFTMAX_CACHE": "off"]
      .merging(ProcessInfo.processInfo.environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    let start = ContinuousClock.now
    try process.run()
    while process.isRunning, !isTime(start.duration(to: .now) / .seconds(1)) { usleep(100) }
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    return process.terminationReason == .uncaughtSignal
  }
}
