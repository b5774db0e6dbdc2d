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
  struct Custom: Sendable, BitwiseCopyable {
    let layer: KeptObject<CustomLayer>
    /// All its parameters in a row.
    let parameters: MatrixView
    let outputCount: Int
    /// Whether each output is a function of the input at its place alone.
    let isElementwise: Bool
  }

  case dense(Dense)
  case activation(Kernels.ElementFunction)
  case dropout(Dropout)
  case batchNormalization(BatchNormalizationOperation)
  case layerNormalization(LayerNormalization)
  case custom(Custom)

  /// The number of outputs for a row of so many inputs.
  func outputCount(inputCount: Int) -> Int {
    switch self {
    case .dense(let layer): layer.outputCount
    case .custom(let layer): layer.outputCount
    default: inputCount
    }
  }

  /// Whether the way back looks at what went in.
  var needsInput: Bool {
    switch self {
    case .dense, .custom: true
    case .activation(let function): function.needsArgument
    case .dropout, .batchNormalization, .layerNormalization: false
    }
  }

  /// Whether the way back looks at what came out.
  var needsOutput: Bool {
    switch self {
    case .custom: true
    case .activation(let function): !function.needsArgument
    case .dense, .dropout, .batchNormalization, .layerNormalization: false
    }
  }

  /// Whether gradients of parameters are summed on the way back.
  var sumsOnTheWayBack: Bool { if case .batchNormalization = self { true } else { false } }

  /// Whether the outputs may take the place of the inputs.
  var isInPlace: Bool {
    switch self {
    case .dense, .custom: false
    case .activation, .dropout, .batchNormalization, .layerNormalization: !needsInput
    }
  }

  /// Whether the gradient to the inputs may take the place of that to the outputs: where nobody sums
  /// the latter over the rows afterwards.
  var isGradientInPlace: Bool {
    switch self {
    case .activation, .dropout, .batchNormalization: true
    case .dense, .layerNormalization, .custom: false
    }
  }

  /// Computes a part of a step's outputs: some rows or some columns, as `sharing(of:)` says.
  ///
  /// - Parameter firstRow: the row of the step that the views' first is.
  func forward(
    _ x: MatrixView, into y: MatrixView, part: PlanPart, firstRow: Int = 0, step: Int,
    with kernels: Kernels
  ) {
    guard !part.isEmpty else { return }
    let (rows, columns) = (part.rows, part.columns)
    switch self {
    case .dense(let layer) where layer.layout == .outputMajor:
      kernels.multiply(
        x.rows(rows), transposed: layer.weight, bias: layer.bias, into: y.rows(rows))
    case .dense(let layer):
      kernels.multiply(
        x.rows(rows), layer.weight.columns(columns), bias: layer.bias.columns(columns),
        into: y[part])
    case .activation(let function):
      kernels.apply(function, to: x[part], into: y[part])
    case .dropout(let layer):
      kernels.fill(
        layer.mask[part], by: layer.draw, firstRow: firstRow + rows.lowerBound,
        firstColumn: columns.lowerBound, step: step)
      kernels.mask(x[part], by: layer.mask[part], into: y[part])
    case .batchNormalization(let layer):
      layer.takeMoments(of: x[part], columns: columns, with: kernels)
      kernels.normalizeColumns(
        x[part], mean: layer.mean.columns(columns), inverse: layer.inverse.columns(columns),
        gamma: layer.gamma.columns(columns), beta: layer.beta.columns(columns),
        normal: layer.normal[part], into: y[part])
    case .layerNormalization(let layer):
      kernels.normalizeRows(
        x.rows(rows), epsilon: layer.epsilon, gamma: layer.gamma, beta: layer.beta,
        normal: layer.normal.rows(rows), inverse: layer.inverse.elements(rows), into: y.rows(rows))
    case .custom(let own):
      let inputs = own.isElementwise ? part : PlanPart(rows: rows, columns: 0..<x.columnCount)
      own.layer.use {
        $0.layer.forward(LayerBatch(x: x[inputs], y: y[part], parameters: own.parameters))
      }
    }
  }

  /// Computes a part of the gradient to a step's inputs from that to its outputs; without a place for
  /// it only the sums that are taken on the way.
  func backward(
    x: MatrixView, y: MatrixView, dy: MatrixView, into dx: MatrixView?, part: PlanPart,
    with kernels: Kernels
  ) {
    guard !part.isEmpty else { return }
    let (rows, columns) = (part.rows, part.columns)
    if case .batchNormalization(let layer) = self {
      layer.sumGradients(of: dy[part], columns: columns, with: kernels)
    }
    guard let dx else { return }
    switch self {
    case .dense(let layer) where layer.layout == .outputMajor:
      kernels.multiply(dy.rows(rows), layer.weight.columns(columns), into: dx[part])
    case .dense(let layer):
      kernels.multiply(dy.rows(rows), transposed: layer.weight.rows(columns), into: dx[part])
    case .activation(let function):
      kernels.applyGradient(
        of: function, at: (function.needsArgument ? x : y)[part], dy[part], into: dx[part])
    case .dropout(let layer):
      kernels.mask(dy[part], by: layer.mask[part], into: dx[part])
    case .batchNormalization(let layer):
      kernels.normalizeColumnsGradient(
        normal: layer.normal[part], scale: layer.scale.columns(columns),
        meanGradient: layer.meanGradient.columns(columns),
        meanProduct: layer.meanProduct.columns(columns), dy[part], into: dx[part])
    case .layerNormalization(let layer):
      kernels.normalizeRowsGradient(
        normal: layer.normal.rows(rows), inverse: layer.inverse.elements(rows), gamma: layer.gamma,
        dy.rows(rows), into: dx.rows(rows))
    case .custom(let own):
      let outputs = own.isElementwise ? part : PlanPart(rows: rows, columns: 0..<y.columnCount)
      own.layer.use {
        $0.layer.backward(
          LayerBatch(
            x: x[part], y: y[outputs], parameters: own.parameters, dy: dy[outputs],
            result: dx[part]))
      }
    }
  }
}
