// SPDX-License-Identifier: Apache-2.0
import Foundation
import SoftmaxCore
import SoftmaxTestSupport
import Synchronization
import Testing

@testable import SoftmaxData

@Suite struct AtomicFileTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func replace(_ path: String, with bytes: [UInt8]) throws(SoftmaxError) {
    let file = try AtomicFile(replacing: path)
    try file.write(bytes)
    try file.commit()
  }

  private func content(_ name: String) throws -> [UInt8] {
    try Array(Data(contentsOf: URL(fileURLWithPath: folder.path(name))))
  }

  private func mode(_ name: String) -> mode_t? {
    var status = stat()
    return unsafe lstat(folder.path(name), &status) == 0 ? status.st_mode & 0o7777 : nil
  }

  @Test func aFileAppearsOnlyWhenCommitted() throws {
    try folder.write([1], to: "f")
    do {
      let file = try AtomicFile(replacing: folder.path("f"))
      try file.write([2, 3])
      #expect(try content("f") == [1])
      #expect(try folder.names.count == 2)
    }
    #expect(try content("f") == [1])
    #expect(try folder.names == ["f"])
    try replace(folder.path("f"), with: [2, 3])
    #expect(try content("f") == [2, 3])
    #expect(try folder.names == ["f"])
  }

  @Test func theModeOfTheOldFileIsKept() throws {
    try folder.write([1], to: "f")
    try #require(unsafe chmod(folder.path("f"), 0o640) == 0)
    try replace(folder.path("f"), with: [2])
    #expect(mode("f") == 0o640)
    try replace(folder.path("new"), with: [2])
    #expect((mode("new") ?? 0) & 0o600 == 0o600)
    #expect((mode("new") ?? 0) & 0o111 == 0)
  }

  @Test func aLinkStaysALink() throws {
    try folder.write([1], to: "deep/target")
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("link"), withDestinationPath: "deep/target")
    try replace(folder.path("link"), with: [2])
    #expect(try content("deep/target") == [2])
    #expect(
      try FileManager.default.destinationOfSymbolicLink(atPath: folder.path("link"))
        == "deep/target")
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("loose"), withDestinationPath: "nowhere")
    #expect(throws: SoftmaxError.self) { try replace(folder.path("loose"), with: [2]) }
  }

  @Test func whatIsNoRegularFileIsNotReplaced() throws {
    let pipe = folder.path("pipe")
    try #require(unsafe mkfifo(pipe, 0o600) == 0)
    for path in [pipe, folder.path, folder.path + "/", "/dev/null", "/", ".", "..", "", "a\0b"] {
      let error = error { () throws(SoftmaxError) in try replace(path, with: [1]) }
      #expect([.ioFailure, .invalidArgument].contains(error?.code), "\(path)")
    }
    #expect(FileKind("/dev/null") == .other)
    #expect(try folder.names == ["pipe"])
  }

  @Test func anErrorSaysThatNothingWasWritten() throws {
    let error = error { () throws(SoftmaxError) in
      try replace(folder.path("missing/f"), with: [1])
    }
    #expect(error?.code == .notFound)
    #expect(error?.cause as? AtomicWriteFailure == .notWritten)
    #expect(error?.path == folder.path("missing/f"))
  }

  @Test func longNamesAreWritten() throws {
    for name in [String(repeating: "n", count: 255), String(repeating: "ü", count: 127)] {
      try replace(folder.path(name), with: [1])
      #expect(try content(name) == [1])
    }
  }

  @Test func whatDeadRunsLeftIsRemoved() throws {
    try folder.write([1], to: ".f.softmax-temporary.4194304.0123456789abcdef")
    try folder.write([1], to: ".f.softmax-temporary.1.ffffffffffffffff")
    // Not temporary files of this one, and what a user may well call a file.
    let others = [
      ".f.1.ff", ".f.2024.12", ".f.4194304.0123456789abcdef", ".f.softmax-temporary.1.ff",
      ".f.softmax-temporary.1.ffffffffffffffff.bak", ".f.softmax-temporary.x.ffffffffffffffff",
      ".g.softmax-temporary.1.ffffffffffffffff", "f.softmax-temporary.1.ffffffffffffffff",
    ]
    for name in others { try folder.write([1], to: name) }
    let living = try AtomicFile(replacing: folder.path("f"))
    try living.write([5])
    // A second writer of the same file does not take the first for dead.
    try replace(folder.path("f"), with: [6])
    try living.commit()
    #expect(try content("f") == [5])
    #expect(try folder.names == (others + ["f"]).sorted())
  }

  @Test func aFileIsForcedToTheDiskBeforeItTakesItsPlace() throws {
    let path = try folder.write([1], to: "f")
    let calls = Mutex<[String]>([])
    let usual = AtomicFile.SystemCalls()
    let file = try AtomicFile(
      replacing: path,
      calls: AtomicFile.SystemCalls(
        synchronize: { descriptor in
          var status = stat()
          unsafe fstat(descriptor, &status)
          let isFolder = status.st_mode & S_IFMT == S_IFDIR
          calls.withLock { $0.append(isFolder ? "folder to disk" : "file to disk") }
          return usual.synchronize(descriptor)
        },
        rename: { old, new in
          calls.withLock { $0.append("rename") }
          return usual.rename(old, new)
        }))
    try file.write([2])
    try file.commit()
    #expect(calls.withLock { $0 } == ["file to disk", "rename", "folder to disk"])
    #expect(try content("f") == [2])
  }

  @Test func aFileThatCannotBeForcedToTheDiskDoesNotTakeItsPlace() throws {
    let path = try folder.write([1], to: "f")
    let renames = Atomic<Int>(0)
    let error = error { () throws(SoftmaxError) in
      let file = try AtomicFile(
        replacing: path,
        calls: AtomicFile.SystemCalls(
          synchronize: { _ in
            errno = EIO
            return -1
          },
          rename: { _, _ in
            renames.add(1, ordering: .relaxed)
            return 0
          }))
      try file.write([2])
      try file.commit()
    }
    #expect(error?.code == .ioFailure)
    #expect(error?.cause as? AtomicWriteFailure == .notWritten)
    #expect(renames.load(ordering: .relaxed) == 0)
    #expect(try content("f") == [1])
    #expect(try folder.names == ["f"])
  }

  @Test func aWriteThatFailsLeavesTheOldFile() async {
    // The limit on the size of files stands for a full disk; it holds for a whole process.
    await #expect(processExitsWith: .success) {
      let folder = try TemporaryFolder()
      let path = try folder.write([1], to: "f")
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 1_000, rlim_max: 1_000)
      #if canImport(Glibc)
        try #require(unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
      #else
        try #require(unsafe setrlimit(RLIMIT_FSIZE, &limit) == 0)
      #endif
      let failure = error { () throws(SoftmaxError) in
        let file = try AtomicFile(replacing: path)
        // Two fit, the third is written in part.
        for _ in 0..<3 { try file.write([UInt8](repeating: 2, count: 400)) }
        try file.commit()
      }
      try #require(failure?.code == .ioFailure)
      try #require(failure?.cause as? AtomicWriteFailure == .notWritten)
      try #require(failure?.offset == 1_000)
      try #require(try Data(contentsOf: URL(fileURLWithPath: path)) == Data([1]))
      try #require(try folder.names == ["f"])
    }
  }

  @Test func writersAtTheSameTimeLeaveOneWholeFile() async throws {
    let path = folder.path("f")
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in UInt8(0)..<8 {
        group.addTask {
          let file = try AtomicFile(replacing: path)
          for _ in 0..<20 { try file.write([UInt8](repeating: writer, count: 1_000)) }
          try file.commit()
        }
      }
      try await group.waitForAll()
    }
    let bytes = try content("f")
    #expect(bytes.count == 20_000)
    #expect(Set(bytes).count == 1)
    #expect(try folder.names == ["f"])
  }
}
