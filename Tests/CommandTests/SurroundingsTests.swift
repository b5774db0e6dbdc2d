// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxTestSupport
import Testing

/// What a shell can do to a process: close its streams, set limits.
@Suite struct SurroundingsTests {
  let bench: Workbench
  init() throws { bench = try Workbench() }

  // The command is "$0" in the script.
  private func shell(_ script: String) throws -> BuiltCommand.Outcome {
    try BuiltCommand.run(
      URL(fileURLWithPath: "/bin/sh"), ["-c", script, BuiltCommand.url.path],
      in: bench.folder.url)
  }

  @Test(arguments: ["<&-", "2>&-", "<&- 2>&-"])
  func closedStreamsDoNotChangeTheModel(_ closing: String) throws {
    try bench.train("--output", "expected")
    #expect(try shell("\"$0\" train digits --epochs 1 --output m \(closing)").exitCode == 0)
    #expect(
      FileManager.default.contentsEqual(
        atPath: bench.folder.path("m"), andPath: bench.folder.path("expected")))
  }

  @Test(arguments: [">&-", "<&- >&-"])
  func aResultThatNobodyCanGetIsAnError(_ closing: String) throws {
    let outcome = try shell("\"$0\" data list \(closing)")
    #expect(outcome.exitCode == 1)
    #expect(outcome.errors.hasPrefix("error: cannot write to standard output"))
  }

  @Test func aLimitOnTheSizeOfFilesIsAnErrorThatLeavesNoModel() throws {
    let outcome = try shell("ulimit -f 8; \"$0\" train digits --epochs 1 --quiet")
    #expect(outcome.exitCode == 1)
    #expect(outcome.errors.hasPrefix("error: model.safetensors: "))
    #expect(try bench.folder.names == [])
  }

  #if os(Linux)
    @Test func aNetworkBeyondTheLimitOnMemoryIsAnError() throws {
      for units in ["6000,6000", "4500,4500"] {
        let outcome = try shell(
          "ulimit -v 600000; \"$0\" train digits --quiet --epochs 1 --hidden \(units)")
        #expect(outcome.exitCode == 1)
        #expect(outcome.errors.contains("ulimit -v"))
        #expect(outcome.errors.contains("use fewer hidden units"))
      }
      #expect(try shell("ulimit -v 600000; \"$0\" train digits --epochs 1").exitCode == 0)
    }
  #endif

  @Test func aPipeIsNotWaitedFor() throws {
    try bench.train("--quiet")
    #expect(unsafe mkfifo(bench.folder.path("pipe"), 0o600) == 0)
    for arguments in [
      ["inspect", "pipe"], ["predict", "model.safetensors", "pipe"], ["inspect", "/dev/zero"],
      ["evaluate", "pipe", "digits"],
    ] {
      let outcome = try bench.run(arguments)
      #expect(outcome.exitCode == 1)
      #expect(outcome.errors.hasPrefix("error: "))
    }
  }
}
