// SPDX-License-Identifier: Apache-2.0

import SoftmaxModels
import SoftmaxReports
import Testing

@Suite struct CurveTests {
  func history(
    _ losses: [Double], _ accuracies: [Double]? = nil, validation: [Double] = []
  ) -> TrainingHistory {
    TrainingHistory(
      epochs: losses.enumerated().map { index, loss in
        TrainingHistory.Epoch(
          number: index + 1, loss: loss, accuracy: accuracies?[index] ?? 1 - loss / 10,
          validation: validation.isEmpty
            ? nil : .init(loss: validation[index], accuracy: 0.5),
          learningRate: 0.1, seconds: 1)
      })
  }

  // 21 dots across and 4 down: the value in the middle lies at 1.5, which is rounded to 2.
  @Test func aFallingLineFallsAndHasItsAxes() {
    let text = history([3, 2, 1], [0, 0.5, 1]).curves(columns: 30, rows: 13, style: .ascii)
    #expect(
      text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) == [
        "         loss 1.0000",
        " 3.0000 +***",
        "        |   *****",
        "        |        ********",
        " 1.0000 +                *****",
        "         1       epoch       3",
        "         accuracy 1.0000",
        " 1.0000 +                  ***",
        "        |             *****",
        "        |      *******",
        "      0 +******",
        "         1       epoch       3",
      ])
  }

  @Test func inATerminalOfEightyColumnsTwoPicturesStandSideBySide() {
    let text = history([3, 2, 1, 0.5], validation: [2.5, 2.2, 2, 2.4]).curves(columns: 79, rows: 12)
    let lines = text.split(separator: "\n")
    #expect(lines.count == 12)
    #expect(lines.allSatisfy { $0.count <= 79 })
    #expect(lines[0].contains("loss 0.5000, val 2.4000"))
    #expect(lines[0].contains("accuracy 0.9500, val 0.5000"))
    // As many points as epochs in each picture, and one in the legend.
    #expect(text.count { $0 == "•" } == 9)
    #expect(text.unicodeScalars.contains { (0x2801...0x28ff).contains($0.value) })
    #expect(!text.contains("\u{1b}"))
  }

  @Test(arguments: [1, 20, 33, 40, 63, 64, 80, 200], [1, 6, 9, 24, 60])
  func aPictureFitsWhereItIsWanted(columns: Int, rows: Int) {
    let many = (0..<500).map { 5 / Double($0 + 1) }
    for losses in [[1], [1, 1], many, [.nan, .nan], [.infinity, 1, .nan, 2], [-1e300, 1e300]] {
      for style in [TrainingHistory.CurveStyle.braille, .ascii] {
        for validation in [[], losses.map { $0 + 1 }] {
          let text = history(losses, validation: validation)
            .curves(columns: columns, rows: rows, style: style)
          let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
          #expect(lines.allSatisfy { $0.count <= max(20, columns) })
          #expect(lines.count <= max(9, rows))
          #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
        }
      }
    }
  }

  @Test(arguments: [Int.min, .max])
  func anAbsurdSizeIsBounded(size: Int) {
    let lines = history([2, 1]).curves(columns: size, rows: size).split(separator: "\n")
    #expect(lines.count <= 1000 && lines.allSatisfy { $0.count <= 1000 })
    #expect(!lines.isEmpty)
  }

  @Test func whatIsNotFiniteLeavesAGap() {
    let whole = history([1, 1, 1, 1, 1]).curves(columns: 20, rows: 9, style: .ascii)
    let broken = history([1, .nan, .nan, .nan, 1]).curves(columns: 20, rows: 9, style: .ascii)
    func starsOfLoss(_ text: String) -> Int {
      text.split(separator: "\n").prefix(4).joined().count { $0 == "*" }
    }
    #expect(starsOfLoss(whole) == 11)
    #expect(starsOfLoss(broken) == 2)
  }

  @Test func oneEpochIsADotAndNoneIsNothing() {
    #expect(TrainingHistory().curves().isEmpty)
    let text = history([0.5]).curves(columns: 30, rows: 9, style: .ascii)
    #expect(text.count { $0 == "*" } == 2)
  }

  @Test func roomIsLeftForTheEpochsToCome() {
    let text = history([2, 1]).curves(columns: 30, rows: 9, style: .ascii, epochCount: 100)
    #expect(text.contains("100"))
    let stars = text.split(separator: "\n").compactMap {
      $0.lastIndex(of: "*")?.utf16Offset(in: $0)
    }
    #expect(stars.allSatisfy { $0 < 12 })
  }

  @Test func coloursEndWhereALineEnds() {
    let text = history([3, 2, 1], validation: [3, 2.5, 2]).curves(columns: 79, isColored: true)
    for line in text.split(separator: "\n") {
      let codes = line.matches(of: /\u{1b}\[(\d+)m/).map { $0.output.1 }
      if let last = codes.last { #expect(last == "0") }
    }
    #expect(text.contains("\u{1b}[36m") && text.contains("\u{1b}[33m•"))
    let plain = text.replacing(/\u{1b}\[\d+m/, with: "")
    #expect(plain == history([3, 2, 1], validation: [3, 2.5, 2]).curves(columns: 79))
  }

  @Test func labelsAreShort() {
    func label(_ value: Double) -> String? {
      history([value]).curves(columns: 30, style: .ascii).split(separator: "\n").first
        .map { String($0.trimmingPrefix("         loss ")) }
    }
    #expect(label(0) == "0")
    #expect(label(0.12345) == "0.1235")
    #expect(label(12.3456) == "12.346")
    #expect(label(9999.96) == "10000.0")
    #expect(label(12_345) == "1.2e4")
    #expect(label(0.00012) == "1.2e-4")
    #expect(label(9.96e30) == "1.0e31")
    #expect(label(1e300) == "1e300")
    #expect(label(.nan) == "nan")
    #expect(label(.infinity) == "inf")
  }
}
