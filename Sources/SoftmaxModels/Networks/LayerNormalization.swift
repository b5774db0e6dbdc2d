// SPDX-License-Identifier: Apache-2.0

package import SoftmaxCore

/// A layer that normalizes each sample to mean 0 and variance 1, then applies a trained scale and shift to
/// each value.
///
/// y_j = gamma_j (x_j - mean) / sqrt(variance + epsilon) + beta_j, with the mean and the biased variance of
/// the values of the sample, both in training and in prediction. The tensors are "weight" (gamma) and "bias"
/// (beta). The default of epsilon is Keras'; PyTorch's is 1e-5.
///
/// Source: Ba, Kiros and Hinton, "Layer normalization", 2016.
public struct LayerNormalization: Layer {
  /// A number greater than 0 that is added to the variance.
  package let epsilon: Double

  /// Creates the layer.
  public init(epsilon: Double = 1e-3) {
    self.epsilon = epsilon
  }

  /// The kind of the layer with its settings.
  public var configuration: LayerConfiguration { LayerConfiguration(self) }
}

extension LayerNormalization: StoredLayerKind {
  package static let types = ["layer-normalization"]

  package var type: String { LayerNormalization.types[0] }
  package var typeName: String { "LayerNormalization" }
  package var settings: [LayerSetting] { [LayerSetting("epsilon", .number(epsilon), .named)] }
  package var penalizedTensor: String? { nil }
  package var isEnoughToLearn: Bool { false }
  package var outputActivation: Activation? { nil }
  package var operations: [any OperationKind] { [self] }

  package init(_ description: LayerDescription) throws(SoftmaxError) {
    self.init(epsilon: try description.number("epsilon"))
  }

  package func needs(
    ofSamples shape: [Int], layer index: Int
  ) throws(SoftmaxError) -> (outputShape: [Int], tensors: [LayerTensorShape]) {
    try check("epsilon", epsilon, Float(epsilon) > 0, "a float greater than 0", layer: index)
    try checkRows(shape, of: "a normalization", layer: index)
    return (shape, [LayerTensorShape("weight", shape), LayerTensorShape("bias", shape)])
  }

  package func initialTensors(
    _ shapes: [LayerTensorShape], inputCount: Int, seed: UInt64, layer index: Int
  ) -> [LayerTensor] {
    zip(shapes, [1, 0]).map { $0.tensor(repeating: $1) }
  }

  package func rateFactors(of tensor: LayerTensorShape) -> RateFactors { .one }
}

extension LayerNormalization: OperationKind {
  package var traits: OperationTraits {
    OperationTraits(
      form: .rows, needsInput: false, needsOutput: false, canOverwriteInputs: true,
      canOverwriteGradient: false, sumsOnTheWayBack: false, joinsTensors: false,
      actsInPrediction: true)
  }

  package func operation(in memory: OperationMemory) -> LayerOperation {
    .layerNormalization(
      LayerNormalizationOperation(
        gamma: memory.tensors[0], beta: memory.tensors[1], epsilon: Float(epsilon),
        normal: memory.rows(), inverse: memory.arena.vector(count: memory.rowCapacity ?? 0)))
  }
}

/// Layer normalization over views of an arena.
package struct LayerNormalizationOperation: OperationBody {
  let gamma: MatrixView
  let beta: MatrixView
  let epsilon: Float
  /// The normalized inputs, and 1 / sqrt(variance + epsilon) of each row.
  let normal: MatrixView
  let inverse: VectorView<Float>

  var parameters: [OperationParameter] {
    [
      OperationParameter(tensors: 0..<1, value: gamma, gradient: .factor(normal)),
      OperationParameter(tensors: 1..<2, value: beta, gradient: .bias),
    ]
  }

  func forward(_ x: MatrixView, into y: MatrixView, at place: StepPlace, with kernels: Kernels) {
    let rows = place.part.rows
    kernels.normalizeRows(
      x.rows(rows), epsilon: epsilon, gamma: gamma, beta: beta, normal: normal.rows(rows),
      inverse: inverse.elements(rows), into: y.rows(rows))
  }

  func backward(
    x: MatrixView, y: MatrixView, dy: MatrixView, into dx: MatrixView?, part: BatchPart,
    with kernels: Kernels
  ) {
    guard let dx else { return }
    let rows = part.rows
    kernels.normalizeRowsGradient(
      normal: normal.rows(rows), inverse: inverse.elements(rows), gamma: gamma, dy.rows(rows),
      into: dx.rows(rows))
  }

  func predict(_ x: MatrixView, into y: MatrixView, with kernels: Kernels) {
    kernels.normalizeRows(
      x, epsilon: epsilon, gamma: gamma, beta: beta, normal: nil, inverse: nil, into: y)
  }
}
