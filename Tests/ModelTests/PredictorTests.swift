// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import SoftmaxModels
import Testing

/// Networks of every kind of layer, each on 19 features and 3 classes.
private let networks: [(name: String, network: Result<Sequential, any Error>)] = {
  func network(@LayerBuilder _ layers: () -> [any Layer]) -> Result<Sequential, any Error> {
    Result { try Sequential(input: [19], seed: 3, layers: layers) }
  }
  return [
    ("linear", network { Dense(3) }),
    (
      "hidden",
      network {
        Dense(37, activation: .tanh)
        Dense(3, activation: .softmax)
      }
    ),
    (
      "wide",
      network {
        Dense(141, activation: .relu)
        Dense(70)
        Sigmoid()
        Tanh()
        Dense(3)
      }
    ),
    (
      "first an activation",
      network {
        ReLU()
        Dense(40, activation: .relu)
        Dense(3)
        Softmax()
      }
    ),
    (
      "last an activation",
      network {
        Dense(50)
        Dense(3)
        Tanh()
      }
    ),
  ]
}()

@Suite struct PredictorTests {
  func rows(_ count: Int, seed: UInt64 = 5) throws -> Matrix {
    let generator = CounterBasedGenerator(seed: seed)
    return try Matrix(
      rowCount: count, columnCount: 19,
      elements: (0..<count * 19).map { generator.uniform(at: UInt64($0)) - 0.5 })
  }

  @Test(arguments: networks.indices)
  func rowsAloneInSevensAndAllAtOnceHaveTheSameBits(_ index: Int) throws {
    let network = try networks[index].network.get()
    let matrix = try rows(300)
    let predictor = try network.predictor(threads: 2)
    let logits = try network.logits(for: .floats(matrix), threads: 1)
    let probabilities = logits.softmax()
    #expect(try predictor.logits(for: .floats(matrix)) == logits)
    #expect(try predictor.probabilities(for: .floats(matrix)) == probabilities)
    #expect(try network.probabilities(for: .floats(matrix), threads: 3) == probabilities)

    var session = predictor.session()
    var result = [Float](repeating: -1, count: 3)
    for row in 0..<300 {
      let best = try session.probabilities(for: Array(matrix.row(row)), into: &result)
      #expect(result == Array(probabilities.row(row)))
      #expect(logits.row(row).max() == logits[row, best])
      try session.logits(for: Array(matrix.row(row)), into: &result)
      #expect(result == Array(logits.row(row)))
    }
    for first in stride(from: 0, to: 294, by: 7) {
      let seven = Features.floats(matrix).selecting(rows: first..<first + 7)
      let part = try predictor.probabilities(for: seven)
      #expect(part.elements == Array(probabilities.elements[first * 3..<(first + 7) * 3]))
    }
  }

  @Test func aLargeBatchSharedByWorkersHasTheBitsOfItsRows() throws {
    let network = try Sequential(input: [19], seed: 3) {
      Dense(700, activation: .relu)
      Dense(3)
    }
    let matrix = try rows(1_003)
    var result = Matrix(rowCount: 1_003, columnCount: 3)
    for threads in 1...3 {
      let predictor = try network.predictor(threads: threads)
      try predictor.probabilities(for: .floats(matrix), into: &result)
      var session = predictor.session()
      var alone = [Float](repeating: 0, count: 3)
      for row in stride(from: 0, to: 1_003, by: 59) {
        try session.probabilities(for: Array(matrix.row(row)), into: &alone)
        #expect(alone == Array(result.row(row)))
      }
    }
  }

  @Test func bytesHaveTheScaleOfTheTraining() throws {
    let bytes = try ByteMatrix(
      rowCount: 2, columnCount: 2, bytes: [0, 16, 16, 8], scale: 1.0 / 255)
    let classifier = try Classifier(
      network: Sequential(input: [2], seed: 1) { Dense(2) }, classNames: ["a", "b"],
      pipeline: Pipeline(fitted: [PreprocessingStep(ByteScale(1.0 / 16))]))
    let predictor = try classifier.predictor()
    let probabilities = try classifier.probabilities(for: .bytes(bytes))
    #expect(try predictor.probabilities(for: .bytes(bytes)) == probabilities)
    var session = predictor.session()
    var result: [Float] = [0, 0]
    try session.probabilities(for: [16, 8] as [UInt8], into: &result)
    #expect(result == Array(probabilities.row(1)))
    var unscaled = try classifier.network.predictor().session()
    let error = #expect(throws: SoftmaxError.self) {
      try unscaled.probabilities(for: [16, 8] as [UInt8], into: &result)
    }
    #expect(error?.code == .invalidArgument)
  }

  @Test(arguments: networks.indices)
  func whatIsNotFiniteIsNamed(_ index: Int) throws {
    let predictor = try networks[index].network.get().predictor(threads: 2)
    var session = predictor.session()
    var result: [Float] = [0, 0, 0]
    for value in [Float.nan, .infinity, -.infinity] {
      var matrix = try rows(200)
      matrix[123, 11] = value
      let error = #expect(throws: SoftmaxError.self) {
        try predictor.probabilities(for: .floats(matrix))
      }
      #expect(error?.location == .row(123, column: 11))
      let one = #expect(throws: SoftmaxError.self) {
        try session.probabilities(for: Array(matrix.row(123)), into: &result)
      }
      #expect(one?.code == .nonFiniteValue && one?.location == .row(0, column: 11))
    }
  }

  @Test func aLogitThatOverflowsAfterAStandardizationIsNamed() throws {
    var network = try Sequential(input: [1]) { Dense(2) }
    try network.setParameters(ofLayer: 0, weight: Matrix([[3e38], [1]]), bias: [0, 0])
    // Standardized once, 1,000 is 10 and a logit infinite; standardized twice it would be 0.1.
    let pipeline = try Pipeline(
      fitted: [PreprocessingStep(Standardization(mean: [0], standardDeviation: [100]))])
    let predictor = try Predictor(network, pipeline: pipeline)
    let features = Features.floats(try Matrix([[1], [1000]]))
    let errors = [
      #expect(throws: SoftmaxError.self) { try predictor.probabilities(for: features) },
      #expect(throws: SoftmaxError.self) { try predictor.logits(for: features) },
    ]
    for error in errors {
      #expect(error?.code == .nonFiniteValue && error?.location == .row(1, column: 0))
    }
  }

  @Test func predictionsAreRankedByTheirLogits() throws {
    var network = try Sequential(input: [1]) { Dense(4) }
    try network.setParameters(
      ofLayer: 0, weight: Matrix([[0], [-200], [-150], [-300]]), bias: [0, 0, 0, 0])
    let names = ["a", "b", "c", "d"]
    let classifier = try Classifier(network: network, classNames: names)
    let prediction = try classifier.predictions(for: .floats(Matrix([[1]])))[0]
    #expect(prediction.probabilities == [1, 0, 0, 0])
    #expect(prediction.ranking == [0, 2, 1, 3])
    // Equals in their own order, wherever they stand.
    try network.setParameters(
      ofLayer: 0, weight: Matrix([[2], [1], [2], [1]]), bias: [0, 0, 0, 0])
    let tied = try Classifier(network: network, classNames: names)
    #expect(try tied.predictions(for: .floats(Matrix([[1]])))[0].ranking == [0, 2, 1, 3])
    var session = try tied.predictor().session()
    var probabilities = [Float](repeating: 0, count: 4)
    #expect(try session.probabilities(for: [1] as [Float], into: &probabilities) == 0)
  }

  @Test func aSingleLogitOfZeroIsTheFirstClassEverywhere() throws {
    var network = try Sequential(input: [1]) { Dense(1, activation: .sigmoid) }
    try network.setParameters(ofLayer: 0, weight: Matrix([[1]]), bias: [0])
    let classifier = try Classifier(network: network, classNames: ["no", "yes"])
    var session = try classifier.predictor().session()
    var probabilities: [Float] = [0, 0]
    for (feature, index) in [
      (0, 0), (-0.0, 0), (.leastNonzeroMagnitude, 1), (-.leastNonzeroMagnitude, 0),
    ] as [(Float, Int)] {
      let prediction = try classifier.predictions(for: .floats(Matrix([[feature]])))[0]
      #expect(prediction.index == index && prediction.ranking == [index, 1 - index])
      #expect(try session.probabilities(for: [feature], into: &probabilities) == index)
    }
    // In training, too: of these two samples one is right.
    let dataset = try LabeledDataset(
      features: .floats(Matrix([[0], [0]])), labels: [0, 1], classNames: ["no", "yes"])
    let trainer = try Trainer(network, on: dataset, loss: .binaryCrossEntropy(), batchSize: 1)
    #expect(try trainer.step(on: [0]).correctCount == 1)
  }

  @Test func aLogitThatOverflowsIsNamedAndAHiddenSumIsNot() throws {
    var network = try Sequential(input: [2]) { Dense(2) }
    try network.setParameters(ofLayer: 0, weight: Matrix([[1, 1], [1e38, 1e38]]), bias: [0, 0])
    var session = try network.predictor().session()
    var result: [Float] = [0, 0]
    let error = #expect(throws: SoftmaxError.self) {
      try session.probabilities(for: [3, 3] as [Float], into: &result)
    }
    #expect(error?.location == .row(0, column: 1))

    // tanh of an infinite sum is 1.
    network = try Sequential(input: [2]) {
      Dense(2, activation: .tanh)
      Dense(2)
    }
    try network.setParameters(ofLayer: 0, weight: Matrix([[1e38, 1e38], [1, 1]]), bias: [0, 0])
    try network.setParameters(ofLayer: 1, weight: Matrix([[2, 0], [1, 0]]), bias: [0, 0])
    session = try network.predictor().session()
    #expect(try session.logits(for: [3, 3], into: &result) == 0)
    #expect(result == [2, 1])
    #expect(try network.logits(for: .floats(Matrix([[3, 3]]))).elements == [2, 1])
  }

  @Test func whatDoesNotFitIsAnError() throws {
    let predictor = try networks[1].network.get().predictor()
    var session = predictor.session()
    var (two, three): ([Float], [Float]) = ([0, 0], [0, 0, 0])
    #expect(throws: SoftmaxError.self) {
      try session.probabilities(for: [Float](repeating: 0, count: 18), into: &three)
    }
    #expect(throws: SoftmaxError.self) {
      try session.probabilities(for: [Float](repeating: 0, count: 19), into: &two)
    }
    var small = Matrix(rowCount: 4, columnCount: 3)
    let features = Features.floats(try rows(5))
    #expect(throws: SoftmaxError.self) { try predictor.probabilities(for: features, into: &small) }
    #expect(throws: SoftmaxError.self) { try networks[1].network.get().predictor(threads: 0) }
    let none = Features.floats(Matrix(rowCount: 0, columnCount: 19))
    #expect(try predictor.probabilities(for: none).elements.isEmpty)
  }

  @Test func sessionsOfManyThreadsShareAPredictor() async throws {
    let predictor = try networks[2].network.get().predictor()
    let matrix = try rows(64)
    let expected = try predictor.probabilities(for: .floats(matrix))
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for _ in 0..<4 {
        group.addTask {
          var session = predictor.session()
          var result: [Float] = [0, 0, 0]
          for row in 0..<64 {
            try session.probabilities(for: Array(matrix.row(row)), into: &result)
            if result != Array(expected.row(row)) { return false }
          }
          return try predictor.probabilities(for: .floats(matrix)) == expected
        }
      }
      for try await isEqual in group { #expect(isEqual) }
    }
  }
}
