// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import Testing

@Suite struct SplitTests {
  func dataset(_ counts: [Int]) throws -> LabeledDataset {
    let labels = counts.enumerated().flatMap { Array(repeating: $0.offset, count: $0.element) }
    var features = Matrix(rowCount: labels.count, columnCount: 1)
    // The classes in turn rather than one behind the other.
    let order = CounterBasedGenerator(seed: 9).permutation(of: labels.count)
    for row in labels.indices { features[row, 0] = Float(row) }
    return try LabeledDataset(
      features: .floats(features), labels: order.map { labels[$0] },
      classNames: counts.indices.map { "class \($0)" })
  }

  func rows(_ dataset: LabeledDataset) -> [Int] {
    (0..<dataset.count).map { Int(dataset.features.row($0)[0]) }
  }

  @Test(arguments: [0.1, 0.25, 0.5, 0.9])
  func everyClassKeepsItsShare(fraction: Double) throws {
    let counts = [20, 100, 7, 33]
    let whole = try dataset(counts)
    let (training, validation) = try whole.split(validationFraction: fraction, seed: 3)
    for (label, count) in counts.enumerated() {
      let held = validation.labels.count { $0 == label }
      #expect(abs(Double(held) - fraction * Double(count)) <= 0.5, "class \(label)")
      #expect(training.labels.count { $0 == label } == count - held)
    }
    #expect((rows(training) + rows(validation)).sorted() == Array(0..<160))
    #expect(rows(training) == rows(training).sorted())
    #expect(rows(validation) == rows(validation).sorted())
    for (row, label) in zip(rows(validation), validation.labels) {
      #expect(label == whole.labels[row])
    }
  }

  @Test func theChoiceIsTheSeeds() throws {
    let whole = try dataset([40, 40])
    let first = try whole.split(validationFraction: 0.25, seed: 1)
    let again = try whole.split(validationFraction: 0.25, seed: 1)
    let other = try whole.split(validationFraction: 0.25, seed: 2)
    #expect(first.validation == again.validation && first.training == again.training)
    #expect(first.validation != other.validation)
  }

  @Test func aClassWithoutSamplesIsNoneToShare() throws {
    let whole = try dataset([10, 0, 10])
    #expect(try whole.split(validationFraction: 0.2, seed: 1).validation.count == 4)
  }

  @Test(arguments: [0, 1, -0.1, 1.5, Double.nan])
  func whatIsNoFractionIsAnError(fraction: Double) throws {
    let whole = try dataset([40, 2])
    let error = #expect(throws: SoftmaxError.self) {
      try whole.split(validationFraction: fraction, seed: 1)
    }
    #expect(error?.code == .invalidArgument)
  }

  /// `train_test_split(test_size=0.1, stratify=y)` of scikit-learn holds back 3, 3 and 1 too.
  @Test func aRareClassIsValidatedByOneSampleAndLearntFromOne() throws {
    let whole = try dataset([30, 30, 4])
    let (training, validation) = try whole.split(validationFraction: 0.1, seed: 1)
    #expect((0..<3).map { label in validation.labels.count { $0 == label } } == [3, 3, 1])
    #expect(training.count == 57 && validation.missingClasses.isEmpty)
    let most = try dataset([40, 2]).split(validationFraction: 0.8, seed: 1)
    #expect(most.training.missingClasses.isEmpty && most.validation.missingClasses.isEmpty)
  }

  @Test func aClassOfOneSampleIsLearntAndNamedAsNotValidated() throws {
    let (training, validation) = try dataset([20, 1, 20]).split(validationFraction: 0.9, seed: 1)
    #expect(training.labels.contains(1))
    #expect(validation.missingClasses == [1])
  }

  @Test(arguments: [[1, 1, 1], [0, 0]])
  func nothingCanBeHeldBackWhereNoClassHasTwo(counts: [Int]) throws {
    let whole = try dataset(counts)
    #expect(throws: SoftmaxError.self) { try whole.split(validationFraction: 0.5, seed: 1) }
  }

  @Test func everyChangeOfTheDataIsAnotherFingerprint() throws {
    let base = try dataset([3, 4])
    var prints: Set<String> = [base.fingerprint]
    #expect(try dataset([3, 4]).fingerprint == base.fingerprint)
    var features = Matrix(rowCount: 7, columnCount: 1)
    prints.insert(
      try LabeledDataset(
        features: .floats(features), labels: base.labels, classNames: base.classNames
      ).fingerprint)
    features[6, 0] = 1
    prints.insert(
      try LabeledDataset(
        features: .floats(features), labels: base.labels, classNames: base.classNames
      ).fingerprint)
    prints.insert(
      try LabeledDataset(
        features: base.features, labels: base.labels.map { 1 - $0 }, classNames: base.classNames
      ).fingerprint)
    prints.insert(
      try LabeledDataset(
        features: base.features, labels: base.labels, classNames: ["class 0c", "lass 1"]
      ).fingerprint)
    for scale: Float in [1, 2] {
      let bytes = try ByteMatrix(
        rowCount: 7, columnCount: 1, bytes: [0, 1, 2, 3, 4, 5, 6], scale: scale)
      prints.insert(
        try LabeledDataset(
          features: .bytes(bytes), labels: base.labels, classNames: base.classNames
        ).fingerprint)
    }
    // Weights change what is learnt, also those that are all the same.
    prints.insert(try base.weighted(by: [1, 1, 1, 1, 1, 1, 1]).fingerprint)
    prints.insert(try base.weighted(by: [1, 1, 1, 1, 1, 1, 2]).fingerprint)
    #expect(prints.count == 9)
  }

  @Test(arguments: [0.1, 0.3, 0.5])
  func groupsAreHeldBackAsAWhole(fraction: Double) throws {
    let whole = try dataset([60, 40, 20])
    let groups = (0..<120).map { $0 % 30 }
    let data = try whole.with(origins: .groups(groups))
    let splits = try (0..<4).map { seed in
      try data.split(validationFraction: fraction, seed: UInt64(seed))
    }
    for (training, validation) in splits {
      #expect((rows(training) + rows(validation)).sorted() == Array(0..<120))
      let held = Set(rows(validation).map { groups[$0] })
      #expect(held.isDisjoint(with: Set(rows(training).map { groups[$0] })))
      #expect(Set(training.labels).count == 3)
      #expect(abs(Double(validation.count) / 120 - fraction) < 0.1)
    }
    #expect(Set(splits.map { rows($0.validation) }).count > 1)
    let again = try data.split(validationFraction: fraction, seed: 0)
    #expect(rows(again.validation) == rows(splits[0].validation))
  }

  @Test func oneGroupAtLeastIsHeldBackOrItIsAnError() throws {
    let data = try dataset([6, 6])
    let three = try data.replacing(
      labels: (0..<12).map { $0 / 3 % 2 }, classNames: data.classNames
    ).with(origins: .groups((0..<12).map { $0 / 6 }))
    // Each of the two groups is half of all.
    #expect(try three.split(validationFraction: 0.05, seed: 1).validation.count == 6)
    let apart = try data.with(origins: .groups(data.labels))
    #expect(throws: SoftmaxError.self) { try apart.split(validationFraction: 0.5, seed: 1) }
  }

  @Test func theLatestRowsAreHeldBack() throws {
    let data = try dataset([10, 10]).with(origins: .times((0..<20).map { Double(-$0 / 2) }))
    let (training, validation) = try data.split(validationFraction: 0.25, seed: 1)
    // Pairs of one time stay together; two and three of them are as near to a quarter.
    #expect(rows(validation) == Array(0..<6))
    #expect(rows(training) == Array(6..<20))
    let one = try data.with(origins: .times(Array(repeating: 1, count: 20)))
    #expect(throws: SoftmaxError.self) { try one.split(validationFraction: 0.25, seed: 1) }
  }
}
