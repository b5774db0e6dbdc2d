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

  @Test func aLogThatDoesNotFitOnTheDiskDoesNotCostTheModel() throws {
    // A limit on the size of files stands for a full disk: the model is smaller than the log. It would
    // hold for a file of messages too.
    let outcome = try shell(
      """
      awk 'BEGIN { for (i = 0; i < 60; i++) print i % 7 "," i % 3 }' > t.csv
      { ulimit -f 16; "$0" train t.csv --no-header --epochs 400 --csv-log log -o m.st; \\
        echo "status $?" >&2; } 2>&1 >/dev/null | grep -v Epoch >&2
      """)
    #expect(outcome.errors.hasSuffix("status 0\n"), "\(outcome.errors)")
    #expect(outcome.errors.matches(of: /warning: log: the log could not be written/).count == 1)
    #expect(bench.exists("m.st"))
    let lines = try String(contentsOfFile: bench.folder.path("log"), encoding: .utf8)
      .split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.last?.isEmpty == true)
    #expect(lines.dropLast().allSatisfy { $0.split(separator: ",").count == 3 })
  }

  @Test func aFileThatOnlyLooksTemporaryIsKept() throws {
    try bench.write(Array("precious".utf8), to: ".m.st.2024.12")
    try bench.train("--output", "m.st")
    #expect(bench.exists(".m.st.2024.12"))
  }

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
