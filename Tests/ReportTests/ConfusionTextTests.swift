// SPDX-License-Identifier: Apache-2.0

import SoftmaxModels
import SoftmaxReports
import Testing

@Suite struct ConfusionTextTests {
  private func matrix(_ names: [String], each count: Int = 1) throws -> ConfusionMatrix {
    let labels = names.indices.flatMap { Array(repeating: $0, count: count) }
    return try ConfusionMatrix(
      labels: labels + [0], predictions: labels + [names.count - 1], classNames: names)
  }

  @Test func columnsAreHeadedByTheBeginningsOfTheirNames() throws {
    let lines = try matrix(["Sneaker", "Bag", "Ankle boot"]).lines(columns: 80, color: nil)
    #expect(
      lines == [
        "true \\ predicted",
        "              Sneaker        Bag Ankle boot",
        "Sneaker             1          .          1",
        "Bag                 .          1          .",
        "Ankle boot          .          .          1",
      ])
  }

  @Test func namesThatBeginAlikeAreNumbered() throws {
    let lines = try matrix(["class number 1", "class number 2"]).lines(columns: 80, color: nil)
    #expect(
      lines == [
        "true \\ predicted", "                 0 1", "0 class number 1 1 1", "1 class number 2 . 1",
      ])
  }

  @Test func whatHasNoRoomForNumbersIsShaded() throws {
    let names = (0..<60).map { "\($0)" }
    let lines = try #require(try matrix(names, each: 100).lines(columns: 80, color: nil))
    #expect(lines.count == 61)
    #expect(lines[1].hasPrefix("0  █.") && lines[1].hasSuffix("░"))
    #expect(try matrix((0..<100).map { "\($0)" }).lines(columns: 80, color: nil) == nil)
  }

  @Test(arguments: [2, 3, 5, 10, 16, 26, 40, 70, 100])
  func tablesFitTheirRoom(classCount: Int) throws {
    for name in ["c", "class of some length ", "漢字"] {
      for columns in [10, 40, 79] {
        let matrix = try matrix((0..<classCount).map { "\(name)\($0)" }, each: 1000)
        guard let lines = matrix.lines(columns: columns, color: nil) else { continue }
        #expect(lines.dropFirst().allSatisfy { $0.count <= columns })
        #expect(lines.count >= classCount + 1)
      }
    }
  }

  @Test func coloursAreForCellsThatHoldSomething() throws {
    let matrix = try matrix(["a", "b"])
    let lines = try #require(matrix.lines(columns: 40, color: .full))
    #expect(lines[2].contains("\u{1b}[38;2;") && lines[2].hasSuffix("\u{1b}[0m"))
    #expect(lines[3].hasPrefix("b .\u{1b}["))
    let plain = lines.map { $0.replacing(#/\u{1b}\[[0-9;]*m/#, with: "") }
    #expect(plain == matrix.lines(columns: 40, color: nil))
  }

  @Test func namesAreOnlyNames() throws {
    let lines = try #require(
      try matrix(["\u{1b}[31mred\n", "\u{202e}b"]).lines(columns: 80, color: nil))
    #expect(lines.count == 4)
    #expect(
      !lines.joined().unicodeScalars.contains { $0.value < 0x20 || $0 == "\u{202e}" })
  }
}
