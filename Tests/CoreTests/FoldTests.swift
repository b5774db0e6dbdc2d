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
      try data.folds(3).map(\.judged) == [
        [0, 1, 2, 4, 5], [3, 6, 9, 10], [7, 8, 11, 12],
      ])
  }

  @Test func everySampleIsInOneFoldAndEveryClassIsShared() throws {
    let labels = (0..<103).map { $0 % 7 % 3 }
    let data = try dataset(labels, classCount: 4)
    let folds = try data.folds(5).map(\.judged)
    #expect(folds.joined().sorted() == Array(0..<103))
    for label in 0..<3 {
      let counts = folds.map { $0.count { labels[$0] == label } }
      #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= 1)
    }
    #expect(folds.allSatisfy { $0 == $0.sorted() })
  }

  @Test func withASeedEachFoldHasSamplesFromAllPartsOfTheDataSet() throws {
    // Sorted by something that is no class.
    let data = try dataset((0..<200).map { $0 % 2 }, classCount: 2)
    let folds = try data.folds(5, seed: 1).map(\.judged)
    #expect(folds.joined().sorted() == Array(0..<200))
    for fold in folds {
      #expect(fold == fold.sorted() && fold.count { $0 % 2 == 0 } == 20)
      #expect((10...30).contains(fold.count { $0 < 100 }))
    }
    #expect(try data.folds(5, seed: 1).map(\.judged) == folds)
    #expect(try data.folds(5, seed: 2).map(\.judged) != folds)
  }

  @Test func theOnlySampleOfAClassIsInNoFold() throws {
    let folds = try dataset([0, 0, 1, 1, 2, 0, 1], classCount: 3).folds(2).map(\.judged)
    #expect(folds.joined().sorted() == [0, 1, 2, 3, 5, 6])
  }

  @Test func tooFewSamplesOrFoldsAreAnError() throws {
    for (labels, count) in [([0, 1, 0], 4), ([0, 1, 0, 1], 1), ([0, 1, 2], 2)] {
      let error = #expect(throws: SoftmaxError.self) {
        try dataset(labels, classCount: 3).folds(count)
      }
      #expect(error?.code == .invalidArgument)
    }
  }

  @Test func aSampleOfWeightZeroCountsAsNone() throws {
    let data = try dataset([0, 0, 1, 1, 0, 1], classCount: 2).weighted(by: [1, 1, 1, 1, 0, 0])
    let folds = try data.folds(2).map(\.judged)
    #expect(folds.joined().sorted() == [0, 1, 2, 3])
    let one = try dataset([0, 0, 1, 1], classCount: 2).weighted(by: [1, 0, 1, 0])
    #expect(throws: SoftmaxError.self) { try one.folds(2) }
  }

  /// Four rows of each group, of the class of its number by three.
  private func grouped(_ groupCount: Int) throws -> LabeledDataset {
    let groups = (0..<4 * groupCount).map { $0 % groupCount }
    return try dataset(groups.map { $0 % 3 }, classCount: 3).with(origins: .groups(groups))
  }

  @Test func groupsStayTogetherAndEveryClassIsLearned() throws {
    let data = try grouped(9)
    let folds = try data.folds(3)
    #expect(folds.flatMap(\.judged).sorted() == Array(0..<36))
    for fold in folds {
      let learned = fold.learned(ofRows: 36)
      #expect(Set(learned.map { $0 % 9 }).isDisjoint(with: Set(fold.judged.map { $0 % 9 })))
      #expect(Set(learned.map { data.labels[$0] }).count == 3)
      // Three groups, one of each class.
      #expect(Set(fold.judged.map { $0 % 9 % 3 }).count == 3 && fold.judged.count == 12)
    }
  }

  @Test func fewerGroupsThanFoldsGiveFewerFolds() throws {
    let folds = try grouped(6).folds(10)
    #expect(folds.count == 6)
    #expect(folds.allSatisfy { $0.judged.count == 4 })
  }

  @Test func aClassOfASingleGroupIsLearnedButNotJudged() throws {
    // The class 2 is in group 4 alone, beside rows of class 0.
    let groups = [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 4]
    let labels = [0, 1, 0, 1, 0, 1, 0, 1, 0, 2, 2]
    let data = try dataset(labels, classCount: 3).with(origins: .groups(groups))
    let folds = try data.folds(5)
    #expect(folds.flatMap(\.judged).sorted() == Array(0..<9))
    for fold in folds {
      let learned = Set(fold.learned(ofRows: 11).map { groups[$0] })
      #expect(learned.isDisjoint(with: Set(fold.judged.map { groups[$0] })))
      #expect(learned.count == 4)
    }
  }

  @Test func groupsThatAreTooFewAreAnError() throws {
    // One group; a group for each class; two classes of which one is in a single group.
    for (labels, groups) in [
      ([0, 1, 0, 1], [7, 7, 7, 7]), ([0, 0, 1, 1], [1, 1, 2, 2]),
      ([0, 0, 0, 1], [1, 2, 3, 4]),
    ] {
      let data = try dataset(labels, classCount: 2).with(origins: .groups(groups))
      let error = #expect(throws: SoftmaxError.self) { try data.folds(2) }
      #expect(error?.code == .invalidArgument)
      #expect(error?.message.contains("groups are too few for folds") == true)
    }
  }

  @Test func laterRowsAreJudgedByEarlierOnes() throws {
    // The rows of four times, in no order.
    let times = [3.0, 1, 2, 4, 1, 3, 2, 4, 1, 2, 3, 4]
    let data = try dataset(times.indices.map { $0 % 2 }, classCount: 2)
      .with(origins: .times(times))
    let folds = try data.folds(5)
    #expect(folds.map { Set($0.judged.map { times[$0] }) } == [[4], [3], [2]])
    for fold in folds {
      let first = fold.judged.map { times[$0] }.min() ?? 0
      let learned = fold.learned(ofRows: 12)
      #expect(learned == times.indices.filter { times[$0] < first })
    }
  }

  @Test func rowsOfClassesThatCameLaterAreNotJudged() throws {
    // The class 2 comes first at time 4.
    let labels = [0, 1, 0, 1, 0, 1, 2, 0, 2, 1]
    let data = try dataset(labels, classCount: 3)
      .with(origins: .times([1, 1, 2, 2, 3, 3, 4, 4, 5, 5]))
    let folds = try data.folds(4)
    #expect(folds.map(\.judged) == [[8, 9], [7], [4, 5], [2, 3]])
    #expect(folds.map { $0.learned(ofRows: 10).count } == [8, 6, 4, 2])
  }

  @Test func timesThatAreTooFewAreAnError() throws {
    for times in [[1.0, 1, 1, 1], [1, 1, 2, 2]] {
      let data = try dataset([0, 1, 0, 1], classCount: 2).with(origins: .times(times))
      let error = #expect(throws: SoftmaxError.self) { try data.folds(2) }
      #expect(error?.message.contains("times are too few for folds") == true)
    }
  }

  @Test func anOriginBelongsToEachSample() throws {
    let data = try dataset([0, 1, 0], classCount: 2)
    for origins in [SampleOrigins.groups([1, 2]), .times([1, 2]), .times([1, .nan, 2])] {
      #expect(throws: SoftmaxError.self) { try data.with(origins: origins) }
    }
    let grouped = try data.with(origins: .groups([4, 5, 4]))
    #expect(grouped.selecting(rows: [2, 1]).origins == .groups([4, 5]))
    #expect(try grouped.replacing(features: data.features).origins == grouped.origins)
    #expect(try grouped.weighted(by: [1, 2, 3]).origins == grouped.origins)
    #expect(try grouped.replacing(labels: [1, 1, 0], classNames: ["x", "y"]).origins != nil)
    #expect(grouped.fingerprint != data.fingerprint)
    #expect(try grouped.with(origins: nil) == data)
  }
}
