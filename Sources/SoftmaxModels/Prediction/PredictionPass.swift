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
  /// The outputs of each step: [rows, outputs], in panels filled up; of one that works in place those
  /// of the step before.
  private let values: VectorView<MatrixView>
  /// For the last product, where it has few classes.
  private let columns: ProbabilityColumns?

  init(_ network: PackedNetwork, rowCapacity: Int, kernels: Kernels, in arena: Arena) {
    self.network = network
    self.kernels = kernels
    let input = arena.matrix(rowCount: rowCapacity, columnCount: network.inputCount)
    var values: [MatrixView] = []
    for step in network.steps.elements() {
      values.append(
        step.isInPlace
          ? values.last ?? input
          : arena.matrix(rowCount: rowCapacity, columnCount: step.paddedOutputCount))
    }
    self.input = input
    self.values = arena.vector(copying: values)
    columns = ProbabilityColumns(
      inputCount: network.steps.elements().last?.inputCount ?? 0,
      classCount: network.outputCount, rowCapacity: rowCapacity, in: arena)
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
    // What works in place must not write into the features where they lie.
    let first = network.steps[0]
    var x: MatrixView
    if !first.isInPlace, let floats = source.floats(rows) {
      x = floats
    } else {
      x = input.rows(0..<rows.count)
      kernels.convert(source, from: rows.lowerBound, into: x)
    }
    // A feature that is not finite makes every sum over the features not finite, so in a product one
    // unit's is enough to look at.
    var isFinite = first.isProduct || x.isFinite
    for index in 0..<network.steps.count {
      let step = network.steps[index]
      if step.isInPlace {
        predict(x, by: step, into: x)
        continue
      }
      // A step before may have overflowed, and an activation made the units finite again.
      if index > 0 { x.clearPadding() }
      if output == .probabilities, network.outputFunction == .softmax,
        index == network.steps.count - 1,
        let isBelow = writeProbabilities(of: x, by: step, into: result)
      {
        return isFinite && isBelow
      }
      let padded = values[index].rows(0..<rows.count)
      predict(x, by: step, into: padded)
      x = padded.leading(step.outputCount)
      if index == 0, step.isProduct { isFinite = x.columns(0..<1).isFinite }
    }
    x.clearPadding()
    isFinite = isFinite && x.isFinite
    switch output {
    case .logits: result.assign(x)
    case .probabilities: writeProbabilities(of: x, into: result)
    }
    return isFinite
  }

  // From logits.
  private func writeProbabilities(of logits: MatrixView, into result: MatrixView) {
    switch network.outputFunction {
    case .softmax: return kernels.softmax(logits, into: result)
    case .normalized: return OutputFunction.normalize(logits, into: result)
    case .sigmoid: break
    }
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
    of x: MatrixView, by step: PackedNetwork.Step, into result: MatrixView
  ) -> Bool? {
    guard let columns, x.rowCount > 1, x.paddedColumnCount % 16 == 0,
      case .lanes(let product) = step.work
    else { return nil }
    return columns.softmax(
      of: x, transposed: product.weight, bias: product.bias, with: kernels, into: result)
  }

  // As many rows as the kernel can hold the sums of; the last two tiles share what is left, since a
  // low one leaves the multipliers waiting.
  private static func tileHeight(for rowsLeft: Int) -> Int {
    rowsLeft >= 24 ? 12 : rowsLeft > 12 ? (rowsLeft + 1) / 2 : rowsLeft
  }

  private func predict(_ x: MatrixView, by step: PackedNetwork.Step, into y: MatrixView) {
    switch step.work {
    case .operation(let operation): operation.predict(x, into: y, with: kernels)
    case .lanes(let product): product.predict(x, into: y, with: kernels)
    case .panels(let panels, let bias) where x.rowCount == 1:
      kernels.multiplyRow(x, panels: panels, bias: bias, into: y)
    case .panels(let panels, let bias):
      for first in stride(from: 0, to: y.columnCount, by: Kernels.panelWidth) {
        let columns = first..<first + Kernels.panelWidth
        let begin = first / Kernels.panelWidth * step.inputCount
        let panel = panels.rows(begin..<begin + step.inputCount)
        let (bias, part) = (bias.columns(columns), y.columns(columns))
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
