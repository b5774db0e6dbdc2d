// SPDX-License-Identifier: Apache-2.0

public import Foundation

/// The command `softmax` as it was built with the tests.
public enum BuiltCommand {
  /// What a run of the command left behind.
  public struct Outcome: Sendable {
    /// The exit code; of a signal its negative number.
    public let exitCode: Int32
    /// What it wrote to standard output.
    public let output: String
    /// What it wrote to standard error.
    public let errors: String

    /// The objects of standard output, one a line.
    public func objects() throws -> [[String: Any]] {
      try output.split(separator: "\n").map {
        guard let object = try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
        else { throw CocoaError(.coderReadCorrupt) }
        return object
      }
    }
  }

  /// Where the command is: beside the tests' own program.
  public static var url: URL {
    // On Apple's systems the tests are a bundle in the build folder, elsewhere a program.
    let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }
    let program = bundle?.bundleURL ?? URL(fileURLWithPath: CommandLine.arguments[0])
    return program.deletingLastPathComponent().appendingPathComponent("softmax")
  }

  /// Runs the command to its end.
  ///
  /// - Parameters:
  ///   - arguments: what follows the command's name.
  ///   - environment: added to this process' environment.
  ///   - directory: where it runs.
  public static func run(
    _ arguments: [String], environment: [String: String] = [:], in directory: URL? = nil
  ) throws -> Outcome {
    try run(url, arguments, environment: environment, in: directory)
  }

  /// Runs another program to its end.
  public static func run(
    _ program: URL, _ arguments: [String], environment: [String: String] = [:],
    in directory: URL? = nil
  ) throws -> Outcome {
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    // Tests leave nothing in the user's cache.
    process.environment = ["SOFTMAX_CACHE": "off"]
      .merging(ProcessInfo.processInfo.environment) { $1 }.merging(environment) { $1 }
    if let directory { process.currentDirectoryURL = directory }
    process.standardInput = FileHandle.nullDevice
    // Files, not pipes: a pipe that nobody empties stops the writer.
    let folder = try TemporaryFolder()
    let outputURL = folder.url.appendingPathComponent("output")
    let errorURL = folder.url.appendingPathComponent("errors")
    for url in [outputURL, errorURL] { try Data().write(to: url) }
    let output = try FileHandle(forWritingTo: outputURL)
    let errors = try FileHandle(forWritingTo: errorURL)
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    process.waitUntilExit()
    try output.close()
    try errors.close()
    let sign: Int32 = process.terminationReason == .exit ? 1 : -1
    return Outcome(
      exitCode: sign * process.terminationStatus,
      output: String(decoding: try Data(contentsOf: outputURL), as: UTF8.self),
      errors: String(decoding: try Data(contentsOf: errorURL), as: UTF8.self))
  }
}
