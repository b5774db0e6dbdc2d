// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxTestSupport
import Testing

// Requests for memory are counted by a library that is loaded before the C library, so on Linux
// alone, and with its debugging checks Swift asks for more: in release.
#if os(Linux) && canImport(Glibc)
  @Suite(.enabled(if: isRelease, "counts are those of optimised code"), .serialized)
  struct AllocationTests {
    /// The library, built into a folder by the toolchain's C compiler.
    private static func buildCounter(in folder: TemporaryFolder) throws -> String {
      let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("allocations/count.c").path
      let library = folder.path("count.so")
      let outcome = try BuiltCommand.run(
        URL(fileURLWithPath: "/usr/bin/env"),
        [ProcessInfo.processInfo.environment["CC"] ?? "clang", "-O2", "-shared", "-fPIC", source]
          + ["-o", library, "-ldl"])
      try #require(outcome.exitCode == 0, "\(outcome.errors)")
      return library
    }

    private func count(
      _ arguments: [String], batchSize: Int, with library: String, in folder: TemporaryFolder
    ) throws -> Int {
      let file = folder.path("count")
      let outcome = try BuiltCommand.run(
        ["train", "digits", "--epochs", "1", "--batch-size", "\(batchSize)", "--quiet", "--force"]
          + ["--json", "--output", folder.path("model.safetensors")] + arguments,
        environment: ["LD_PRELOAD": library, "COUNT_ALLOCATIONS": file])
      #expect(outcome.exitCode == 0, "\(outcome.errors)")
      let text = try String(contentsOfFile: file, encoding: .utf8)
      return try #require(Int(text.trimmingCharacters(in: .newlines)))
    }

    @Test(
      arguments: [
        ["--model", "linear"], ["--hidden", "128"], ["--hidden", "48,40"],
        ["--hidden", "128", "--optimizer", "sgd", "--learning-rate", "0.01", "--momentum", "0.9"],
        ["--hidden", "20"], ["--hidden", "64", "--dropout", "0.2", "--activation", "gelu"],
        ["--hidden", "64,20", "--batch-norm"],
      ], [1, 2])
    func stepsAskForNoMemory(arguments: [String], threads: Int) throws {
      let folder = try TemporaryFolder()
      let library = try Self.buildCounter(in: folder)
      // 1,437 rows: 45 steps, 719 and 1,437.
      let counts = try [32, 2, 1].map { batchSize in
        try count(
          arguments + ["--threads", "\(threads)"], batchSize: batchSize, with: library, in: folder)
      }
      print("\(arguments), \(threads) threads: requests for memory \(counts)")
      // How often the caller looks at the progress follows the clock; each look asks for a little. Where
      // another program takes a processor, one worker takes the steps over; the first time asks for memory.
      #expect(counts[1] - counts[0] < 150)
      #expect(counts[2] - counts[1] < 150)
    }
  }
#endif
