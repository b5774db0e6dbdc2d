// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Foundation
import SoftmaxTestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

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
    // Tests that run in the background ignore the signal, and so would the command.
    let action = signal(SIGINT, SIG_DFL)
    try process.run()
    signal(SIGINT, action)
    // A command that does not listen fails the test instead of keeping it waiting.
    DispatchQueue.global().asyncAfter(deadline: .now() + 120) { process.terminate() }
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

  // As a shell does for what runs in its background.
  @Test func whatWasIgnoredFromTheStartStaysIgnored() throws {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = [
      "-c", "trap '' INT; exec \"$0\" train digits --epochs 30 --json", BuiltCommand.url.path,
    ]
    process.currentDirectoryURL = bench.folder.url
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    var text = ""
    while !text.contains("\"epoch\":1,") {
      let data = output.fileHandleForReading.availableData
      guard !data.isEmpty else { break }
      text += String(decoding: data, as: UTF8.self)
    }
    process.interrupt()
    text += String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    #expect(text.contains("\"event\":\"result\""))
  }
}
