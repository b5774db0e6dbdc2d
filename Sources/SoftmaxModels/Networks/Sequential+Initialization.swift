// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

extension Sequential {
  // The number of values of which a bias is a mixture.
  private static let mixtureCount = 5

  /// Draws the parameters of dense layers by data-dependent initialization: the outputs of each unit have a standard
  /// deviation of 1 on some rows, and are 0 among them.
  ///
  /// A weight is normal, divided by the standard deviation of the unit's product over the rows. A bias is minus a
  /// random mixture of five of the products, so a unit bends where there are rows. The other layers must be
  /// ``ParametricActivation``, which begins as its function, or such that begin as no change.
  ///
  /// Source: Holzmüller, Grinsztajn and Steinwart, "Better by default: strong pre-tuned MLPs and boosted trees on
  /// tabular data", NeurIPS 2024.
  ///
  /// - Parameter rows: rows as the network sees them, one at least; a thousand are enough.
  mutating func initialize(from rows: Matrix, execution: Execution) throws(SoftmaxError) {
    var x = rows
    for (index, layer) in layers.enumerated() {
      guard layer.configuration.kind is Dense else {
        let kind = layer.configuration.kind as? ParametricActivation
        if let function = kind?.activation.function {
          x.elements.withMatrixView(rowCount: x.rowCount) {
            execution.kernels.apply(function, to: $0, into: $0)
          }
        }
        continue
      }
      let outputCount = layer.outputShape[0]
      let generator = CounterBasedGenerator(
        seed: seed, purpose: .initialization, epoch: index)
      let count = x.columnCount * outputCount
      // The transpose of what a layer stores: [inputs, outputs].
      let weight = Initializer.normal(standardDeviation: 1).weight(
        outputs: x.columnCount, inputs: outputCount, seed: seed, layer: index)
      x = try x.multiplied(by: weight)
      var start = Matrix(rowCount: outputCount, columnCount: weight.rowCount)
      var bias = [Float](repeating: 0, count: outputCount)
      for unit in 0..<outputCount {
        let factor = 1 / Self.standardDeviation(ofColumn: unit, of: x)
        for row in 0..<x.rowCount { x[row, unit] = Float(Double(x[row, unit]) * factor) }
        for input in 0..<weight.rowCount {
          start[unit, input] = Float(Double(weight[input, unit]) * factor)
        }
        let first = UInt64(count + 2 * Self.mixtureCount * unit)
        bias[unit] = -Self.mixture(ofColumn: unit, of: x, generator, from: first)
        for row in 0..<x.rowCount { x[row, unit] += bias[unit] }
      }
      try setParameters(ofLayer: index, weight: start, bias: bias)
    }
  }

  // A unit that is the same for all rows keeps its weights.
  private static func standardDeviation(ofColumn column: Int, of x: Matrix) -> Double {
    let count = Double(x.rowCount)
    var (mean, variance) = (0.0, 0.0)
    for row in 0..<x.rowCount { mean += Double(x[row, column]) }
    mean /= count
    for row in 0..<x.rowCount {
      let distance = Double(x[row, column]) - mean
      variance += distance * distance
    }
    let deviation = (variance / count).squareRoot()
    return deviation > 1e-6 ? deviation : 1
  }

  // Returns a mean of random elements of a column, whose weights are exponentially distributed.
  private static func mixture(
    ofColumn column: Int, of x: Matrix, _ generator: CounterBasedGenerator, from first: UInt64
  ) -> Float {
    var (sum, total) = (0.0, 0.0)
    for index in 0..<UInt64(mixtureCount) {
      let row = Int(Double(generator.uniform(at: first + 2 * index)) * Double(x.rowCount))
      // 1 - u is greater than 0.
      let share = -ElementaryFunctions.logarithm(
        1 - Double(generator.uniform(at: first + 2 * index + 1)))
      sum += share * Double(x[min(row, x.rowCount - 1), column])
      total += share
    }
    return total > 0 ? Float(sum / total) : 0
  }
}
