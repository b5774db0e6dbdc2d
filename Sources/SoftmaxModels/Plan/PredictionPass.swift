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
  /// The outputs of each layer: [rows, outputs].
  private let values: VectorView<MatrixView>

  init(_ network: PackedNetwork, rowCapacity: Int, kernels: Kernels, in arena: Arena) {
    self.network = network
    self.kernels = kernels
    input = arena.matrix(rowCount: rowCapacity, columnCount: network.inputCount)
    values = arena.vector(
      copying: (0..<network.layers.count).map {
        arena.matrix(rowCount: rowCapacity, columnCount: network.layers[$0].outputCount)
      })
  }

  /// The logits of the last run: [rows, classes].
  var logits: MatrixView { values[values.count - 1] }

  /// The class of the greatest logit of the last run's first row, the first of equals.
  var mostProbableClass: Int {
    // Two probabilities can round to the same number; two logits then still differ.
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
    if let floats = source.floats(rows), network.activations.count == 0 {
      x = floats
    } else {
      x = input.rows(0..<rows.count)
      kernels.convert(source, from: rows.lowerBound, into: x)
    }
    var isFinite = network.activations.count == 0 || x.isFinite
    for index in 0..<network.activations.count {
      kernels.apply(network.activations[index], to: x, into: x)
    }
    for index in 0..<network.layers.count {
      let layer = network.layers[index]
      let y = values[index].rows(0..<rows.count)
      multiply(x, by: layer, into: y)
      // A feature that is not finite makes every sum over the features not finite, so one unit's is
      // enough to look at.
      if index == 0 { isFinite = isFinite && y.columns(0..<1).isFinite }
      for function in 0..<layer.activations.count {
        kernels.apply(layer.activations[function], to: y, into: y)
      }
      x = y
    }
    isFinite = isFinite && x.isFinite
    switch output {
    case .logits: result.assign(x)
    case .probabilities: kernels.softmax(x, into: result)
    }
    return isFinite
  }

  // The height of the tiles: as many rows as the kernel can hold the sums of.
  private static let tile = 12

  private func multiply(_ x: MatrixView, by layer: PackedNetwork.Layer, into y: MatrixView) {
    switch layer.weight {
    case .lanes(let weight):
      kernels.multiply(x, transposed: weight, bias: layer.bias, into: y)
    case .panels(let panels):
      var first = 0
      for index in 0..<panels.count {
        let panel = panels[index]
        let columns = first..<first + panel.columnCount
        let (bias, part) = (layer.bias.columns(columns), y.columns(columns))
        for begin in stride(from: 0, to: x.rowCount, by: PredictionPass.tile) {
          let rows = begin..<min(begin + PredictionPass.tile, x.rowCount)
          kernels.multiply(x.rows(rows), panel, bias: bias, into: part.rows(rows))
        }
        first = columns.upperBound
      }
    }
  }
}
