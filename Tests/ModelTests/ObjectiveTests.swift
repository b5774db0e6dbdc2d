// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore
import SoftmaxModels
import Testing

@Suite struct ObjectiveTests {
  func network(_ hidden: [Int], normalizing: Bool = false) throws -> Sequential {
    try Sequential(input: [5], seed: 2) {
      for units in hidden {
        Dense(units, activation: .tanh)
        if normalizing { BatchNormalization() }
        if normalizing { Dropout(0.2) }
      }
      Dense(3, activation: .softmax)
    }
  }

  // Networks of both plans, with a last batch that is short.
  @Test(arguments: [[], [40], [5], [48, 33]], [(0, 0), (0, 0.01), (0.01, 0.01)])
  func aLoopOverAnObjectiveHasTheBitsOfFit(
    hidden: [Int], penalties: (l1: Double, l2: Double)
  ) throws {
    let dataset = try triangle(count: 90)
    for optimizer in [
      Optimizer.adam(learningRate: 0.01), .sgd(learningRate: 0.1, momentum: 0.9).clipped(norm: 0.1),
      .sgd(learningRate: 0.1).accumulating(2),
    ] {
      for (normalizing, threads) in [(false, 1), (true, 3)] {
        let start = try network(hidden, normalizing: normalizing)
        var fitted = start
        try fitted.fit(
          to: dataset, optimizer: optimizer, epochs: 2, batchSize: 16, l1Penalty: penalties.l1,
          l2Penalty: penalties.l2)
        let objective = try Objective(
          start, on: dataset, batchSize: 16, l1Penalty: penalties.l1, l2Penalty: penalties.l2,
          threads: threads)
        var parameters = objective.parameters
        var gradient: [Float] = []
        var state = try OptimizerState(optimizer, for: start, gradientsPerEpoch: 6)
        for epoch in 0..<2 {
          for batch in try objective.batches(epoch: epoch) {
            let value = try objective.valueAndGradient(
              at: parameters, rows: batch, step: state.gradientCount, into: &gradient)
            let weight = value.totals.weightSum
            // On the caller's thread in one case, on those of the objective in the other.
            if normalizing {
              try state.update(&parameters, along: gradient, weight: weight, on: objective)
            } else {
              try state.update(&parameters, along: gradient, weight: weight)
            }
          }
        }
        #expect(try objective.network(at: parameters) == fitted)
      }
    }
  }

  @Test func anUpdateOfOtherParametersThanTheObjectivesChangesNothing() throws {
    let dataset = try triangle(count: 20)
    let (start, other) = (try network([4]), try network([6]))
    let objective = try Objective(start, on: dataset, batchSize: 4)
    var state = try OptimizerState(.adam(), for: other)
    var parameters = try Objective(other, on: dataset, batchSize: 4).parameters
    let before = parameters
    let gradient = [Float](repeating: 1, count: parameters.count)
    #expect(throws: SoftmaxError.self) {
      try state.update(&parameters, along: gradient, on: objective)
    }
    var ours = objective.parameters
    #expect(throws: SoftmaxError.self) {
      try state.update(&ours, along: gradient, on: objective)
    }
    #expect(parameters == before && ours == objective.parameters && state.gradientCount == 0)
  }

  // Blocks of any size: the sum of all rows is that of one large batch, but for roundings.
  @Test func theGradientOfAllRowsIsTheWeightedMeanOfItsBlocks() throws {
    let dataset = try triangle(count: 90)
      .weighted(by: (0..<90).map { $0 < 20 ? 0 : Float($0 % 7) })
    let start = try network([6])
    let loss = Loss.crossEntropy(labelSmoothing: 0.1, classWeights: [1, 2, 0.5])
    let whole = try start.valueAndGradient(
      of: loss, on: dataset, l1Penalty: 0.01, l2Penalty: 0.1)
    var first: [Double]?
    for threads in [1, 2, 3] {
      let objective = try Objective(
        start, on: dataset, loss: loss, batchSize: 16, l1Penalty: 0.01, l2Penalty: 0.1,
        threads: threads)
      var gradient: [Double] = []
      let value = try objective.valueAndGradient(at: objective.parameters, into: &gradient)
      #expect(abs(value.objective - whole.loss) < 1e-6)
      #expect(value.totals.emptyStepCount == 1)
      let layers = try objective.layers(of: gradient.map { Float($0) })
      #expect(layers.map(\.layer) == whole.gradient.layers.map(\.layer))
      for (own, expected) in zip(layers, whole.gradient.layers) {
        #expect(own.tensors.map(\.name) == expected.tensors.map(\.name))
        for (a, b) in zip(own.tensors, expected.tensors) {
          #expect(a.shape == b.shape && a.values.count == b.values.count)
          #expect(zip(a.values, b.values).allSatisfy { abs($0 - $1) < 1e-6 })
        }
      }
      #expect(first == nil || first == gradient)
      first = gradient
      #expect(try objective.value(at: objective.parameters) == value)
    }
  }

  // The weights of all dense layers, not their biases, whether they are trained or not.
  @Test(arguments: [0..<0, 0..<1, 0..<2, 2..<3, 0..<3], [(0, 0.01), (0.01, 0), (0.03, 0.2)])
  func thePenaltyIsOneOnFrozenWeightsToo(
    frozen: Range<Int>, penalties: (l1: Double, l2: Double)
  ) throws {
    // The first weight is stored as [inputs, outputs], the last as [outputs, inputs].
    var network = try network([48, 33])
    network.freeze(layers: frozen)
    let objective = try Objective(
      network, on: triangle(count: 20), batchSize: 8, l1Penalty: penalties.l1,
      l2Penalty: penalties.l2)
    // Of each unit the weights in order, then the units.
    var (sum, squares) = (0.0, 0.0)
    for layer in network.layers {
      let weight = try #require(layer.weight)
      for unit in 0..<weight.rowCount {
        sum += weight.row(unit).reduce(0) { $0 + Double($1.magnitude) }
        squares += weight.row(unit).reduce(0) { $0 + Double($1) * Double($1) }
      }
    }
    let expected = penalties.l1 * sum + penalties.l2 / 2 * squares
    let all = try objective.value(at: objective.parameters)
    var gradient: [Float] = []
    let batch = try objective.valueAndGradient(
      at: objective.parameters, rows: [3, 1], into: &gradient)
    #expect(all.penalty == batch.penalty)
    // Frozen weights are added first, which is their place unless they come last.
    if frozen.lowerBound == 0 {
      #expect(all.penalty == expected)
    } else {
      #expect(abs(all.penalty - expected) < 1e-14 * expected)
    }
  }

  @Test func whatDoesNotFitIsAnError() throws {
    let dataset = try triangle(count: 20)
    let objective = try Objective(network([4]), on: dataset, batchSize: 8)
    var gradient: [Float] = []
    var all: [Double] = []
    let parameters = objective.parameters
    #expect(parameters.count == objective.parameterCount)
    for rows in [[], [20], [-1], Array(0..<9)] {
      #expect(throws: SoftmaxError.self) {
        try objective.valueAndGradient(at: parameters, rows: rows, into: &gradient)
      }
    }
    #expect(throws: SoftmaxError.self) {
      try objective.valueAndGradient(at: parameters + [0], rows: [0], into: &gradient)
    }
    for count in [0, parameters.count - 1, parameters.count + 1] {
      let others = [Float](repeating: 0, count: count)
      for error in [
        #expect(throws: SoftmaxError.self) { try objective.network(at: others) },
        #expect(throws: SoftmaxError.self) { try objective.layers(of: others) },
      ] {
        #expect(error?.code == .shapeMismatch)
      }
    }
    #expect(throws: SoftmaxError.self) {
      try objective.valueAndGradient(at: parameters, rows: [0], step: -1, into: &gradient)
    }
    // Not a function of the parameters alone.
    let drawing = try Objective(network([4], normalizing: true), on: dataset)
    let error = #expect(throws: SoftmaxError.self) {
      try drawing.valueAndGradient(at: drawing.parameters, into: &all)
    }
    #expect(error?.code == .unsupported)
  }
}
