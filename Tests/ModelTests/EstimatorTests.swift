// SPDX-License-Identifier: Apache-2.0

import Foundation
import SoftmaxCore
import SoftmaxModels
import Synchronization
import Testing

/// Three clouds of points in the plane, told apart by straight lines.
func clouds(_ countOfEach: Int, seed: UInt64 = 1, scale: Float = 1) throws -> LabeledDataset {
  let generator = CounterBasedGenerator(seed: seed)
  let centres: [(Float, Float)] = [(0, 0), (3, 0), (0, 3)]
  var features: [[Float]] = []
  var labels: [Int] = []
  for index in 0..<countOfEach * 3 {
    let (x, y) = centres[index % 3]
    let (u, v) = (
      generator.uniform(at: UInt64(2 * index)), generator.uniform(at: UInt64(2 * index + 1))
    )
    features.append([x + 2 * u - 1, scale * (y + 2 * v - 1)])
    labels.append(index % 3)
  }
  return try LabeledDataset(
    features: .floats(Matrix(features)), labels: labels, classNames: ["here", "right", "up"])
}

@Suite struct EstimatorTests {
  @Test func softmaxRegressionLearnsCloudsThatLinesTellApart() throws {
    let model = try SoftmaxRegression().fitted(to: clouds(40))
    #expect(try model.score(on: clouds(30, seed: 2)) > 0.97)
    #expect(try model.evaluation(on: clouds(30, seed: 2)).accuracy > 0.97)
  }

  @Test func aPerceptronWithoutHiddenLayersApproachesSoftmaxRegression() throws {
    let data = try clouds(20)
    let linear = try SoftmaxRegression(l2Penalty: 0.1).fitted(to: data)
    let perceptron = try MLPClassifier(
      hiddenUnits: [], l2Penalty: 0.1, optimizer: .sgd(learningRate: 0.1), epochs: 2000,
      batchSize: 60
    ).fitted(to: data)
    let (solved, trained) = try (
      linear.probabilities(for: data.features), perceptron.probabilities(for: data.features)
    )
    let gap = zip(solved.elements, trained.elements).map { abs($0 - $1) }.max() ?? 1
    #expect(gap < 1e-3)
  }

  // The perceptron ends in what goes with its loss: a loss and another's function are an error.
  @Test(arguments: [
    Loss.crossEntropy, .binaryCrossEntropy(), .squared, .huber(), .absolute, .multiClassHinge(),
  ])
  func aPerceptronLearnsByEachLoss(loss: Loss) throws {
    let model = try MLPClassifier(
      hiddenUnits: [], loss: loss, optimizer: .sgd(learningRate: 0.1), epochs: 40, batchSize: 8
    ).fitted(to: clouds(40))
    #expect(try model.score(on: clouds(30, seed: 2)) > 0.9)
    let sum = try model.probabilities(for: clouds(2).features).sums()[0]
    #expect((abs(sum - 1) < 1e-6) == (loss != .binaryCrossEntropy()))
  }

  @Test func theObjectiveIsLnKWhereAllClassesAreAlike() throws {
    let (value, gradient) = try SoftmaxRegression(l2Penalty: 1).valueAndGradient(
      weight: Matrix(rowCount: 3, columnCount: 2), bias: [0, 0, 0], on: clouds(10))
    #expect(abs(value - 1.0986122886681098) < 1e-6)
    // Each class has a third of the samples, so the biases are where they should be.
    #expect(gradient.bias.allSatisfy { abs($0) < 1e-6 })
  }

  // (1 / n) (P - Y)^T X + l2 W by plain loops in double, and the objective's own differences.
  @Test(arguments: [0, 0.3, 2])
  func theGradientOfTheObjectiveMatchesFiniteDifferences(l2: Double) throws {
    let data = try clouds(7)
    let regression = SoftmaxRegression(l2Penalty: l2)
    let weight = try Matrix([[0.3, -0.2], [0.1, 0.4], [-0.5, 0.25]])
    let bias: [Float] = [0.1, -0.3, 0.2]
    func objective(_ parameters: [Double]) -> Double {
      var sum = 0.0
      for row in 0..<data.count {
        let x = data.features.row(row).map { Double($0) }
        let z = (0..<3).map { k in
          parameters[2 * k] * x[0] + parameters[2 * k + 1] * x[1] + parameters[6 + k]
        }
        sum += logSumExp(z) - z[data.labels[row]]
      }
      let square = parameters[..<6].reduce(0) { $0 + $1 * $1 }
      return sum / Double(data.count) + l2 / 2 * square
    }
    let point = weight.elements.map { Double($0) } + bias.map { Double($0) }
    let (value, gradient) = try regression.valueAndGradient(weight: weight, bias: bias, on: data)
    #expect(abs(value - objective(point)) < 1e-6)
    let ours = gradient.weight.elements + gradient.bias
    for index in point.indices {
      let h = 1e-3
      func at(_ steps: Double) -> Double {
        var moved = point
        moved[index] += steps * h
        return objective(moved)
      }
      let slope = (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * h)
      #expect(abs(Double(ours[index]) - slope) < 2e-6)
    }
  }

  private func logSumExp(_ z: [Double]) -> Double {
    // By the series of exp, as the tests have no Foundation: z is small here.
    func exp(_ x: Double) -> Double {
      var (sum, term) = (1.0, 1.0)
      for n in 1..<60 {
        term *= x / Double(n)
        sum += term
      }
      return sum
    }
    // Newton's steps for ln s.
    let s = z.map(exp).reduce(0, +)
    var y = 1.0
    for _ in 0..<60 { y += s / exp(y) - 1 }
    return y
  }

  @Test func scikitLearnsCIsTheInverseOfThePenaltyTimesTheSamples() {
    #expect(SoftmaxRegression.l2Penalty(forC: 1, sampleCount: 60_000) == 1.0 / 60_000)
    #expect(SoftmaxRegression.l2Penalty(forC: .infinity, sampleCount: 10) == 0)
  }

  @Test func aWarmStartGoesOnWhereTheModelEnded() throws {
    let data = try clouds(20)
    var estimator = MLPClassifier(
      hiddenUnits: [], optimizer: .sgd(learningRate: 0.1), epochs: 4, batchSize: 60)
    let once = try estimator.fitted(to: data)
    estimator.epochs = 6
    let further = try estimator.fitted(to: data, startingFrom: once)
    var network = once.network
    try network.fit(to: data, optimizer: .sgd(learningRate: 0.1), epochs: 6, batchSize: 60)
    #expect(further.network == network)
    #expect(further.network != once.network)
  }

  @Test func aWarmStartWithOtherClassesOrLayersIsRefused() throws {
    let data = try clouds(5)
    let model = try SoftmaxRegression().fitted(to: data)
    #expect(throws: SoftmaxError.self) {
      try MLPClassifier(hiddenUnits: [4]).fitted(to: data, startingFrom: model)
    }
    let renamed = try data.replacing(labels: data.labels, classNames: ["a", "b", "c"])
    #expect(throws: SoftmaxError.self) {
      try SoftmaxRegression().fitted(to: renamed, startingFrom: model)
    }
  }

  @Test func oneAgainstTheRestAgreesWithSoftmaxOnEasyData() throws {
    let test = try clouds(30, seed: 9)
    let model = try OneVsRest(SoftmaxRegression()).fitted(to: clouds(40))
    #expect(model.models.count == 3)
    #expect(model.models[1].classNames == ["rest", "right"])
    #expect(try model.score(on: test) > 0.97)
    let probabilities = try model.probabilities(for: test.features)
    for row in 0..<test.count {
      #expect(abs(probabilities.row(row).reduce(0, +) - 1) < 1e-6)
    }
    let evaluation = try model.evaluation(on: test)
    #expect(evaluation.accuracy == (try model.score(on: test)))
    let logLoss = test.labels.indices.reduce(0) {
      $0 - log(Double(probabilities[$1, test.labels[$1]])) / Double(test.count)
    }
    #expect(abs(evaluation.logLoss - logLoss) < 1e-6 * logLoss)
    #expect(throws: SoftmaxError.self) {
      try model.evaluation(on: test.replacing(labels: test.labels, classNames: ["a", "b", "c"]))
    }
  }

  // The pipelines of its models are equal, as they are fitted to the same rows.
  @Test func oneAgainstTheRestPreprocessesRowsOnce() throws {
    let data = try clouds(10)
    let model = try OneVsRest(
      SoftmaxRegression(preprocessing: [PreprocessingStep(Counting()), .standardize])
    ).fitted(to: data)
    let features = data.selecting(rows: 0..<7).features
    func rowsRead(_ body: () throws -> Void) rethrows -> Int {
      let before = Counting.valueCount.withLock { $0 }
      try body()
      return (Counting.valueCount.withLock { $0 } - before) / 2
    }
    var (logits, probabilities) = (
      Matrix(rowCount: 0, columnCount: 0), Matrix(rowCount: 0, columnCount: 0)
    )
    #expect(try rowsRead { logits = try model.logits(for: features) } == 7)
    #expect(try rowsRead { probabilities = try model.probabilities(for: features) } == 7)
    var predictions: [Prediction] = []
    #expect(try rowsRead { predictions = try model.predictions(for: features) } == 7)
    #expect(predictions.map(\.index) == logits.mostLikelyClasses())
    #expect(predictions.flatMap(\.probabilities) == probabilities.elements)
    // Each binary model by itself gives the same numbers.
    for (column, own) in model.models.enumerated() {
      let alone = try own.logits(for: features)
      for row in 0..<7 { #expect(logits[row, column] == alone[row, 1] - alone[row, 0]) }
    }
  }

  @Test func aClassWithoutSamplesCannotBeToldFromTheRest() throws {
    let data = try clouds(3)
    let rows = data.labels.indices.filter { data.labels[$0] != 2 }
    let error = #expect(throws: SoftmaxError.self) {
      try OneVsRest(SoftmaxRegression()).fitted(to: data.selecting(rows: rows))
    }
    #expect(error?.message.contains("'up'") == true)
  }
}

/// Changes nothing, and counts the values that it sees.
private struct Counting: PreprocessingKind {
  static let name = "counting"
  static let valueCount = Mutex(0)

  var settings: NoSettings { NoSettings() }
  var learnt: [String: [Double]] { [:] }
  var isFitted: Bool { true }
  var description: String { "counted" }

  init() {}
  init(settings: NoSettings, learnt: [String: [Double]]) {}

  func fitted(to rows: PreprocessedRows) -> Counting { self }
  func columnCount(from count: Int?) -> Int? { count }
  var action: PreprocessingAction {
    .compute { values in
      let count = values.count
      Self.valueCount.withLock { $0 += count }
    }
  }
}

@Suite struct AddingClassTests {
  @Test func aNewClassChangesNoPredictionBeforeItIsTrained() throws {
    let data = try clouds(30)
    let model = try MLPClassifier(hiddenUnits: [40], epochs: 5).fitted(to: data)
    let wider = try model.addingClass("left")
    #expect(wider.classNames == ["here", "right", "up", "left"])
    let (before, after) = (
      try model.predictions(for: data.features), try wider.predictions(for: data.features)
    )
    #expect(before.map(\.label) == after.map(\.label))
    for (old, new) in zip(before, after) {
      #expect(new.probability < old.probability, "every probability makes room")
      #expect(abs(new.probabilities.reduce(0, +) - 1) < 1e-6)
    }
  }

  @Test func trainingGoesOnFromWhatIsKnownAndTheCostIsTold() throws {
    // Of the three classes the model first knows two.
    let all = try clouds(40)
    let old = all.labels.indices.filter { all.labels[$0] != 2 }
    let known = try all.selecting(rows: old).replacing(
      labels: old.map { all.labels[$0] }, classNames: ["here", "right"])
    let estimator = MLPClassifier(
      hiddenUnits: [], optimizer: .sgd(learningRate: 0.1), epochs: 40, batchSize: 8)
    let two = try estimator.fitted(to: known)
    let three = try estimator.fitted(to: all, startingFrom: two.addingClass("up"))
    #expect(try three.score(on: clouds(30, seed: 4)) > 0.97)
    let cost = try ClassCost(from: two, to: three, on: known)
    #expect(cost.rows.map(\.className) == ["here", "right"])
    #expect(cost.rows.map(\.sampleCount) == [40, 40])
    #expect(cost.accuracyBefore > 0.97 && cost.accuracyAfter > 0.9)
    #expect(cost.logLossAfter > cost.logLossBefore, "a third class takes from the two")
    // The classes of numbered data are matched by their index, here as in an evaluation.
    let numbered = try known.replacing(labels: known.labels, classNames: ["0", "1"])
    let same = try ClassCost(from: two, to: three, on: numbered)
    #expect(same.rows.map(\.recallBefore) == cost.rows.map(\.recallBefore))
    #expect(same.rows.map(\.recallAfter) == cost.rows.map(\.recallAfter))
  }

  @Test func aNameThatIsTakenIsRefused() throws {
    let model = try SoftmaxRegression().fitted(to: clouds(5))
    #expect(throws: SoftmaxError.self) { try model.addingClass("up") }
  }
}
