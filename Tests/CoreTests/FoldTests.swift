// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import Testing

@Suite struct FoldTests {
  func dataset(_ labels: [Int], classCount: Int) throws -> LabeledDataset {
    try LabeledDataset(
      features: .floats(Matrix(rowCount: labels.count, columnCount: 1)), labels: labels,
      classNames: (0..<classCount).map { "\($0)" })
  }

  // [list(held) for _, held in StratifiedKFold(3).split(x, y)]
  @Test func theFoldsAreThoseOfScikitLearn() throws {
    let data = try dataset([2, 0, 1, 1, 0, 2, 0, 0, 1, 2, 2, 2, 0], classCount: 3)
    #expect(
      try data.stratifiedFolds(3) == [
        [0, 1, 2, 4, 5], [3, 6, 9, 10], [7, 8, 11, 12],
      ])
  }

  @Test func everySampleIsInOneFoldAndEveryClassIsShared() throws {
    let labels = (0..<103).map { $0 % 7 % 3 }
    let data = try dataset(labels, classCount: 4)
    let folds = try data.stratifiedFolds(5)
    #expect(folds.joined().sorted() == Array(0..<103))
    for label in 0..<3 {
      let counts = folds.map { $0.count { labels[$0] == label } }
      #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= 1)
    }
    #expect(folds.allSatisfy { $0 == $0.sorted() })
  }

  @Test func theOnlySampleOfAClassIsInNoFold() throws {
    let folds = try dataset([0, 0, 1, 1, 2, 0, 1], classCount: 3).stratifiedFolds(2)
    #expect(folds.joined().sorted() == [0, 1, 2, 3, 5, 6])
  }

  @Test func tooFewSamplesOrFoldsAreAnError() throws {
    for (labels, count) in [([0, 1, 0], 4), ([0, 1, 0, 1], 1), ([0, 1, 2], 2)] {
      let error = #expect(throws: SoftmaxError.self) {
        try dataset(labels, classCount: 3).stratifiedFolds(count)
      }
      #expect(error?.code == .invalidArgument)
    }
  }
}
