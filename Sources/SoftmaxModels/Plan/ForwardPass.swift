// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// The way from features to logits, with memory for the values in between.
///
/// A row's values depend on that row alone, so workers share a pass by rows, and a row gives the
/// same bits alone and in any batch.
struct ForwardPass: Sendable {
  let network: LoweredNetwork
  let kernels: Kernels
  /// The features of the rows: [rows, features].
  let input: MatrixView
  /// The output of each operation: [rows, outputs].
  let values: [MatrixView]

  init(_ network: LoweredNetwork, rowCapacity: Int, kernels: Kernels, in arena: Arena) {
    self.network = network
    self.kernels = kernels
    input = arena.matrix(rowCount: rowCapacity, columnCount: network.inputCount)
    var values: [MatrixView] = []
    var isDenseOutput = false
    var count = network.inputCount
    for operation in network.operations {
      switch operation {
      case .dense(let layer):
        count = layer.outputCount
        values.append(arena.matrix(rowCount: rowCapacity, columnCount: count))
        isDenseOutput = true
      case .activation:
        // Nothing asks for a dense layer's output again, so its activation takes its place; an
        // activation's own gradient asks for its output, so the next one needs another place.
        if isDenseOutput, let last = values.last {
          values.append(last)
        } else {
          values.append(arena.matrix(rowCount: rowCapacity, columnCount: count))
        }
        isDenseOutput = false
      }
    }
    self.values = values
  }

  /// The logits: [rows, classes].
  var logits: MatrixView { values.last ?? input }

  /// What goes into an operation.
  func source(of operation: Int) -> MatrixView {
    operation == 0 ? input : values[operation - 1]
  }

  /// Computes some rows' values from their features.
  func run(rows: Range<Int>) {
    for (index, operation) in network.operations.enumerated() {
      let x = source(of: index).rows(rows)
      let y = values[index].rows(rows)
      switch operation {
      case .dense(let layer) where layer.layout == .outputMajor:
        kernels.multiply(x, transposed: layer.weight, bias: layer.bias, into: y)
      case .dense(let layer):
        kernels.multiply(x, layer.weight, bias: layer.bias, into: y)
      case .activation(let function):
        kernels.apply(function, to: x, into: y)
      }
    }
  }
}
