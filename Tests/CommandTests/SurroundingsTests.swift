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

  @Test func aTableCanComeThroughAPipe() throws {
    try bench.write(Array("u,v,y\n1,2,x\n-1,3,z\n2,1,x\n-2,0,z\n".utf8), to: "train.csv")
    try bench.write(Array("u,v\n3,1\n-3,1\n".utf8), to: "new.csv")
    let training = "train train.csv --model linear --epochs 60 --learning-rate 0.5 --quiet"
    #expect(try shell("\"$0\" \(training)").exitCode == 0)
    let expected = try shell("\"$0\" predict model.safetensors new.csv").output
    #expect(expected.contains("row 0  x") && expected.contains("row 1  z"))
    for script in [
      "cat new.csv | \"$0\" predict model.safetensors -",
      "cat new.csv | \"$0\" predict model.safetensors /dev/stdin",
      "\"$0\" predict model.safetensors - < new.csv",
      "gzip -c new.csv | \"$0\" predict model.safetensors -",
      "mkfifo fifo; cat new.csv > fifo & sleep 1; \"$0\" predict model.safetensors fifo",
      "printf '\\n{\"u\":3,\"v\":1}\\n{\"v\":1,\"u\":-3}\\n' | \"$0\" predict model.safetensors -",
      "printf '{\"v\":1,\"u\":3}\\n{\"u\":-3,\"v\":1}' | gzip | \"$0\" predict model.safetensors -",
    ] {
      let outcome = try shell(script)
      #expect(outcome.output == expected, "\(script): \(outcome.errors)")
    }
    let piped = "cat train.csv | \"$0\" train - --model linear --epochs 60 --learning-rate 0.5"
    let trained = try shell("mv model.safetensors before; \(piped)")
    #expect(trained.errors.contains("standard input: read as comma, header, 4 rows"))
    let weights = try ["before", "model.safetensors"].map { name in
      try bench.run("inspect", name, "--json").objects().first?["weights_sha256"] as? String
    }
    #expect(weights[0] == weights[1])
    for command in ["evaluate model.safetensors -", "predict model.safetensors -"] {
      let outcome = try shell("cat train.csv | \"$0\" \(command)")
      #expect(outcome.exitCode == 0)
      #expect(outcome.errors.hasPrefix("standard input: read as"), "\(outcome.errors)")
    }
    for command in ["inspect -", "inspect - --pass"] {
      let outcome = try shell("cat train.csv | \"$0\" \(command)")
      #expect(outcome.exitCode == 0)
      #expect(outcome.output.contains("standard input"))
      let words = outcome.output.split(whereSeparator: \.isWhitespace)
      #expect(!words.contains("-"), "\(outcome.output)")
    }
    let missing = try shell("cat train.csv | \"$0\" inspect - --show 9")
    #expect(missing.errors.contains("there is no row 9 in standard input"), "\(missing.errors)")
  }

  @Test func aPipeWithoutATableIsAnErrorOfOneLine() throws {
    for (script, message) in [
      ("printf '' | \"$0\" inspect -", "error: standard input: is empty"),
      ("\"$0\" inspect - < /dev/zero", "error: standard input: is a device"),
      ("printf '1,2,x\\n3,y\\n' | \"$0\" inspect -", "error: standard input: line 2: has 2 cells"),
    ] {
      let outcome = try shell(script)
      #expect(outcome.exitCode == 1)
      #expect(outcome.errors.hasPrefix(message), "\(outcome.errors)")
      #expect(outcome.errors.split(separator: "\n").count == 1)
    }
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
