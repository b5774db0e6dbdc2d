// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import SoftmaxModels
import SoftmaxTestSupport
import Testing

@Suite struct HessianTests {
  /// The losses of linear models on one layer: both layouts of a weight, every kind of target, every option.
  static let cases = (GradientCase.networks + GradientCase.losses + GradientCase.penalties).filter {
    $0.hidden.isEmpty && ($0.loss == .crossEntropy || $0.loss == .oneVsRest)
  }

  @Test func theListHoldsWhatItPromises() {
    #expect(Self.cases.count >= 60)
    #expect(Self.cases.contains { $0.outputs > 32 || $0.inputs < $0.outputs })
    #expect(Self.cases.contains { $0.l1 > 0 && $0.l2 > 0 })
  }

  @Test(arguments: cases)
  func aProductIsHowTheGradientChangesAlongTheVector(_ test: GradientCase) throws {
    let network = try test.network()
    let batch = try test.batch()
    // The vector, as a network whose parameters it is.
    var moving = network
    let weight = try #require(network.layers[0].weight)
    let generator = CounterBasedGenerator(seed: 31)
    var direction = Matrix(rowCount: weight.rowCount, columnCount: weight.columnCount)
    for index in direction.elements.indices {
      direction.elements[index] = 2 * generator.uniform(at: UInt64(index)) - 1
    }
    let ofBias = (0..<weight.rowCount).map { 0.5 - generator.uniform(at: UInt64(1000 + $0)) }
    try moving.setParameters(ofLayer: 0, weight: direction, bias: ofBias)

    // The change of the reference's gradient, in double.
    let rows = ReferenceLoss.Batch(batch)
    let samples = (0..<batch.count).map { batch.features.row($0).map(Double.init) }
    let start = ReferenceNetwork(network).layers[0]
    let along = ReferenceNetwork(moving).layers[0]
    func gradient(_ t: Double) -> [[Double]] {
      var moved = ReferenceNetwork(network)
      for unit in start.bias.indices {
        moved.layers[0].bias[unit] += t * along.bias[unit]
        for column in start.weight[unit].indices {
          moved.layers[0].weight[unit][column] += t * along.weight[unit][column]
        }
      }
      let result = moved.backPropagated(
        samples, test.referenceLoss.gradient(samples.map(moved.logits), rows))[0]
      return zip(result.weight, result.bias).map { $0 + [$1] }
    }
    let step = 1e-5
    let (after, before) = (gradient(step), gradient(-step))
    let expected = after.indices.map { unit in
      after[unit].indices.map { column in
        (after[unit][column] - before[unit][column]) / (2 * step)
          + (column < weight.columnCount ? test.l2 * along.weight[unit][column] : 0)
      }
    }
    let norm = expected.joined().reduce(0) { $0 + $1 * $1 }.squareRoot()
    #expect(norm > 0)

    var products: [[Double]] = []
    for threads in [1, 3] {
      let objective = try Objective(
        network, on: batch, loss: test.libraryLoss, batchSize: 4, l1Penalty: test.l1,
        l2Penalty: test.l2, threads: threads)
      let vector = try Objective(moving, on: batch, loss: test.libraryLoss).parameters
      var product: [Double] = []
      try objective.hessianVectorProduct(
        at: objective.parameters.map(Double.init), vector: vector.map(Double.init), into: &product)
      products.append(product)
      let layer = try objective.layers(of: product.map { Float($0) })[0]
      var squaredError = 0.0
      for unit in expected.indices {
        let found = layer.weight.row(unit) + [layer.bias[unit]]
        for (a, b) in zip(found, expected[unit]) {
          squaredError += (Double(a) - b) * (Double(a) - b)
        }
      }
      #expect(squaredError.squareRoot() <= 1e-5 * norm)
    }
    #expect(products[0] == products[1])
  }

  // The objective's other evaluations have memory of their own.
  @Test func aProductLeavesValueAndGradientAsTheyWere() throws {
    let dataset = try triangle(count: 50)
    let network = try Sequential(input: [5], seed: 2) { Dense(3, activation: .softmax) }
    let objective = try Objective(network, on: dataset, batchSize: 16, l2Penalty: 0.1)
    var (gradient, again, product): ([Double], [Double], [Double]) = ([], [], [])
    let value = try objective.valueAndGradient(at: objective.parameters, into: &gradient)
    let point = objective.parameters.map { Double($0) }
    try objective.hessianVectorProduct(at: point, vector: gradient, into: &product)
    #expect(try objective.valueAndGradient(at: objective.parameters, into: &again) == value)
    #expect(again == gradient)
    // The Hessian of a convex function with a penalty has no direction of less curvature.
    let curvature = zip(gradient, product).reduce(0) { $0 + $1.0 * $1.1 }
    #expect(curvature > 0)
  }

  @Test func whereThereIsNoExactProductTheErrorSaysSo() throws {
    let dataset = try triangle(count: 20)
    let linear = try Sequential(input: [5], seed: 2) { Dense(3) }
    let hidden = try Sequential(input: [5], seed: 2) {
      Dense(4, activation: .relu)
      Dense(3)
    }
    var frozen = linear
    frozen.freeze(layers: 0..<1)
    let cases: [(Sequential, Loss)] = [
      (hidden, .crossEntropy), (frozen, .crossEntropy), (linear, .squared()),
      (linear, .binaryCrossEntropy()),
    ]
    for (network, loss) in cases {
      let objective = try Objective(network, on: dataset, loss: loss)
      let zeros = [Double](repeating: 0, count: objective.parameterCount)
      var product: [Double] = []
      let error = #expect(throws: SoftmaxError.self) {
        try objective.hessianVectorProduct(
          at: zeros, vector: zeros, into: &product)
      }
      #expect(error?.code == .unsupported)
    }
    let objective = try Objective(linear, on: dataset)
    var product: [Double] = []
    let error = #expect(throws: SoftmaxError.self) {
      try objective.hessianVectorProduct(
        at: objective.parameters.map { Double($0) }, vector: [1], into: &product)
    }
    #expect(error?.code == .shapeMismatch)
  }
}
