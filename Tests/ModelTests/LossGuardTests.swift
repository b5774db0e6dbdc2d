// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import SoftmaxModels
import Testing

/// What is refused before training begins, and what the error says to do instead.
@Suite struct LossGuardTests {
  private func error(
    _ loss: Loss, on dataset: LabeledDataset, outputs: Int, ending: Activation? = nil
  ) throws -> SoftmaxError? {
    var network = try Sequential(input: [5]) { Dense(outputs, activation: ending) }
    let before = network
    var found: [SoftmaxError] = []
    do { try network.fit(to: dataset, loss: loss) } catch let error as SoftmaxError {
      found.append(error)
    }
    do { _ = try network.valueAndGradient(of: loss, on: dataset) } catch { found.append(error) }
    var solved = before
    do {
      try solved.fit(to: dataset, solver: GradientDescent(), loss: loss, iterations: 0)
    } catch let error as SoftmaxError { found.append(error) }
    #expect(found.isEmpty || found.count == 3)
    #expect(found.allSatisfy { $0.description == found[0].description })
    #expect(found.isEmpty || network == before && solved == before)
    return found.first
  }

  @Test func anOutputFunctionThatIsNotTheLosssIsAnError() throws {
    let dataset = try triangle(count: 20)
    let wrong: [(Loss, Activation, String)] = [
      (.crossEntropy, .sigmoid, ".binaryCrossEntropy()"),
      (.crossEntropy(labelSmoothing: 0.1), .sigmoid, ".binaryCrossEntropy()"),
      (.binaryCrossEntropy(), .softmax, ".crossEntropy"), (.squared, .softmax, "leave out"),
      (.absolute, .sigmoid, "leave out"), (.huber(), .softmax, "leave out"),
      (.multiClassHinge(), .softmax, "leave out"),
    ]
    for (loss, ending, remedy) in wrong {
      let error = try error(loss, on: dataset, outputs: 3, ending: ending)
      #expect(error?.code == .invalidArgument)
      #expect(error?.message.contains("ends in a \(ending.name)") == true)
      #expect(error?.remedy?.contains(remedy) == true)
    }
    #expect(try error(.crossEntropy, on: dataset, outputs: 3, ending: .softmax) == nil)
    #expect(try error(.binaryCrossEntropy(), on: dataset, outputs: 3, ending: .sigmoid) == nil)
    #expect(try error(.squared, on: dataset, outputs: 3) == nil)
    #expect(try error(.custom(Misgiving()), on: dataset, outputs: 3, ending: .softmax) == nil)
  }

  @Test func settingsThatMakeNoSenseAreErrors() throws {
    let dataset = try triangle(count: 20)
    let wrong: [(Loss, SoftmaxError.Code)] = [
      (.crossEntropy(labelSmoothing: 1), .invalidArgument),
      (.crossEntropy(labelSmoothing: -0.1), .invalidArgument),
      (.binaryCrossEntropy(labelSmoothing: .nan), .invalidArgument),
      (Loss(HuberLoss.self, labelSmoothing: 0.1), .invalidArgument),
      (.crossEntropy(classWeights: [1, 2]), .shapeMismatch),
      (.crossEntropy(classWeights: [1, -1, 1]), .invalidArgument),
      (.squared(classWeights: [1, .infinity, 1]), .invalidArgument),
      (.squared(classWeights: [1, .nan, 1]), .invalidArgument),
      (.crossEntropy(classWeights: [1, 1e-30, 1]), .invalidArgument),
      (.crossEntropy(classWeights: [0, 0, 0]), .invalidArgument),
      (.squared(classWeights: [0, 0, 0]), .invalidArgument),
      (.crossEntropy(ignoredClass: 3), .labelOutOfRange),
      (.crossEntropy(ignoredClass: -1), .labelOutOfRange),
      (.huber(delta: 0), .invalidArgument), (.huber(delta: .infinity), .invalidArgument),
      (.multiClassHinge(margin: -1), .invalidArgument),
      (.multiClassHinge(margin: .nan), .invalidArgument),
    ]
    for (loss, code) in wrong {
      #expect(try error(loss, on: dataset, outputs: 3)?.code == code, "\(loss)")
    }
  }

  // All that is there counts nothing, whoever says so.
  @Test func aTrainingWithNothingToLearnFromIsAnError() throws {
    let features = try triangle(count: 20).features
    func dataset(_ weight: Float?) throws -> LabeledDataset {
      try LabeledDataset(
        features: features, labels: Array(repeating: 1, count: 20), classNames: ["a", "b", "c"],
        sampleWeights: weight.map { Array(repeating: $0, count: 20) })
    }
    var network = try Sequential(input: [5]) { Dense(3) }
    let before = network
    for (loss, weight) in [
      (Loss.crossEntropy, 0), (.crossEntropy(classWeights: [1, 0, 1]), nil),
      (.squared(ignoredClass: 1), nil), (.huber(classWeights: [2, 0, 2]), 1),
    ] as [(Loss, Float?)] {
      let dataset = try dataset(weight)
      let error = #expect(throws: SoftmaxError.self) { try network.fit(to: dataset, loss: loss) }
      #expect(error?.code == .invalidArgument)
      #expect(error?.message == "no sample counts: all weights are 0")
      let solved = #expect(throws: SoftmaxError.self) {
        try network.fit(to: dataset, solver: GradientDescent(), loss: loss)
      }
      #expect(solved?.description == error?.description)
      // A batch of such samples is none to learn from, and says so.
      #expect(try network.valueAndGradient(of: loss, on: dataset).loss == 0)
    }
    #expect(network == before)
    try network.fit(to: dataset(1), loss: .crossEntropy(classWeights: [0, 1, 0]), epochs: 1)
    #expect(network != before)
  }

  @Test func targetsThatDoNotFitTheLossAreErrors() throws {
    let features = try triangle(count: 3).features
    let names = ["a", "b", "c"]
    let several = try LabeledDataset(
      features: features, indicators: Matrix([[1, 1, 0], [0, 0, 0], [0, 1, 0.5]]),
      classNames: names)
    for loss in [
      Loss.crossEntropy, .squared, .absolute, .huber(), .multiClassHinge(),
      .binaryCrossEntropy(classWeights: [1, 1, 2]), .binaryCrossEntropy(ignoredClass: 0),
    ] {
      #expect(try error(loss, on: several, outputs: 3)?.code == .invalidArgument)
    }
    #expect(try error(.binaryCrossEntropy(), on: several, outputs: 3) == nil)
    let soft = try LabeledDataset(
      features: features, distributions: Matrix([[1, 0, 0], [0.5, 0.5, 0], [0, 0, 1]]),
      classNames: names)
    let hinge = try error(.multiClassHinge(), on: soft, outputs: 3)
    #expect(hinge?.location == .row(1, column: nil))
    #expect(throws: SoftmaxError.self) {
      try Matrix(rowCount: 1, columnCount: 2).crossEntropy(of: .indicators(Matrix([[1, 1]])))
    }
  }

  @Test func oneOutputStandsForTwoClassesWhereTheLossSaysSo() throws {
    let three = try triangle(count: 20)
    let two = try LabeledDataset(
      features: three.features, labels: three.labels.map { $0 == 0 ? 0 : 1 },
      classNames: ["left", "other"])
    #expect(try error(.binaryCrossEntropy(), on: two, outputs: 1) == nil)
    #expect(try error(.crossEntropy, on: two, outputs: 1)?.code == .shapeMismatch)
    #expect(
      try error(.crossEntropy, on: two, outputs: 1)?.remedy?.contains("binaryCrossEntropy") == true)
    #expect(try error(.squared, on: two, outputs: 1)?.code == .shapeMismatch)
    #expect(try error(.binaryCrossEntropy(), on: three, outputs: 1)?.code == .shapeMismatch)
    #expect(try error(.binaryCrossEntropy(), on: two, outputs: 3)?.code == .shapeMismatch)
  }

  @Test func valuesOfWhatDoesNotFitAreErrors() throws {
    let logits = Matrix(rowCount: 2, columnCount: 3)
    let loss = Loss.crossEntropy(labelSmoothing: 0.1)
    func code(_ targets: Targets, _ logits: Matrix, _ weights: [Float]? = nil) -> SoftmaxError.Code?
    {
      #expect(throws: SoftmaxError.self) {
        try loss.value(of: targets, logits: logits, sampleWeights: weights)
      }?.code
    }
    #expect(code(.labels([0]), logits) == .shapeMismatch)
    #expect(code(.labels([0, 3]), logits) == .labelOutOfRange)
    #expect(code(.labels([0, -1]), logits) == .labelOutOfRange)
    #expect(code(.distributions(Matrix(rowCount: 2, columnCount: 2)), logits) == .shapeMismatch)
    #expect(code(.labels([0, 1]), logits, [1]) == .shapeMismatch)
    #expect(code(.labels([0, 1]), logits, [1, -1]) == .invalidArgument)
    #expect(code(.labels([0, 1]), logits, [1, .nan]) == .nonFiniteValue)
    #expect(code(.labels([]), Matrix(rowCount: 0, columnCount: 3)) == .invalidArgument)
    #expect(code(.labels([0, 0]), Matrix(rowCount: 2, columnCount: 1)) == .shapeMismatch)
  }
}
