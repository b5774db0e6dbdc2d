// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxCore
import SoftmaxTestSupport
import Testing

@testable import SoftmaxData

@Suite struct LogFileTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func open(_ name: String) throws(SoftmaxError) -> LogFile {
    try LogFile(folder.path(name), beginningWith: "epoch,")
  }

  private func text(_ name: String) throws -> String {
    try String(contentsOfFile: folder.path(name), encoding: .utf8)
  }

  @Test func anOlderLogIsWrittenOver() throws {
    try folder.write(Array("epoch,a\n0,1\n1,2\n2,3\n".utf8), to: "log")
    let log = try open("log")
    #expect(try text("log") == "epoch,a\n0,1\n1,2\n2,3\n")
    try log.append("epoch,b\n")
    try log.append("0,5\n")
    #expect(try text("log") == "epoch,b\n0,5\n")
  }

  @Test func whatIsNoLogIsLeftAlone() throws {
    for content in ["precious", "epoch", "\n"] {
      try folder.write(Array(content.utf8), to: "file")
      let error = error { () throws(SoftmaxError) in _ = try open("file") }
      #expect(error?.code == .invalidArgument)
      #expect(try text("file") == content)
    }
    try #require(unsafe mkfifo(folder.path("pipe"), 0o600) == 0)
    for name in ["pipe", ".", "nowhere/log"] {
      let error = error { () throws(SoftmaxError) in _ = try open(name) }
      #expect([.ioFailure, .notFound].contains(error?.code), "\(name)")
    }
  }

  @Test func aLogHasOneWriterAtATime() throws {
    var first: LogFile? = try open("log")
    try first?.append("epoch,a\n")
    let refused = error { () throws(SoftmaxError) in _ = try open("log") }
    #expect(refused?.code == .invalidArgument)
    #expect(refused?.message.contains("training that runs") == true)
    #expect(try text("log") == "epoch,a\n")
    first = nil
    try open("log").append("epoch,b\n")
    #expect(try text("log") == "epoch,b\n")
  }

  // The limit on the size of files stands for a full disk; it holds for a whole process.
  private static func limit(_ bytes: rlim_t) throws {
    signal(SIGXFSZ, SIG_IGN)
    var limit = rlimit(rlim_cur: bytes, rlim_max: 1_000)
    #if canImport(Glibc)
      try #require(unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
    #else
      try #require(unsafe setrlimit(RLIMIT_FSIZE, &limit) == 0)
    #endif
  }

  @Test func anOlderLogStaysUntilThereIsRoomForALine() async {
    await #expect(processExitsWith: .success) {
      let folder = try TemporaryFolder()
      let older = "epoch,loss\n0,0.5\n1,0.25\n"
      try folder.write(Array(older.utf8), to: "log")
      let log = try LogFile(folder.path("log"), beginningWith: "epoch,")
      // Of the line that fails nothing is written, then a part.
      for bytes in [0, 10] as [rlim_t] {
        try LogFileTests.limit(bytes)
        let failure = error { () throws(SoftmaxError) in try log.append("epoch,accuracy\n") }
        try #require(failure?.code == .ioFailure)
        try #require(try String(contentsOfFile: folder.path("log"), encoding: .utf8) == older)
      }
      try LogFileTests.limit(1_000)
      try log.append("epoch,accuracy\n")
      try #require(
        try String(contentsOfFile: folder.path("log"), encoding: .utf8) == "epoch,accuracy\n")
    }
  }

  @Test func ofALineThatDoesNotFitNothingStays() async {
    await #expect(processExitsWith: .success) {
      let folder = try TemporaryFolder()
      let log = try LogFile(folder.path("log"), beginningWith: "epoch,")
      try log.append("epoch,loss\n")
      try LogFileTests.limit(20)
      let failure = error { () throws(SoftmaxError) in
        try log.append("0,0.123456789012345\n")
      }
      try #require(failure?.code == .ioFailure)
      try #require(
        try String(contentsOfFile: folder.path("log"), encoding: .utf8) == "epoch,loss\n")
      try LogFileTests.limit(1_000)
      try log.append("1,0.5\n")
      try #require(
        try String(contentsOfFile: folder.path("log"), encoding: .utf8) == "epoch,loss\n1,0.5\n")
    }
  }
}
