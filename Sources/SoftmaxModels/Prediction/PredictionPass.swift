// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// A forward pass of a block of rows through a packed network, with separate memory for intermediate values.
///
/// The outputs of a row depend on that row alone: they have the same bits in any batch. One pass serves one
/// thread at a time.
struct PredictionPass: Sendable, BitwiseCopyable {
  enum Output: Sendable {
    case logits
    case probabilities
  }

  let network: PackedNetwork
  let kernels: Kernels
  /// A copy of the features if they cannot be read in place: [rows, features].
  private let input: MatrixView
  /// The outputs of each step with the padding of panels: [rows, outputs].
  ///
  /// An in-place step has the matrix of the step before it.
  private let values: VectorView<MatrixView>
  /// A faster kernel for the last product and the softmax; nil if there are too many classes for it.
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

  /// The logits of the last run: [rows, outputs].
  var logits: MatrixView { values[values.count - 1].leading(network.outputCount) }

  /// The most probable class of the first row of the last run; of equal logits the lowest index.
  var mostProbableClass: Int {
    // The logit decides, because both probabilities can round to the same number.
    if network.classCount > network.outputCount { return logits[0, 0] > 0 ? 1 : 0 }
    var best = 0
    for column in 1..<max(1, logits.columnCount) where logits[0, column] > logits[0, best] {
      best = column
    }
    return best
  }

  /// Computes the outputs of some rows; returns false if a feature may not be finite or a logit is not
  /// finite.
  ///
  /// After false the caller checks features and logits to find the value, if there is one.
  func run(
    _ source: FeatureSource, rows: Range<Int>, _ output: Output, into result: MatrixView
  ) -> Bool {
    // An in-place operation must not overwrite the caller's features, so it needs a copy of them.
    let first = network.steps[0]
    var x: MatrixView
    var begin = 0
    if !first.isInPlace, let floats = source.floats(rows) {
      x = floats
    } else if let product = productOfSparseRows(source, rows) {
      x = product
      begin = 1
    } else {
      x = input.rows(0..<rows.count)
      kernels.convert(source, from: rows.lowerBound, into: x)
    }
    // A feature that is not finite makes every sum over the features not finite. So if the first step is a
    // product, a check of its first output is enough.
    var isFinite = begin == 1 ? x.columns(0..<1).isFinite : first.isProduct || x.isFinite
    for index in begin..<network.steps.count {
      let step = network.steps[index]
      if step.isInPlace {
        predict(x, by: step, into: x)
        continue
      }
      // If an earlier step overflowed, the padding can hold NaN although an activation made the units
      // themselves finite again. The next product reads the padding.
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

  // Computes the first step from the values of sparse rows other than 0; nil if the step is no product, or if
  // it is faster to convert the rows to floats. The bits are the same.
  private func productOfSparseRows(_ source: FeatureSource, _ rows: Range<Int>) -> MatrixView? {
    guard let sparse = source.sparse else { return nil }
    let entryCount =
      sparse.entryCount(before: rows.upperBound) - sparse.entryCount(before: rows.lowerBound)
    guard entryCount < rows.count * sparse.columnCount / 16 else { return nil }
    let step = network.steps[0]
    let result = values[0].rows(0..<rows.count).leading(step.outputCount)
    switch step.work {
    case .lanes(let product):
      kernels.multiply(
        sparse, from: rows.lowerBound, transposed: product.weight, bias: product.bias, into: result)
    case .panels(let panels, let bias):
      kernels.multiply(
        sparse, from: rows.lowerBound, panels: panels, bias: bias.columns(0..<step.outputCount),
        into: result)
    case .operation: return nil
    }
    return result
  }

  // Writes the probabilities of the logits.
  private func writeProbabilities(of logits: MatrixView, into result: MatrixView) {
    switch network.outputFunction {
    case .softmax: return kernels.softmax(logits, into: result)
    case .normalized: return OutputFunction.normalize(logits, into: result)
    case .oneVsRest:
      result.assign(logits)
      kernels.apply(.sigmoid, to: result, into: result)
      return OutputFunction.divideBySum(result)
    case .sigmoid: break
    }
    if network.classCount > network.outputCount {
      // 1 - p is computed as sigmoid(-z), which does not round to 0 if p is near 1.
      for row in 0..<logits.rowCount {
        result[row, 0] = -logits[row, 0]
        result[row, 1] = logits[row, 0]
      }
    } else {
      result.assign(logits)
    }
    kernels.apply(.sigmoid, to: result, into: result)
  }

  // Writes the probabilities of few classes with rows in vector lanes. Returns nil if the kernel is not
  // applicable, and false if a logit may not be finite. A feature that is not finite makes the partial sums
  // of the logits not finite, so false covers features too.
  private func writeProbabilities(
    of x: MatrixView, by step: PackedNetwork.Step, into result: MatrixView
  ) -> Bool? {
    guard let columns, x.rowCount > 1, x.paddedColumnCount % 16 == 0,
      case .lanes(let product) = step.work
    else { return nil }
    return columns.softmax(
      of: x, transposed: product.weight, bias: product.bias, with: kernels, into: result)
  }

  // A tile has at most 12 rows, because the kernel keeps their sums in registers. The last two tiles share
  // the remaining rows evenly, because a tile of few rows leaves the multipliers idle.
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
