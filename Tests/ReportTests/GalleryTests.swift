// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import SoftmaxModels
import SoftmaxReports
import Testing

@Suite struct GalleryTests {
  private let names = ["cat", "dog"]

  private func dataset(shape: [Int] = [4, 4]) throws -> LabeledDataset {
    let features = Matrix(rowCount: 4, columnCount: 16, repeating: 1)
    return try LabeledDataset(
      features: .floats(features), labels: [0, 1, 0, 1], classNames: names, featureShape: shape)
  }

  // Rows 1 and 2 are wrong, row 2 more surely.
  private func evaluation() throws -> Evaluation {
    try Evaluation(
      labels: [0, 1, 0, 1], logits: Matrix([[2, 0], [1, 0], [0, 3], [0, 1]]), classNames: names)
  }

  @Test func theSurestMistakesComeFirst() throws {
    let gallery = try Gallery(evaluation(), of: dataset())
    #expect(gallery.tiles.map(\.row) == [2, 1, 0, 3])
    #expect(
      gallery.tiles.map(\.title) == ["cat / dog", "dog / cat", "cat / cat", "dog / dog"])
    #expect(gallery.tiles.map(\.isRight) == [false, false, true, true])
    #expect(gallery.rowCount == 4 && gallery.correctCount == 2)
    let given = try Gallery(evaluation(), of: dataset(), order: .asGiven, limit: 3)
    #expect(given.tiles.map(\.row) == [0, 1, 2])
  }

  @Test func picturesStandBesideEachOther() throws {
    let gallery = try Gallery(evaluation(), of: dataset())
    #expect(
      gallery.lines(columns: 30, color: nil) == [
        "@@@@@@@@     @@@@@@@@", "@@@@@@@@     @@@@@@@@", "@@@@@@@@     @@@@@@@@",
        "@@@@@@@@     @@@@@@@@", "x cat / dog  x dog / cat", "",
        "@@@@@@@@     @@@@@@@@", "@@@@@@@@     @@@@@@@@", "@@@@@@@@     @@@@@@@@",
        "@@@@@@@@     @@@@@@@@", "  cat / cat    dog / dog",
      ])
  }

  @Test(arguments: [1, 5, 11, 12, 23, 24, 25, 80])
  func galleriesFitTheirRoom(columns: Int) throws {
    let gallery = try Gallery(evaluation(), of: dataset())
    #expect(!gallery.lines(columns: .max, color: nil).isEmpty)
    #expect(!gallery.lines(columns: .min, color: nil).isEmpty)
    #expect(gallery.lines(columns: columns, color: nil).allSatisfy { $0.count <= columns })
    let shown = gallery.lines(columns: columns, color: .indexed).map {
      $0.replacing(#/\u{1b}\[[0-9;]*m/#, with: "")
    }
    #expect(shown.allSatisfy { $0.count <= columns })
    #expect(
      shown.contains { $0.contains("▀") } && (columns < 3 || shown.contains { $0.hasPrefix("✗ ") }))
  }

  @Test func whatIsNoPictureIsAnError() throws {
    let flat = try dataset(shape: [16])
    #expect(!Gallery.canShow(flat))
    #expect(Gallery.canShow(try dataset(shape: [4, 4, 1])))
    let unsupported = #expect(throws: SoftmaxError.self) { try Gallery(evaluation(), of: flat) }
    #expect(unsupported?.code == .unsupported)
    let short = try dataset().selecting(rows: [0])
    let mismatch = #expect(throws: SoftmaxError.self) { try Gallery(evaluation(), of: short) }
    #expect(mismatch?.code == .shapeMismatch)
  }
}
