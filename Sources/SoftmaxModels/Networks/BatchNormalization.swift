// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

/// A layer that normalizes each input to mean 0 and variance 1 over the batch, then applies a trained scale
/// and shift.
///
/// In training y = gamma (x - mean) / sqrt(variance + epsilon) + beta, with the mean and the biased variance
/// over the samples of the batch. Each step also updates running = momentum running + (1 - momentum) batch,
/// for mean and variance. In prediction the running mean and variance replace those of the batch. The tensors
/// are "weight" (gamma), "bias" (beta), "running_mean" and "running_variance"; the running ones have no
/// gradient.
///
/// The defaults are Keras'. PyTorch's are epsilon 1e-5 and, in this notation, momentum 0.9; PyTorch's running
/// variance is unbiased.
///
/// ```swift
/// Dense(128)
/// BatchNormalization()
/// ReLU()
/// ```
///
/// Source: Ioffe and Szegedy, "Batch normalization", ICML 2015.
public struct BatchNormalization: Layer {
  /// The factor of the running mean and variance in each step, in 0..<1.
  package let momentum: Double
  /// A number greater than 0 that is added to the variance.
  package let epsilon: Double

  /// Creates the layer.
  public init(momentum: Double = 0.99, epsilon: Double = 1e-3) {
    self.momentum = momentum
    self.epsilon = epsilon
  }

  /// The kind of the layer with its settings.
  public var configuration: LayerConfiguration { LayerConfiguration(self) }
}

extension BatchNormalization: StoredLayerKind {
  package static let types = ["batch-normalization"]

  package var type: String { BatchNormalization.types[0] }
  package var typeName: String { "BatchNormalization" }
  package var settings: [LayerSetting] {
    [
      LayerSetting("momentum", .number(momentum), .named),
      LayerSetting("epsilon", .number(epsilon), .named),
    ]
  }
  package var penalizedTensor: String? { nil }
  package var isEnoughToLearn: Bool { false }
  package var outputActivation: Activation? { nil }
  package var operations: [any OperationKind] { [self] }

  package init(_ description: LayerDescription) throws(SoftmaxError) {
    self.init(
      momentum: try description.number("momentum"), epsilon: try description.number("epsilon"))
  }

  package func needs(
    ofSamples shape: [Int], layer index: Int
  ) throws(SoftmaxError) -> (outputShape: [Int], tensors: [LayerTensorShape]) {
    try check("the momentum", momentum, momentum >= 0 && momentum < 1, "in 0..<1", layer: index)
    try check("epsilon", epsilon, Float(epsilon) > 0, "a float greater than 0", layer: index)
    try checkRows(shape, of: "a normalization", layer: index)
    return (
      shape,
      [
        LayerTensorShape("weight", shape), LayerTensorShape("bias", shape),
        LayerTensorShape("running_mean", shape, isTrained: false),
        LayerTensorShape("running_variance", shape, isTrained: false),
      ]
    )
  }

  package func initialTensors(
    _ shapes: [LayerTensorShape], inputCount: Int, seed: UInt64, layer index: Int
  ) -> [LayerTensor] {
    zip(shapes, [1, 0, 0, 1]).map { $0.tensor(repeating: $1) }
  }

  package func rateFactors(of tensor: LayerTensorShape) -> RateFactors { .one }
}

extension BatchNormalization: OperationKind {
  package var traits: OperationTraits {
    OperationTraits(
      form: .columns, needsInput: false, needsOutput: false, canOverwriteInputs: true,
      canOverwriteGradient: true, sumsOnTheWayBack: true, joinsTensors: false,
      actsInPrediction: true)
  }

  package func operation(in memory: OperationMemory) -> LayerOperation {
    .batchNormalization(BatchNormalizationOperation(self, in: memory))
  }
}

/// Batch normalization over views of an arena.
///
/// Forward and backward passes both begin with sums over all rows of the batch, so workers share the batch by
/// columns. A frozen layer uses the running mean and variance in training too, and does not update them.
package struct BatchNormalizationOperation: OperationBody {
  let gamma: MatrixView
  let beta: MatrixView
  let runningMean: MatrixView
  let runningVariance: MatrixView
  /// The mean, 1 / sqrt(variance + epsilon), and gamma times the latter.
  ///
  /// In training they are those of the batch; in prediction they are computed from the running mean and
  /// variance, and `scale` is not used.
  let mean: MatrixView
  let inverse: MatrixView
  let scale: MatrixView
  /// The sums and the means over the rows of the output gradient, and of its product with the normalized
  /// inputs.
  ///
  /// They stay 0 in a frozen layer, whose mean and variance do not depend on the batch.
  let gradientSum: MatrixView
  let productSum: MatrixView
  let meanGradient: MatrixView
  let meanProduct: MatrixView
  /// The normalized inputs: [rows, inputs].
  let normal: MatrixView
  let momentum: Float
  let oneMinusMomentum: Float
  let epsilon: Float
  let isFrozen: Bool

  init(_ layer: BatchNormalization, in memory: OperationMemory) {
    gamma = memory.tensors[0]
    beta = memory.tensors[1]
    runningMean = memory.tensors[2]
    runningVariance = memory.tensors[3]
    (mean, inverse, scale) = (memory.row(), memory.row(), memory.row())
    (gradientSum, productSum) = (memory.row(), memory.row())
    (meanGradient, meanProduct) = (memory.row(), memory.row())
    normal = memory.rows()
    momentum = Float(layer.momentum)
    oneMinusMomentum = Float(1 - layer.momentum)
    epsilon = Float(layer.epsilon)
    isFrozen = memory.isFrozen
    if memory.rowCapacity == nil { takeRunningMoments() }
  }

  var parameters: [OperationParameter] {
    [
      OperationParameter(tensors: 0..<1, value: gamma, gradient: .summed(productSum)),
      OperationParameter(tensors: 1..<2, value: beta, gradient: .summed(gradientSum)),
    ]
  }

  func forward(_ x: MatrixView, into y: MatrixView, at place: StepPlace, with kernels: Kernels) {
    let (part, columns) = (place.part, place.part.columns)
    takeMoments(of: x[part], columns: columns, with: kernels)
    kernels.normalizeColumns(
      x[part], mean: mean.columns(columns), inverse: inverse.columns(columns),
      gamma: gamma.columns(columns), beta: beta.columns(columns), normal: normal[part],
      into: y[part])
  }

  func backward(
    x: MatrixView, y: MatrixView, dy: MatrixView, into dx: MatrixView?, part: BatchPart,
    with kernels: Kernels
  ) {
    let columns = part.columns
    sumGradients(of: dy[part], columns: columns, with: kernels)
    guard let dx else { return }
    kernels.normalizeColumnsGradient(
      normal: normal[part], scale: scale.columns(columns),
      meanGradient: meanGradient.columns(columns), meanProduct: meanProduct.columns(columns),
      dy[part], into: dx[part])
  }

  func predict(_ x: MatrixView, into y: MatrixView, with kernels: Kernels) {
    kernels.normalizeColumns(
      x, mean: mean, inverse: inverse, gamma: gamma, beta: beta, normal: nil, into: y)
  }

  // Computes mean and variance of the given columns of a batch and updates the running ones. A frozen layer
  // takes the running ones instead.
  private func takeMoments(of x: MatrixView, columns: Range<Int>, with kernels: Kernels) {
    let variance = inverse.columns(columns)
    if isFrozen {
      mean.columns(columns).assign(runningMean.columns(columns))
      variance.assign(runningVariance.columns(columns))
    } else {
      kernels.moments(of: x, mean: mean.columns(columns), variance: variance)
    }
    for column in columns {
      let (m, v) = (mean[0, column], inverse[0, column])
      if !isFrozen {
        runningMean[0, column] = momentum * runningMean[0, column] + oneMinusMomentum * m
        runningVariance[0, column] = momentum * runningVariance[0, column] + oneMinusMomentum * v
      }
      inverse[0, column] = inverse(of: v)
      scale[0, column] = gamma[0, column] * inverse[0, column]
    }
  }

  // The initializer calls this once for all predictions.
  private func takeRunningMoments() {
    mean.assign(runningMean)
    for column in 0..<inverse.columnCount {
      inverse[0, column] = inverse(of: runningVariance[0, column])
    }
  }

  // Returns 1 / sqrt(variance + epsilon); each operation is rounded to float.
  private func inverse(of variance: Float) -> Float { 1 / (variance + epsilon).squareRoot() }

  // Sums the output gradient, and its product with the normalized inputs, over the rows of the given columns.
  private func sumGradients(of dy: MatrixView, columns: Range<Int>, with kernels: Kernels) {
    guard !isFrozen else { return }
    kernels.sumRows(dy, into: gradientSum.columns(columns))
    kernels.sumProductsOverRows(
      dy, normal.rows(0..<dy.rowCount).columns(columns), into: productSum.columns(columns))
    let rowCount = Float(dy.rowCount)
    for column in columns {
      meanGradient[0, column] = gradientSum[0, column] / rowCount
      meanProduct[0, column] = productSum[0, column] / rowCount
    }
  }
}
