// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The way of a few rows from features to logits or probabilities through a packed network, with
/// memory of its own for the values in between.
///
/// A row's values depend on that row alone: it has the same bits alone and in any batch.
struct PredictionPass: Sendable, BitwiseCopyable {
  enum Output: Sendable {
    case logits
    case probabilities
  }

  let network: PackedNetwork
  let kernels: Kernels
  /// Features that are not read where they lie: [rows, features].
  private let input: MatrixView
  /// The outputs of each layer: [rows, outputs], in panels filled up.
  private let values: VectorView<MatrixView>
  /// For the last layer, where it has few classes.
  private let columns: ProbabilityColumns?

  init(_ network: PackedNetwork, rowCapacity: Int, kernels: Kernels, in arena: Arena) {
    self.network = network
    self.kernels = kernels
    input = arena.matrix(rowCount: rowCapacity, columnCount: network.inputCount)
    values = arena.vector(
      copying: (0..<network.layers.count).map {
        arena.matrix(rowCount: rowCapacity, columnCount: network.layers[$0].paddedOutputCount)
      })
    let last = network.layers.count - 1
    columns = ProbabilityColumns(
      inputCount: network.layers[last].inputCount, classCount: network.outputCount,
      rowCapacity: rowCapacity, in: arena)
  }

  /// The logits of the last run: [rows, classes].
  var logits: MatrixView { values[values.count - 1].leading(network.outputCount) }

  /// The class of the greatest logit of the last run's first row, the first of equals.
  var mostProbableClass: Int {
    // Two probabilities can round to the same number; two logits then still differ.
    if network.classCount > network.outputCount { return logits[0, 0] > 0 ? 1 : 0 }
    var best = 0
    for column in 1..<max(1, logits.columnCount) where logits[0, column] > logits[0, best] {
      best = column
    }
    return best
  }

  /// Computes some rows of the features; false where a feature may be, or a logit is, not finite.
  func run(
    _ source: FeatureSource, rows: Range<Int>, _ output: Output, into result: MatrixView
  ) -> Bool {
    var x: MatrixView
    if let floats = source.floats(rows), network.steps.count == 0 {
      x = floats
    } else {
      x = input.rows(0..<rows.count)
      kernels.convert(source, from: rows.lowerBound, into: x)
    }
    // A feature that is not finite makes every sum over the features not finite, so in a dense layer
    // one unit's is enough to look at.
    let isDenseFirst = network.steps.count == 0 && network.layers[0].isDense
    var isFinite = isDenseFirst || x.isFinite
    apply(network.steps, to: x)
    for index in 0..<network.layers.count {
      let layer = network.layers[index]
      if output == .probabilities, network.outputFunction == .softmax,
        index == network.layers.count - 1,
        let isBelow = writeProbabilities(of: x, by: layer, into: result)
      {
        return isFinite && isBelow
      }
      let padded = values[index].rows(0..<rows.count)
      multiply(x, by: layer, into: padded)
      let y = padded.leading(layer.outputCount)
      if index == 0 { isFinite = isFinite && y.columns(0..<1).isFinite }
      apply(layer.steps, to: y)
      // The layer before may have overflowed, and an activation made the units finite again.
      y.clearPadding()
      x = y
    }
    isFinite = isFinite && x.isFinite
    switch output {
    case .logits: result.assign(x)
    case .probabilities: writeProbabilities(of: x, into: result)
    }
    return isFinite
  }

  private func apply(_ steps: VectorView<PackedNetwork.Step>, to x: MatrixView) {
    for index in 0..<steps.count {
      switch steps[index] {
      case .function(let function): kernels.apply(function, to: x, into: x)
      case .columns(let mean, let inverse, let gamma, let beta):
        kernels.normalizeColumns(
          x, mean: mean, inverse: inverse, gamma: gamma, beta: beta, normal: nil, into: x)
      case .rows(let epsilon, let gamma, let beta):
        kernels.normalizeRows(
          x, epsilon: epsilon, gamma: gamma, beta: beta, normal: nil, inverse: nil, into: x)
      }
    }
  }

  // From logits.
  private func writeProbabilities(of logits: MatrixView, into result: MatrixView) {
    guard network.outputFunction == .sigmoid else { return kernels.softmax(logits, into: result) }
    if network.classCount > network.outputCount {
      // 1 - p is the sigmoid of the other sign, which does not round to 0 where p is near 1.
      for row in 0..<logits.rowCount {
        result[row, 0] = -logits[row, 0]
        result[row, 1] = logits[row, 0]
      }
    } else {
      result.assign(logits)
    }
    kernels.apply(.sigmoid, to: result, into: result)
  }

  // Of few classes, with the rows in vector lanes; nil where that does not fit. A feature that is
  // not finite makes the parts of the logits not finite.
  private func writeProbabilities(
    of x: MatrixView, by layer: PackedNetwork.Layer, into result: MatrixView
  ) -> Bool? {
    guard let columns, x.rowCount > 1, layer.steps.count == 0,
      x.paddedColumnCount % 16 == 0, case .lanes(let weight) = layer.weight
    else { return nil }
    return columns.softmax(
      of: x, transposed: weight, bias: layer.bias, with: kernels, into: result)
  }

  // As many rows as the kernel can hold the sums of; the last two tiles share what is left, since a
  // low one leaves the multipliers waiting.
  private static func tileHeight(for rowsLeft: Int) -> Int {
    rowsLeft >= 24 ? 12 : rowsLeft > 12 ? (rowsLeft + 1) / 2 : rowsLeft
  }

  private func multiply(_ x: MatrixView, by layer: PackedNetwork.Layer, into y: MatrixView) {
    switch layer.weight {
    case .custom(let own):
      own.layer.use { $0.layer.forward(LayerBatch(x: x, y: y, parameters: own.parameters)) }
    case .lanes(let weight):
      kernels.multiply(x, transposed: weight, bias: layer.bias, into: y)
    case .panels(let panels) where x.rowCount == 1:
      kernels.multiplyRow(x, panels: panels, bias: layer.bias, into: y)
    case .panels(let panels):
      for first in stride(from: 0, to: y.columnCount, by: Kernels.panelWidth) {
        let columns = first..<first + Kernels.panelWidth
        let begin = first / Kernels.panelWidth * layer.inputCount
        let panel = panels.rows(begin..<begin + layer.inputCount)
        let (bias, part) = (layer.bias.columns(columns), y.columns(columns))
        var top = 0
        while top < x.rowCount {
          let rows = top..<top + PredictionPass.tileHeight(for: x.rowCount - top)
          kernels.multiply(x.rows(rows), panel, bias: bias, into: part.rows(rows))
          top = rows.upperBound
        }
      }
    }
  }
}
