// SPDX-License-Identifier: Apache-2.0

import SoftmaxCore

/// What the plain plan does for one layer, or for a layer's activation, over views of an arena.
///
/// Plain values: a step counts no references.
enum PlanOperation: Sendable, BitwiseCopyable {
  /// A fully connected layer in the arena.
  struct Dense: Sendable, BitwiseCopyable {
    let layout: WeightLayout
    /// The weight: [outputs, inputs], or [inputs, outputs], as the layout says.
    let weight: MatrixView
    /// A row of [1, outputs].
    let bias: MatrixView
    let inputCount: Int
    let outputCount: Int
  }

  case dense(Dense)
  case activation(Kernels.ElementFunction)

  /// The number of outputs for a row of so many inputs.
  func outputCount(inputCount: Int) -> Int {
    switch self {
    case .dense(let layer): layer.outputCount
    case .activation: inputCount
    }
  }

  /// Whether the way back looks at what went in.
  var needsInput: Bool {
    switch self {
    case .dense: true
    case .activation: false
    }
  }

  /// Whether the way back looks at what came out.
  var needsOutput: Bool {
    switch self {
    case .dense: false
    case .activation: true
    }
  }

  /// Whether an output depends on the input in its place alone, so that it may take that place.
  var isInPlace: Bool {
    switch self {
    case .dense: false
    case .activation: true
    }
  }

  /// Computes the outputs of some rows.
  func forward(_ x: MatrixView, into y: MatrixView, with kernels: Kernels) {
    switch self {
    case .dense(let layer) where layer.layout == .outputMajor:
      kernels.multiply(x, transposed: layer.weight, bias: layer.bias, into: y)
    case .dense(let layer):
      kernels.multiply(x, layer.weight, bias: layer.bias, into: y)
    case .activation(let function):
      kernels.apply(function, to: x, into: y)
    }
  }

  /// Computes the gradient to the inputs of some rows from that to their outputs.
  func backward(
    x: MatrixView, y: MatrixView, dy: MatrixView, into dx: MatrixView, with kernels: Kernels
  ) {
    switch self {
    case .dense(let layer) where layer.layout == .outputMajor:
      kernels.multiply(dy, layer.weight, into: dx)
    case .dense(let layer):
      kernels.multiply(dy, transposed: layer.weight, into: dx)
    case .activation(let function):
      kernels.applyGradient(of: function, at: y, dy, into: dx)
    }
  }
}
