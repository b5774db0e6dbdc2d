// SPDX-License-Identifier: Apache-2.0
import Foundation
import SoftmaxKit
import SoftmaxTestSupport
import Testing

@Suite struct ArrayInteropTests {
  static let python = ProcessInfo.processInfo.environment["SOFTMAX_PYTHON"] ?? ""

  @Test(
    .enabled(if: !python.isEmpty, "SOFTMAX_PYTHON must name a Python with NumPy"),
    arguments: [false, true], [false, true])
  func numPyReadsBackEveryArrayBitForBit(compressed: Bool, wide: Bool) throws {
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent()
    let golden = tests.appendingPathComponent("DataTests/Golden/arrays.npz").path
    let folder = try TemporaryFolder()
    let archive = try NPZArchive(golden)
    let arrays = try archive.names.map { (name: $0, array: try archive.array($0)) }
    // Wide: with the 64-bit records of archives beyond 4 GiB.
    try NPZArchive.write(
      arrays, to: folder.path("ours.npz"), compressed: compressed,
      leastWideByteCount: wide ? 1 : .max)
    for (name, array) in arrays { try array.write(to: folder.path(name + ".npy")) }
    let script = tests.appendingPathComponent("interop/read-arrays.py").path
    let outcome = try BuiltCommand.run(
      URL(fileURLWithPath: Self.python), [script, golden, folder.path("ours.npz"), folder.path])
    #expect(outcome.exitCode == 0, "\(outcome.output)\(outcome.errors)")
    #expect(outcome.output == "\(arrays.count) arrays agree\n")
  }
}
