// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxTestSupport
import Testing

@Suite struct InterruptionTests {
  let bench: Workbench
  init() throws { bench = try Workbench() }

  @Test func controlCEndsATrainingThatSavesNothing() throws {
    let process = Process()
    let errors = Pipe()
    process.executableURL = BuiltCommand.url
    process.arguments = ["train", "digits", "--epochs", "1000000"]
    process.currentDirectoryURL = bench.folder.url
    process.standardOutput = FileHandle.nullDevice
    process.standardError = errors
    try process.run()
    var text = ""
    while !text.contains("Epoch 1/") {
      let data = errors.fileHandleForReading.availableData
      guard !data.isEmpty else { break }
      text += String(decoding: data, as: UTF8.self)
    }
    process.interrupt()
    // Read on until the end, or a full pipe would hold it up.
    text += String(decoding: try errors.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit)
    #expect(process.terminationStatus == 130)
    #expect(text.hasSuffix("interrupted: training stopped, nothing was saved\n"))
    #expect(!bench.exists("model.safetensors"))
  }
}
