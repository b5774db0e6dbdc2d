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

  /// What dropout draws, and what it drew for the rows of the step.
  struct Dropout: Sendable, BitwiseCopyable {
    let draw: DropoutDraw
    let mask: MatrixView
  }

  /// Normalization along each row.
  struct LayerNormalization: Sendable, BitwiseCopyable {
    let gamma: MatrixView
    let beta: MatrixView
    let epsilon: Float
    /// Of each row the normalized inputs and 1 / sqrt(variance + epsilon).
    let normal: MatrixView
    let inverse: VectorView<Float>
  }

  /// A layer of the user's own.
  struct Own: Sendable, BitwiseCopyable {
    let layer: KeptObject<OwnLayer>
    /// All its parameters in a row.
    let parameters: MatrixView
    let outputCount: Int
  }

  case dense(Dense)
  case activation(Kernels.ElementFunction)
  case dropout(Dropout)
  case batchNormalization(BatchNormalizationOperation)
  case layerNormalization(LayerNormalization)
  case own(Own)

  /// The number of outputs for a row of so many inputs.
  func outputCount(inputCount: Int) -> Int {
    switch self {
    case .dense(let layer): layer.outputCount
    case .own(let layer): layer.outputCount
    default: inputCount
    }
  }

  /// Whether the way back looks at what went in.
  var needsInput: Bool {
    switch self {
    case .dense, .own: true
    case .activation(let function): function.needsArgument
    case .dropout, .batchNormalization, .layerNormalization: false
    }
  }

  /// Whether the way back looks at what came out.
  var needsOutput: Bool {
    switch self {
    case .own: true
    case .activation(let function): !function.needsArgument
    case .dense, .dropout, .batchNormalization, .layerNormalization: false
    }
  }

  /// Whether the outputs may take the place of the inputs.
  var isInPlace: Bool {
    switch self {
    case .dense, .own: false
    case .activation, .dropout, .batchNormalization, .layerNormalization: !needsInput
    }
  }

  /// Whether the gradient to the inputs may take the place of that to the outputs: where nobody sums
  /// the latter over the rows afterwards.
  var isGradientInPlace: Bool {
    switch self {
    case .activation, .dropout, .batchNormalization: true
    case .dense, .layerNormalization, .own: false
    }
  }

  /// Computes the outputs of some rows of a step.
  func forward(
    _ x: MatrixView, into y: MatrixView, rows: Range<Int>, step: Int, with kernels: Kernels
  ) {
    switch self {
    case .dense(let layer) where layer.layout == .outputMajor:
      kernels.multiply(x, transposed: layer.weight, bias: layer.bias, into: y)
    case .dense(let layer):
      kernels.multiply(x, layer.weight, bias: layer.bias, into: y)
    case .activation(let function):
      kernels.apply(function, to: x, into: y)
    case .dropout(let layer):
      let mask = layer.mask.rows(rows)
      kernels.fill(mask, by: layer.draw, firstRow: rows.lowerBound, step: step)
      kernels.mask(x, by: mask, into: y)
    case .batchNormalization(let layer):
      kernels.normalizeColumns(
        x, mean: layer.mean, inverse: layer.inverse, gamma: layer.gamma, beta: layer.beta,
        normal: layer.normal.rows(rows), into: y)
    case .layerNormalization(let layer):
      kernels.normalizeRows(
        x, epsilon: layer.epsilon, gamma: layer.gamma, beta: layer.beta,
        normal: layer.normal.rows(rows), inverse: layer.inverse.elements(rows), into: y)
    case .own(let own):
      own.layer.use {
        $0.layer.forward(LayerBatch(x: x, y: y, parameters: own.parameters))
      }
    }
  }

  /// Computes the gradient to the inputs of some rows from that to their outputs.
  func backward(
    x: MatrixView, y: MatrixView, dy: MatrixView, into dx: MatrixView, rows: Range<Int>,
    with kernels: Kernels
  ) {
    switch self {
    case .dense(let layer) where layer.layout == .outputMajor:
      kernels.multiply(dy, layer.weight, into: dx)
    case .dense(let layer):
      kernels.multiply(dy, transposed: layer.weight, into: dx)
    case .activation(let function):
      kernels.applyGradient(of: function, at: function.needsArgument ? x : y, dy, into: dx)
    case .dropout(let layer):
      kernels.mask(dy, by: layer.mask.rows(rows), into: dx)
    case .batchNormalization(let layer):
      kernels.normalizeColumnsGradient(
        normal: layer.normal.rows(rows), scale: layer.scale, meanGradient: layer.meanGradient,
        meanProduct: layer.meanProduct, dy, into: dx)
    case .layerNormalization(let layer):
      kernels.normalizeRowsGradient(
        normal: layer.normal.rows(rows), inverse: layer.inverse.elements(rows), gamma: layer.gamma,
        dy, into: dx)
    case .own(let own):
      own.layer.use {
        $0.layer.backward(
          LayerBatch(x: x, y: y, parameters: own.parameters, dy: dy, result: dx))
      }
    }
  }
}
