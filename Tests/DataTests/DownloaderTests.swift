// SPDX-License-Identifier: Apache-2.0
import Foundation
import SoftmaxCore
import SoftmaxTestSupport
import Testing

@testable import SoftmaxData

@Suite struct DownloaderTests {
  let folder: TemporaryFolder
  let content: [UInt8]
  let file: RemoteFile

  init() throws {
    folder = try TemporaryFolder()
    content = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 / 3) }
    file = RemoteFile(
      name: "data.bin", byteCount: content.count, sha256: SHA256.hexDigest(of: content))
  }

  private func failure(of mirrors: [String]) -> SoftmaxError? {
    error { () throws(SoftmaxError) in
      let downloader = Downloader(mirrors: mirrors, idleSeconds: 2, totalSeconds: 20)
      try downloader.fetch([file], into: folder.path)
    }
  }

  private func failure(of reply: LocalServer.Reply) throws -> SoftmaxError? {
    let server = try LocalServer(["/data.bin": reply])
    defer { server.stop() }
    return failure(of: [server.address])
  }

  @Test func aGoodFileGetsItsName() throws {
    let server = try LocalServer(["/data.bin": .file(content)])
    defer { server.stop() }
    var last: (String, Int, Int)?
    let within = folder.path("made/on/the/way")
    let downloader = Downloader(mirrors: [server.address])
    try downloader.fetch([file], into: within) { last = ($0, $1, $2) }
    #expect(try Array(Data(contentsOf: URL(fileURLWithPath: within + "/data.bin"))) == content)
    #expect(last?.0 == "data.bin")
    #expect(last?.1 == content.count)
    #expect(last?.2 == content.count)
    // What is there and right is not fetched again.
    try downloader.fetch([file], into: within)
    #expect(server.requests == ["/data.bin"])
  }

  @Test func aLengthNeedNotBeAnnounced() throws {
    #expect(try failure(of: .withoutLength(content)) == nil)
    #expect(try folder.names == ["data.bin"])
  }

  @Test func aDamagedFileInItsPlaceIsFetchedAgain() throws {
    var damaged = content
    damaged[7] ^= 1
    try folder.write(damaged, to: "data.bin")
    #expect(try failure(of: .file(content)) == nil)
    #expect(try Array(Data(contentsOf: URL(fileURLWithPath: folder.path("data.bin")))) == content)
  }

  @Test func aWrongFileIsRefused() throws {
    var wrong = content
    wrong[100] ^= 1
    let error = try #require(try failure(of: .file(wrong)))
    #expect(error.code == .checksumMismatch)
    #expect(error.message.contains(file.sha256))
    #expect(try folder.names == [])
  }

  @Test func aFileThatIsCutOffIsRefused() throws {
    let half = Array(content[..<1_000])
    for reply in [
      .cutOff(half, announced: content.count), .file(half), .withoutLength(half), .file([]),
    ] as [LocalServer.Reply] {
      #expect(try failure(of: reply)?.code == .networkFailure)
    }
    #expect(try folder.names == [])
  }

  @Test(arguments: [LocalServer.Reply.endless, .endlessWithPauses])
  func aFileThatIsTooLongOrEndlessIsRefused(reply: LocalServer.Reply) throws {
    #expect(try failure(of: .file(content + [0]))?.code == .networkFailure)
    let error = try #require(try failure(of: reply))
    #expect(error.code == .networkFailure)
    #expect(error.message.contains("more than the 200000 bytes"))
    #expect(try folder.names == [])
  }

  @Test func aLengthThatIsTooGreatIsSaidAsItWasAnnounced() throws {
    let error = try #require(try failure(of: .cutOff([1], announced: 123_456_789)))
    #expect(error.code == .networkFailure)
    #expect(
      error.message.contains("announces 123456789 bytes, more than the 200000 bytes expected"),
      "\(error.message)")
  }

  @Test func anEndlessFileCostsNoMemory() async {
    await #expect(processExitsWith: .success) {
      try expectSmallMemory {
        let folder = try TemporaryFolder()
        let server = try LocalServer(["/f": .endless])
        defer { server.stop() }
        let file = RemoteFile(name: "f", byteCount: 1_000, sha256: "")
        try expectError(.networkFailure) { () throws(SoftmaxError) in
          try Downloader(mirrors: [server.address]).fetch([file], into: folder.path)
        }
      }
    }
  }

  /// Answers, and whether they give the file: what is no HTTP, or cut off, does not.
  static let answers: [(answer: String, isGood: Bool)] = [
    ("HTTP/1.1 200 OK\r\ncontent-LENGTH:  3\r\n\r\nabc", true),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", true),
    ("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabc", false),
    ("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\nabc", false),
    ("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\n\r\n", false),
    ("SSH-2.0-OpenSSH\r\n\r\n", false), ("\r\n\r\n", false), ("", false),
    ("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n", false),
    (String(repeating: "x", count: 100_000), false),
  ]

  @Test(arguments: answers.indices)
  func answersThatAreNotAsTheyShouldBeAreErrors(index: Int) throws {
    let (answer, isGood) = Self.answers[index]
    let server = try LocalServer(["/f": .raw(Array(answer.utf8))])
    defer { server.stop() }
    let file = RemoteFile(
      name: "f", byteCount: 3, sha256: SHA256.hexDigest(of: Array("abc".utf8)))
    let error = error { () throws(SoftmaxError) in
      try Downloader(mirrors: [server.address], idleSeconds: 5).fetch([file], into: folder.path)
    }
    #expect(error?.code == (isGood ? nil : .networkFailure), "\(String(describing: error))")
  }

  @Test func aServerThatSaysNothingIsGivenUp() throws {
    #expect(try failure(of: .silent)?.code == .networkFailure)
    #expect(try folder.names == [])
  }

  @Test(arguments: [404, 500, 206, 204])
  func otherStatusesAreErrors(status: Int) throws {
    let error = try #require(try failure(of: .status(status)))
    #expect(error.code == .networkFailure)
    #expect(error.message.contains("\(status)"))
    #expect(try folder.names == [])
  }

  @Test func theSecondMirrorHelpsOut() throws {
    let first = try LocalServer(["/data.bin": .cutOff([1, 2, 3], announced: content.count)])
    let second = try LocalServer(["/data.bin": .file(content)])
    defer {
      first.stop()
      second.stop()
    }
    #expect(failure(of: [first.address, second.address]) == nil)
    #expect(first.requests == ["/data.bin"])
    #expect(second.requests == ["/data.bin"])
    #expect(try folder.names == ["data.bin"])
  }

  @Test func anErrorListsWhatWasTried() throws {
    let server = try LocalServer([:])
    defer { server.stop() }
    let dead = try LocalServer([:])
    dead.stop()
    let error = try #require(
      failure(of: [server.address, "ftp://example.org/", "no address", "http://", dead.address]))
    #expect(error.code == .networkFailure)
    for part in [server.address + "data.bin: HTTP status 404", "ftp://example.org/data.bin"] {
      #expect(error.message.contains(part))
    }
    #expect(failure(of: [])?.code == .networkFailure)
  }

  @Test func aFolderThatCannotBeMadeIsAnError() throws {
    let path = try folder.write([1], to: "file")
    for place in [path, path + "/within", "a\0b", ""] {
      let error = error { () throws(SoftmaxError) in
        try Downloader(mirrors: []).fetch([file], into: place)
      }
      #expect([.ioFailure, .invalidArgument].contains(error?.code), "\(place)")
    }
  }
}
