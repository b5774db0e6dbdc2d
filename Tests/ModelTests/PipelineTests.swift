// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import Testing

@testable import SoftmaxModels

@Suite struct StandardizationTests {
  @Test func standardizedFeaturesHaveMeanZeroAndStandardDeviationOne() throws {
    let data = try clouds(50, scale: 1e4)
    let result = try Pipeline([.standardize], fittedTo: data).apply(to: data.features).matrix
    for column in 0..<2 {
      let values = (0..<result.rowCount).map { Double(result[$0, column]) }
      let mean = values.reduce(0, +) / Double(values.count)
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
      #expect(abs(mean) < 1e-6)
      #expect(abs(variance - 1) < 1e-5)
    }
  }

  @Test func aConstantFeatureIsLeftWithStandardDeviationOne() throws {
    let rows: [[Float]] = (0..<10).map { [0.1, Float($0)] }
    let data = try LabeledDataset(
      features: .floats(Matrix(rows)), labels: rows.indices.map { $0 % 2 }, classNames: ["a", "b"])
    let step = try #require(
      Pipeline([.standardize], fittedTo: data).steps[0].kind as? Standardization)
    #expect(step.standardDeviation[0] == 1)
    #expect(step.mean[0] == Double(Float(0.1)))
  }

  // The sum of many equal numbers is rounded, their mean is not.
  @Test(arguments: [0.1, 1.7, 255.3], [500, 1_000, 60_000])
  func aConstantColumnIsLeftWithStandardDeviationOneHoweverLong(value: Double, count: Int) throws {
    let data = try LabeledDataset(
      features: .columns(Table([.numbers(Array(repeating: value, count: count), name: "x")])),
      labels: (0..<count).map { $0 % 2 }, classNames: ["a", "b"])
    let step = try #require(
      Pipeline([.standardize], fittedTo: data).steps.last?.kind as? Standardization)
    #expect(step.mean == [value])
    #expect(step.standardDeviation == [1])
  }

  @Test func aColumnThatOnlyRoundingChangesIsLeftWithStandardDeviationOne() throws {
    let data = try LabeledDataset(
      features: .columns(Table([.numbers([0.3, 0.3.nextUp], name: "x")])), labels: [0, 1],
      classNames: ["a", "b"])
    let step = try #require(
      Pipeline([.standardize], fittedTo: data).steps.last?.kind as? Standardization)
    #expect(step.standardDeviation == [1])
  }

  // numpy: ((x - x.mean()) / x.std()).astype(float32) of these numbers.
  @Test func numbersThatFloatCannotTellApartAreShiftedInDouble() throws {
    let seconds: [Double?] = [1_700_000_033, 1_700_000_016, 1_700_000_014, 1_700_000_039]
    let data = try LabeledDataset(
      features: .columns(Table([.numbers(seconds, name: "t")])), labels: [1, 0, 0, 1],
      classNames: ["early", "late"])
    let pipeline = try Pipeline([.standardize], fittedTo: data)
    #expect(
      try pipeline.apply(to: data.features).matrix.elements
        == [0.69861966, -0.8849182, -1.0712168, 1.2575153])
  }

  @Test func aStandardizedModelTakesFeaturesAsTheyWereMeasured() throws {
    let (data, test) = (try clouds(40, scale: 1e4), try clouds(30, seed: 2, scale: 1e4))
    let estimator = SoftmaxRegression(preprocessing: [.standardize])
    let model = try estimator.fitted(to: data)
    #expect(try model.score(on: test) > 0.97)
    #expect(try model.evaluation(on: test).accuracy > 0.97)
    // The same as standardizing by hand.
    let inner = try SoftmaxRegression()
      .fitted(to: model.pipeline.apply(to: data))
    #expect(
      try inner.probabilities(for: model.pipeline.apply(to: test.features))
        == model.probabilities(for: test.features))
  }

  @Test func aRowAloneIsStandardizedAsInABatch() throws {
    let data = try clouds(20, scale: 100)
    let model = try SoftmaxRegression(preprocessing: [.standardize]).fitted(to: data)
    let whole = try model.probabilities(for: data.features)
    let predictor = try model.predictor()
    var session = predictor.session()
    var probabilities = [Float](repeating: 0, count: 3)
    for row in 0..<data.count {
      _ = try session.probabilities(for: data.features.row(row), into: &probabilities)
      #expect(probabilities == Array(whole.row(row)))
    }
    let error = #expect(throws: SoftmaxError.self) {
      _ = try session.probabilities(for: [1, .nan], into: &probabilities)
    }
    #expect(error?.code == .nonFiniteValue)
  }

  @Test func bytesAreScaledAndThenStandardized() throws {
    let bytes = try ByteMatrix(
      rowCount: 4, columnCount: 2, bytes: [0, 10, 255, 20, 128, 30, 7, 40], scale: 1.0 / 255)
    let data = try LabeledDataset(
      features: .bytes(bytes), labels: [0, 1, 1, 0], classNames: ["a", "b"])
    let model = try SoftmaxRegression(preprocessing: [.standardize]).fitted(to: data)
    #expect(model.pipeline.description == "bytes times 1/255, standardized")
    let whole = try model.probabilities(for: data.features)
    let predictor = try model.predictor()
    var session = predictor.session()
    var probabilities = [Float](repeating: 0, count: 2)
    let row: [UInt8] = [128, 30]
    _ = try session.probabilities(for: row, into: &probabilities)
    #expect(probabilities == Array(whole.row(2)))
  }

  @Test func nothingAndNonsenseAreRefused() throws {
    let data = try clouds(2)
    #expect(throws: SoftmaxError.self) {
      try Pipeline([.standardize], fittedTo: data.selecting(rows: []))
    }
    #expect(throws: SoftmaxError.self) { try Standardization(mean: [0], standardDeviation: [0]) }
    #expect(throws: SoftmaxError.self) {
      try Standardization(mean: [0, 1], standardDeviation: [1])
    }
    #expect(throws: SoftmaxError.self) { try Standardization(mean: [.nan], standardDeviation: [1]) }
    let narrow = PreprocessingStep(try Standardization(mean: [0], standardDeviation: [1]))
    #expect(throws: SoftmaxError.self) {
      try Pipeline(fitted: [narrow]).apply(to: data.features)
    }
    #expect(throws: SoftmaxError.self) { try Pipeline(fitted: [.standardize]) }
    #expect(throws: SoftmaxError.self) {
      try Pipeline(fitted: [narrow, PreprocessingStep(ByteScale(1))])
    }
  }

  // The same rows through blocks of any size: the last one is short.
  @Test func manyRowsGiveWhatEachRowGives() throws {
    let rowCount = 40_000
    let values = (0..<rowCount * 3).map { Float($0 % 1009) * 0.25 }
    let features = Features.floats(try Matrix(rowCount: rowCount, columnCount: 3, elements: values))
    let data = try LabeledDataset(
      features: features, labels: (0..<rowCount).map { $0 % 2 }, classNames: ["a", "b"])
    let pipeline = try Pipeline([.standardize], fittedTo: data)
    let whole = try pipeline.apply(to: features).matrix
    for row in [0, 21_844, 21_845, 39_999] {
      #expect(
        try pipeline.apply(to: features.selecting(rows: [row])).matrix.elements
          == Array(whole.row(row)))
    }
    let network = try Sequential(input: [3], seed: 1) { Dense(2) }
    let classifier = try Classifier(network: network, classNames: ["a", "b"], pipeline: pipeline)
    #expect(try classifier.logits(for: features) == network.logits(for: .floats(whole)))
  }
}

/// Changes numbers, and has nothing to learn.
private struct Doubling: PreprocessingKind {
  static let name = "doubling"

  var settings: NoSettings { NoSettings() }
  var learnt: [String: [Double]] { [:] }
  var isFitted: Bool { true }
  var description: String { "doubled" }

  init() {}
  init(settings: NoSettings, learnt: [String: [Double]]) {}

  func fitted(to rows: PreprocessedRows) -> Doubling { self }
  func columnCount(from count: Int?) -> Int? { count }
  var action: PreprocessingAction {
    .compute { values in for index in values.indices { values[index] *= 2 } }
  }
}

/// What a model does to features goes wherever the model goes.
@Suite struct PipelineTests {
  private func table(_ names: [String], _ columns: [[Double]]) throws -> Table {
    try Table(zip(names, columns).map { .numbers($1.map { $0 }, name: $0) })
  }

  private func flowers(_ order: [Int] = [0, 1]) throws -> LabeledDataset {
    let lengths: [Double] = (0..<40).map { Double($0 % 2 * 30 + $0 % 5) }
    let widths: [Double] = (0..<40).map { Double($0 % 7) / 10 }
    let columns = [lengths, widths]
    let table = try table(order.map { ["length", "width"][$0] }, order.map { columns[$0] })
    return try LabeledDataset(
      features: .columns(table), labels: (0..<40).map { $0 % 2 }, classNames: ["x", "y"])
  }

  @Test func aGradientOfATableWithAGapIsAnError() throws {
    let data = try LabeledDataset(
      features: .columns(table(["length", "width"], [[1, .nan], [2, 3]])), labels: [0, 1],
      classNames: ["x", "y"])
    let network = try Sequential(input: [2]) { Dense(2) }
    let error = #expect(throws: SoftmaxError.self) {
      try network.valueAndGradient(of: .crossEntropy, on: data)
    }
    #expect(error?.code == .nonFiniteValue && error?.location == .row(1, column: 0))
    _ = try network.valueAndGradient(of: .crossEntropy, on: flowers())
  }

  @Test func columnsAreFoundByNameAlsoBeforeAStepThatLearnsNothing() throws {
    let (data, turned) = (try flowers(), try flowers([1, 0]))
    let pipeline = try Pipeline([PreprocessingStep(Doubling())], fittedTo: data)
    let doubled = data.features.matrix.elements.map { 2 * $0 }
    #expect(try pipeline.apply(to: turned.features).matrix.elements == doubled)
    #expect(pipeline.table == data.schema)
  }

  @Test func theStepWhoseResultIsNoNumberIsNamed() throws {
    func message(_ value: Double, _ steps: [any PreprocessingKind]) throws -> String? {
      let data = try LabeledDataset(
        features: .columns(table(["length"], [[0, value]])), labels: [0, 1], classNames: ["x", "y"])
      let pipeline = try Pipeline(steps.map { PreprocessingStep($0) }, fittedTo: data)
      let error = #expect(throws: SoftmaxError.self) { try pipeline.apply(to: data) }
      #expect(error?.location == .row(1, column: 0))
      return error?.message
    }
    let one = try Standardization(mean: [0], standardDeviation: [1])
    let tiny = try Standardization(mean: [0], standardDeviation: [1e-300])
    #expect(try message(1e10, [tiny, Doubling()])?.contains("be standardized:") == true)
    #expect(try message(1e308, [Doubling(), one])?.contains("be doubled:") == true)
    // Too large for Float only in the end.
    #expect(try message(1e300, [one, Doubling()])?.contains("be doubled:") == true)
  }

  @Test func stepsAreTakenInTheirOrder() throws {
    let rows = try Matrix([[1], [3]])
    let data = try LabeledDataset(
      features: .floats(rows), labels: [0, 1], classNames: ["a", "b"])
    let doubling = PreprocessingStep(Doubling())
    for (steps, expected) in [
      ([.standardize, doubling], [-2, 2]), ([doubling, .standardize], [-1, 1]),
    ] as [([PreprocessingStep], [Float])] {
      let pipeline = try Pipeline(steps, fittedTo: data)
      #expect(try pipeline.apply(to: data.features).matrix.elements == expected)
    }
  }

  @Test func columnsAreFoundByTheirNames() throws {
    let estimator = SoftmaxRegression(preprocessing: [.standardize])
    let model = try estimator.fitted(to: flowers())
    #expect(model.pipeline.description == "columns, gaps of later rows filled, standardized")
    #expect(model.table?.features.map(\.name) == ["length", "width"])
    let turned = try flowers([1, 0])
    #expect(try model.evaluation(on: turned) == model.evaluation(on: flowers()))
    #expect(try model.score(on: turned) == model.score(on: flowers()))
    let predictor = try model.predictor()
    let more = try table(["id", "width", "length"], [[7], [0.3], [33]])
    let prediction = try #require(predictor.predictions(for: more).first)
    #expect(prediction.label == "y")
    let lacking = #expect(throws: SoftmaxError.self) {
      try predictor.predictions(for: table(["width"], [[1]]))
    }
    #expect(lacking?.message.contains("\"length\"") == true)
    let gap = try Table([.numbers([1, nil], name: "length"), .numbers([1, 2], name: "width")])
    // The median of the lengths.
    let filled = try table(["length", "width"], [[1, 17], [1, 2]])
    #expect(try predictor.predictions(for: gap) == predictor.predictions(for: filled))
    #expect(
      try predictor.pipeline.unknownCells(of: .columns(gap)).map(\.count) == [1, 0])
    let texts = try Table([.numbers([1], name: "length"), .categories(["wide"], name: "width")])
    let wrong = #expect(throws: SoftmaxError.self) { try predictor.predictions(for: texts) }
    #expect(wrong?.message.contains("column \"width\" holds texts") == true)
  }

  @Test func aWarmStartKeepsThePipelineOfItsModel() throws {
    let estimator = SoftmaxRegression(preprocessing: [.standardize])
    let model = try estimator.fitted(to: flowers())
    // Of fewer rows a mean of its own would be another.
    let few = try flowers([1, 0]).selecting(rows: 0..<11)
    for again in [estimator, SoftmaxRegression()] {
      let further = try again.fitted(to: few, startingFrom: model)
      #expect(further.pipeline == model.pipeline && further.network != model.network)
    }
    let plain = try SoftmaxRegression().fitted(to: flowers())
    let error = #expect(throws: SoftmaxError.self) {
      try estimator.fitted(to: few, startingFrom: plain)
    }
    #expect(error?.message.contains("standardize") == true)
    let bytes = try ByteMatrix(rowCount: 2, columnCount: 2, bytes: [0, 16, 16, 8], scale: 1.0 / 16)
    let data = try LabeledDataset(
      features: .bytes(bytes), labels: [0, 1], classNames: ["a", "b"])
    let scaled = try SoftmaxRegression().fitted(to: data)
    let others = try data.replacing(
      features: .bytes(
        ByteMatrix(rowCount: 2, columnCount: 2, bytes: bytes.bytes, scale: 1.0 / 255)))
    #expect(
      try SoftmaxRegression().fitted(to: others, startingFrom: scaled)
        == SoftmaxRegression().fitted(to: data, startingFrom: scaled))
  }

  @Test func aLogitThatOverflowsAfterAPipelineIsAnErrorThatNamesItsRow() throws {
    let narrow = PreprocessingStep(
      try Standardization(mean: [0, 0], standardDeviation: [1e-30, 1e-30]))
    var network = try Sequential(input: [2]) { Dense(2) }
    try network.setParameters(
      ofLayer: 0, weight: Matrix([[1e9, 0], [-1e9, 0]]), bias: [0, 0])
    let classifier = try Classifier(
      network: network, classNames: ["a", "b"], pipeline: Pipeline(fitted: [narrow]))
    let features = Features.floats(try Matrix([[0, 0], [0, 0], [1, 0]]))
    for attempt in 0..<3 {
      let error = #expect(throws: SoftmaxError.self) {
        switch attempt {
        case 0: _ = try classifier.probabilities(for: features)
        case 1: _ = try classifier.logits(for: features)
        default: _ = try classifier.predictions(for: features)
        }
      }
      #expect(error?.code == .nonFiniteValue && error?.location == .row(2, column: 0))
    }
    var session = try classifier.predictor().session()
    var probabilities: [Float] = [0, 0]
    #expect(throws: SoftmaxError.self) {
      _ = try session.probabilities(for: [1, 0] as [Float], into: &probabilities)
    }
  }

  @Test func validationAndCallbacksWatchAnEstimator() throws {
    let data = try flowers()
    let estimator = MLPClassifier(
      hiddenUnits: [], epochs: 4, preprocessing: [.standardize], seed: 3)
    var epochs: [TrainingHistory.Epoch] = []
    let model = try estimator.fitted(
      to: data, validation: .fraction(0.25),
      callbacks: [
        .onEpochEnd { status in
          epochs = status.history.epochs
          return .proceed
        }
      ])
    #expect(epochs.count == 4 && epochs.allSatisfy { $0.validation != nil })
    // Learnt from the rows to learn from, without those held back.
    let rows = try data.split(validationFraction: 0.25, seed: 3).training
    #expect(try model.pipeline == Pipeline([.standardize], fittedTo: rows))
  }

  @Test func anErrorNamesTheRowOfTheDataAndNotOfItsPart() throws {
    // A number that no float holds.
    var lengths: [Double?] = (0..<40).map { Double($0 % 5) }
    lengths[31] = 1e300
    let data = try LabeledDataset(
      features: .columns(Table([.numbers(lengths, name: "length")])),
      labels: (0..<40).map { $0 % 2 }, classNames: ["x", "y"])
    for validation in [Validation.none, .fraction(0.25)] {
      let error = #expect(throws: SoftmaxError.self) {
        try SoftmaxRegression().fitted(to: data, validation: validation)
      }
      #expect(error?.location == .row(31, column: 0))
    }
  }

  @Test func aCheckpointOfAnotherPipelineIsRefused() throws {
    let data = try flowers()
    var network = try Sequential(input: [2], seed: 1) { Dense(2, activation: .softmax) }
    let pipeline = try Pipeline([.standardize], fittedTo: data)
    let trainer = try Trainer(network, on: data, pipeline: pipeline)
    let checkpoint = try trainer.checkpoint(at: .init(epoch: 0))
    #expect(try checkpoint.classifier.pipeline == pipeline)
    try network.fit(to: data, pipeline: pipeline, epochs: 1, resuming: checkpoint)
    let plain = #expect(throws: SoftmaxError.self) {
      try Trainer(network, on: data).restore(checkpoint)
    }
    #expect(
      plain?.message
        == "the checkpoint's features are columns, gaps of later rows filled, standardized, those here columns, "
        + "gaps of later rows filled")
    // Their medians are the same.
    let fewer = try Pipeline([.standardize], fittedTo: data.selecting(rows: 0..<20))
    let other = #expect(throws: SoftmaxError.self) {
      try network.fit(to: data, pipeline: fewer, epochs: 1, resuming: checkpoint)
    }
    #expect(other?.message.contains("standardized was learnt from other rows") == true)
  }

  @Test func aCheckpointKeepsTheOutputFunctionOfItsLoss() throws {
    let songs = try LabeledDataset(
      features: .floats(Matrix([[0, 1], [1, 0], [1, 1]])),
      indicators: Matrix([[0, 1], [1, 0], [1, 1]]), classNames: ["first", "second"])
    let network = try Sequential(input: [2], seed: 1) { Dense(2) }
    let trainer = try Trainer(network, on: songs, loss: .binaryCrossEntropy())
    let classifier = try trainer.checkpoint(at: .init(epoch: 0)).classifier
    #expect(classifier.outputFunction == .sigmoid)
    #expect(try classifier.multiLabelEvaluation(on: songs).rowCount == 3)
  }
}

/// Classes are matched by name, and never shifted in silence.
@Suite struct ClassMatchingTests {
  private func model(_ names: [String]) throws -> Classifier {
    try SoftmaxRegression().fitted(
      to: clouds(20).replacing(labels: clouds(20).labels, classNames: names))
  }

  @Test func namesOfWhichSomeAreKnownAreNoIndices() throws {
    let model = try model(["1", "2", "3"])
    let test = try clouds(10, seed: 3)
    let rows = test.labels.indices.filter { test.labels[$0] != 2 }
    // The classes 1 and 2 among "0", "1", "2".
    let shifted = try test.selecting(rows: rows).replacing(
      labels: rows.map { test.labels[$0] + 1 }, classNames: ["0", "1", "2"])
    #expect(try model.evaluation(on: shifted).accuracy > 0.9)
    #expect(try model.score(on: shifted) > 0.9)
    let unknown = try test.replacing(labels: test.labels, classNames: ["0", "1", "2"])
    for attempt in 0..<2 {
      let error = #expect(throws: SoftmaxError.self) {
        _ = attempt == 0 ? try model.evaluation(on: unknown).accuracy : try model.score(on: unknown)
      }
      #expect(error?.message.contains("the class \"0\", which is unknown") == true)
    }
  }

  @Test func validationRowsAndWarmStartsAreMatchedByNameToo() throws {
    let data = try clouds(20)
    let turned = try data.replacing(
      labels: data.labels.map { 2 - $0 }, classNames: data.classNames.reversed())
    var networks = [try Sequential(input: [2], seed: 1) { Dense(3) }]
    networks.append(networks[0])
    let losses = try networks.indices.map { index in
      try networks[index].fit(to: data, validation: .data(index == 0 ? data : turned))
        .epochs[0].validation?.loss
    }
    #expect(losses[0] != nil && losses[0] == losses[1])
    let model = try SoftmaxRegression().fitted(to: data)
    #expect(
      try SoftmaxRegression().fitted(to: turned, startingFrom: model)
        == SoftmaxRegression().fitted(to: data, startingFrom: model))
  }

  @Test func multiLabelTargetsAreMatchedByNameToo() throws {
    let songs = try LabeledDataset(
      features: .floats(Matrix([[0, 1], [1, 0], [1, 1]])),
      indicators: Matrix([[0, 1], [1, 0], [1, 1]]), classNames: ["first", "second"])
    let turned = try songs.replacing(
      indicators: Matrix([[1, 0], [0, 1], [1, 1]]), classNames: ["second", "first"])
    let model = try MLPClassifier(hiddenUnits: [], loss: .binaryCrossEntropy(), epochs: 3)
      .fitted(to: songs)
    #expect(
      try model.multiLabelEvaluation(on: turned) == model.multiLabelEvaluation(on: songs))
  }
}
